"""Seals signed with the key of a person, the terms of a round, and who could have forged what."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.audited import DAY, round_folder
from tests.command_line import hrge, ran
from tests.fixture_types import Folders, Patch
from tests.telling import telling

NAME = "B. Auditor"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A round with deadlines and a report."""
    folder = round_folder(tmp_path_factory.mktemp("signing"))
    file = folder / "round.yaml"
    text = file.read_text(encoding="utf-8")
    for team in ("AFG", "PAK"):
        text = text.replace(f"- team: {team}\n", f"- team: {team}\n  deadline: 2026-06-30\n")
    file.write_text(text, encoding="utf-8")
    assert hrge("report", folder, "--format", "json", "-o", folder / "reports", "--today", DAY) == 0
    return folder


@pytest.fixture
def folder(untouched: Path, tmp_path: Path, monkeypatch: Patch) -> Path:
    """The round, to be written in, seen from the folder that has it."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(untouched, Path("round"))


REPORT = "round/reports/validation.json"


def said(code: int, *words: object) -> str:
    """What a command says, on stdout and stderr."""
    return "".join(ran(*words, code=code))


def key(name: str = "mine.pem", *more: object) -> str:
    """A new key; gives the line that is to be trusted."""
    return ran("sign", "--new-key", name, *more).out.strip()


def sealed_by_key() -> None:
    """The report sealed by its auditor, whose key `trusted.txt` knows."""
    Path("trusted.txt").write_text(f"# known here\n\n{key('mine.pem', '--by', NAME)}\n", encoding="utf-8")
    assert hrge("sign", REPORT, "--by", NAME, "--key", "mine.pem") == 0


def edit(folder: Path, statement: str, *values: object) -> None:
    """Change the ledger as anybody can who may write into the folder."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection, connection:
        connection.execute(statement, values)


# who could have forged what


def test_an_unsigned_seal_says_what_it_proves(folder: Path) -> None:
    digest = said(0, "sign", REPORT, "--by", NAME).split("Digest of the seal: ")[1][:64]
    told = said(0, "sign", REPORT, "--check")
    assert "Seal 1 is not signed: anybody who can write into this folder could have made it" in told
    told = said(0, "sign", REPORT, "--check", "--digest", digest.upper())
    assert "Seal 1 has the digest that was noted elsewhere" in told
    assert "The entries 1 to 2 of the chain are covered by it." in told


def test_a_signed_seal_is_the_signer_s(folder: Path) -> None:
    sealed_by_key()
    told = said(0, "sign", REPORT, "--check", "--trust", "trusted.txt")
    assert f"Seal 1 is signed with the key of {NAME}: only who holds that key could have made it." in told
    assert "The entries 1 to 2 of the chain are covered by it." in told
    told = said(0, "sign", REPORT, "--check")
    assert "and nobody has said whose key that is: anybody could have made such a key" in told
    assert "Made again: identical" in said(0, "verify", REPORT, "--returned", "round/returned")


def test_a_seal_of_a_stranger_is_told(folder: Path) -> None:
    """Signed under the name of the auditor with a key that anybody can make."""
    sealed_by_key()
    key("other.pem")
    edit(folder, "DELETE FROM entries WHERE n = 2")
    assert hrge("sign", REPORT, "--by", NAME, "--key", "other.pem") == 0
    told = said(1, "sign", REPORT, "--check", "--trust", "trusted.txt")
    assert "which is not among those that you trust" in told
    assert "No seal of validation.json is signed with a key that you trust." in told


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE entries SET by = 'C' WHERE n = 2", "was changed after it was made: its digest does not fit"),
        ("UPDATE entries SET signature = '' WHERE n = 2", "lacks its signature"),
        ("UPDATE entries SET key = '' WHERE n = 2", "lacks its key"),
        (
            "UPDATE entries SET signature = upper(signature) WHERE n = 2",
            "was not signed with the key that it names",
        ),
        ("UPDATE entries SET signature = 'zz' WHERE n = 2", "was not signed with the key that it names"),
        ("UPDATE entries SET key = 'zz' WHERE n = 2", "was not signed with the key that it names"),
        ("UPDATE entries SET content = content || ' ' WHERE n = 1", "Entry 1 (receipt 1 of"),
    ],
)
def test_what_is_done_to_a_signed_chain_is_told(folder: Path, statement: str, words: str) -> None:
    sealed_by_key()
    edit(folder, statement)
    told = said(1, "sign", REPORT, "--check", "--trust", "trusted.txt")
    assert words in told
    assert "are covered by it" not in told


def test_a_chain_made_anew_is_not_the_signer_s(folder: Path) -> None:
    """Somebody who may write into the folder replaces everything, right to the last digest: only the key is missing."""
    sealed_by_key()
    for name in ("ledger.sqlite", "ledger.jsonl", "dataset.sqlite"):
        Path("round", name).unlink()
    assert hrge("consolidate", "round", "--received", "2026-01-01", "--today", DAY) == 0
    assert hrge("sign", REPORT, "--by", NAME) == 0
    assert "could have made it, and the whole chain, again" in said(0, "sign", REPORT, "--check")
    told = said(1, "sign", REPORT, "--check", "--trust", "trusted.txt")
    assert "No seal of validation.json is signed with a key that you trust." in told


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_public_key_stands_beside_the_private_one(folder: Path, coding: str) -> None:
    """And may be written on by an editor or a shell of Windows."""
    sealed_by_key()
    public = Path("mine.pem.pub").read_text(encoding="utf-8")
    assert public in Path("trusted.txt").read_text(encoding="utf-8")
    Path("known.txt").write_text(public.upper() + "# and no more", encoding=coding)
    told = said(0, "sign", REPORT, "--check", "--trust", "known.txt")
    assert f"signed with the key of {NAME.upper()}:" in told


def test_a_public_key_may_come_as_pem(folder: Path) -> None:
    sealed_by_key()
    private = serialization.load_pem_private_key(Path("mine.pem").read_bytes(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    Path("Auditor.pem").write_bytes(public)
    told = said(0, "sign", REPORT, "--check", "--trust", "Auditor.pem")
    assert "signed with the key of Auditor:" in told


def test_a_signature_can_be_verified_by_hand(folder: Path) -> None:
    """As the guide for auditors says."""
    sealed_by_key()
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
        public, digest, signature = connection.execute(
            "SELECT key, digest, signature FROM entries WHERE kind = 'seal'"
        ).fetchone()
    ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
        bytes.fromhex(signature), f"hrge-xl/entry/1 {digest}".encode()
    )


def test_without_the_extra_signatures_are_told_as_not_checked(folder: Path, monkeypatch: Patch) -> None:
    sealed_by_key()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    told = said(0, "sign", REPORT, "--check")
    assert "Seal 1 is signed, but the signature was not checked. Install the extra" in told
    for words in (
        ("sign", REPORT, "--check", "--trust", "trusted.txt"), ("sign", "--new-key", "new.pem"),
        ("sign", REPORT, "--by", NAME, "--key", "mine.pem"),
    ):  # fmt: skip
        assert "pip install 'hrge-xl[sign]'" in said(2, *words)
    assert hrge("sign", REPORT, "--by", NAME) == 0  # unsigned


# keys


def test_a_key_is_its_owner_s_and_is_never_overwritten(folder: Path) -> None:
    key()
    before = Path("mine.pem").read_bytes()
    assert stat.S_IMODE(Path("mine.pem").stat().st_mode) == 0o600
    assert "keys are never overwritten" in said(2, "sign", "--new-key", "mine.pem")
    Path("mine.pem").rename("other.pem")
    assert "mine.pem.pub exists already" in said(2, "sign", "--new-key", "mine.pem")
    assert Path("other.pem").read_bytes() == before
    assert "cannot be written" in said(5, "sign", "--new-key", "nowhere/mine.pem")


def test_a_key_with_a_passphrase(folder: Path) -> None:
    for name, text in (("word.txt", "Sesam, öffne dich\n"), ("wrong.txt", "Sesam\n"), ("none.txt", "\n")):
        Path(name).write_text(text, encoding="utf-8")
    key("mine.pem", "--passphrase-file", "word.txt")
    seal = ("sign", REPORT, "--by", NAME, "--key", "mine.pem")
    assert hrge(*seal, "--passphrase-file", "word.txt") == 0
    assert "is protected by a passphrase" in said(2, *seal)
    assert "is protected by a passphrase" in said(2, *seal, "--passphrase-file", "none.txt")
    assert "the passphrase does not open the key" in said(2, *seal, "--passphrase-file", "wrong.txt")
    assert "Sesam" not in said(2, *seal, "--passphrase-file", "wrong.txt")


def test_a_passphrase_that_is_not_needed_does_no_harm(folder: Path) -> None:
    Path("word.txt").write_text("x", encoding="utf-8")
    key()
    assert hrge("sign", REPORT, "--by", NAME, "--key", "mine.pem", "--passphrase-file", "word.txt") == 0


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


OTHER = ec.generate_private_key(ec.SECP256R1())
KEYS = {
    "empty.pem": (b"", "this is not a private key"),
    "text.pem": (b"My key", "this is not a private key"),
    "cut.pem": (b"-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n", "this is not a private key"),
    "locked.pem": (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4\n-----END ENCRYPTED PRIVATE KEY-----\n", "passphrase"),
    "other.pem": (_pem(OTHER), "a key of another kind than Ed25519"),
}  # fmt: skip
TRUSTED = {
    "empty.txt": (b"", "there is no public key in it"),
    "text.txt": (b"# mine\nA. Auditor\n", "line 2: a public key of 64 hex digits and a name are expected here"),
    "bytes.txt": (b"\xff\xfe\x00", "line 1: a public key"),
    "private.pem": (_pem(OTHER), "holds a private key, which belongs to its owner alone"),
    "cut.pem": (b"-----BEGIN PUBLIC KEY-----\nMCowBQ\n-----END PUBLIC KEY-----\n", "the public key is damaged"),
    "other.pem": (
        OTHER.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "a key of another kind than Ed25519",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_what_is_no_key_is_told(folder: Path, name: str) -> None:
    data, words = KEYS[name]
    Path(name).write_bytes(data)
    told = said(2, "sign", REPORT, "--by", NAME, "--key", name)
    assert words in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("name", TRUSTED)
def test_what_nobody_can_trust_is_told(folder: Path, name: str) -> None:
    data, words = TRUSTED[name]
    Path(name).write_bytes(data)
    told = said(2, "sign", REPORT, "--check", "--trust", name)
    assert words in told
    assert told.count("\n") == 1


# the terms of a round


def change(folder: Path, old: str, new: str) -> None:
    """Edit `round.yaml`."""
    file = folder / "round.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


LATER = "The deadline of AFG is 2026-07-31 in round.yaml; when seal 1 of"
REMEDY = "If that is meant, seal the terms of the round as they are now: hrge-xl sign ROUND --by NAME."


@pytest.mark.parametrize("what", telling([REPORT, "round"], "round"))
def test_a_deadline_that_was_changed_after_a_seal_is_told(folder: Path, what: str) -> None:
    assert hrge("sign", what, "--by", NAME) == 0
    looks = (
        ("sign", what, "--check"), ("sign", "--list", "--ledger", "round"), ("status", "round", "--today", DAY),
        ("verify", REPORT, "--returned", "round/returned"),
    )  # fmt: skip
    for words in looks:
        assert "The deadline" not in said(0, *words)
    change(folder, "deadline: 2026-06-30", "deadline: 2026-07-31")
    for words in looks:
        told = said(0 if words[0] == "status" else 1, *words)
        assert LATER in told, words
        assert "it was 2026-06-30." in told
        assert REMEDY in told
    assert f"Before this seal: {LATER}" in said(0, "sign", "round", "--by", NAME)
    for words in looks[1:]:
        assert "The deadline" not in said(0, *words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "  deadline: 2026-06-30\n",
            "",
            "The deadline of AFG is not set in round.yaml; when seal 1 of round round",
        ),
        (
            "- team: AFG\n",
            "- team: KEN\n",
            "KEN is among the teams in round.yaml; when seal 1 of round round was made",
        ),
        (
            "- team: AFG\n",
            "- team: KEN\n",
            "AFG is not among the teams in round.yaml; when seal 1 of round round was",
        ),
        (
            "teams:\n",
            "period_end: 2026-12-31\nteams:\n",
            "The period is not set to 2026-12-31 in round.yaml; when",
        ),
    ],
)
def test_other_terms_are_held_against_the_seal_too(folder: Path, old: str, new: str, words: str) -> None:
    assert hrge("sign", "round", "--by", NAME) == 0
    change(folder, old, new)
    told = said(1, "sign", "round", "--check")
    assert words in told
    assert "round round is not what was sealed under this name (seal 1 of round round" in told


def test_the_terms_are_the_signer_s(folder: Path) -> None:
    Path("trusted.txt").write_text(key("mine.pem", "--by", NAME), encoding="utf-8")
    assert "round round has no seal." in said(1, "sign", "round", "--check")
    assert hrge("sign", "round", "--by", NAME, "--key", "mine.pem") == 0
    told = said(0, "sign", "round", "--check", "--trust", "trusted.txt")
    assert f"Seal 1 is signed with the key of {NAME}" in told


def test_what_came_tells_under_which_terms(folder: Path) -> None:
    """Taken in by a command of the round, and consolidated into another folder."""
    assert hrge("consolidate", "round", "-o", "out", "--today", DAY) == 0
    for place in ("round", "out"):
        with closing(sqlite3.connect(Path(place) / "ledger.sqlite")) as connection:
            (content,) = connection.execute("SELECT content FROM entries WHERE kind = 'receipt'").fetchone()
        assert '"teams":{"AFG":"2026-06-30","PAK":"2026-06-30"}' in content


def test_every_entry_can_be_listed(folder: Path) -> None:
    sealed_by_key()
    told = said(0, "sign", "--list", "--all", "--ledger", "round")
    assert ": receipt 1 of " in told
    assert f" {NAME}: seal 1 of validation.json; digest " in told
    assert told.endswith("1 seal, 2 entries.\n")
    assert "are not sealed" not in told
    assert hrge("decide", "round", "AFG.xlsx", "--withdraw", "--reason", "r", "--by", NAME) == 0
    told = said(0, "sign", "--list", "--ledger", "round")
    assert "Entries from number 3 on are not sealed" in told


def test_a_folder_that_is_no_round_has_no_terms(folder: Path) -> None:
    assert "is not a round" in said(3, "sign", "round/reports", "--by", NAME)
