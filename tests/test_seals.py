"""Seals: what changed after it was signed shows; keys of persons, the terms of a round, who could have forged what."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.audited import DAY, put_text, returned, round_folder, workbook
from tests.command_line import hrge, ran
from tests.databases import LEDGER, queried, tampered
from tests.fixture_types import Folders, Patch
from tests.telling import telling

pytestmark = pytest.mark.xdist_group("seals")  # what its fixtures play is played once

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
    return "".join(ran(*words, code=code))


def key(name: str = "mine.pem", *more: object) -> str:
    """A new key; gives the line that is to be trusted."""
    return ran("sign", "--new-key", name, *more).out.strip()


def sealed_by_key() -> None:
    """The report sealed by its auditor, whose key `trusted.txt` knows."""
    Path("trusted.txt").write_text(
        f"# known here\n\n{key('mine.pem', '--by', NAME)}\n", encoding="utf-8"
    )
    assert hrge("sign", REPORT, "--by", NAME, "--key", "mine.pem") == 0


def edit(folder: Path, statement: str, *values: object) -> None:
    """Change the ledger as anybody can who may write into the folder."""
    tampered(folder / LEDGER, statement, *values)


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
    assert (
        f"Seal 1 is signed with the key of {NAME}: only who holds that key could have made it."
        in told
    )
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
    ("change", "words"),
    [
        ("by = 'C' WHERE n = 2", "was changed after it was made: its digest does not fit"),
        ("signature = '' WHERE n = 2", "lacks its signature"),
        ("key = '' WHERE n = 2", "lacks its key"),
        ("signature = upper(signature) WHERE n = 2", "was not signed with the key that it names"),
        ("signature = 'zz' WHERE n = 2", "was not signed with the key that it names"),
        ("key = 'zz' WHERE n = 2", "was not signed with the key that it names"),
        ("content = content || ' ' WHERE n = 1", "Entry 1 (receipt 1 of"),
    ],
)
def test_what_is_done_to_a_signed_chain_is_told(folder: Path, change: str, words: str) -> None:
    sealed_by_key()
    edit(folder, f"UPDATE entries SET {change}")
    told = said(1, "sign", REPORT, "--check", "--trust", "trusted.txt")
    assert words in told
    assert "are covered by it" not in told


def test_a_chain_made_anew_is_not_the_signer_s(folder: Path) -> None:
    """Somebody who may write into the folder replaces everything, right to the last digest: only the key is missing."""
    sealed_by_key()
    for name in ("ledger.sqlite", "ledger.jsonl", "dataset.sqlite"):
        Path("round", name).unlink()
    assert hrge("consolidate", "--write", "round", "--received", "2026-01-01", "--today", DAY) == 0
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
    seals = queried(
        folder / LEDGER, "SELECT key, digest, signature FROM entries WHERE kind = 'seal'"
    )
    ((public, digest, signature),) = seals
    ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
        bytes.fromhex(signature), f"hrge-xl/entry/1 {digest}".encode()
    )


def test_without_the_extra_signatures_are_told_as_not_checked(
    folder: Path, monkeypatch: Patch
) -> None:
    sealed_by_key()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    told = said(0, "sign", REPORT, "--check")
    assert "Seal 1 is signed, but the signature was not checked. Install the extra" in told
    for words in (
        ("sign", REPORT, "--check", "--trust", "trusted.txt"),
        ("sign", "--new-key", "new.pem"),
        ("sign", REPORT, "--by", NAME, "--key", "mine.pem"),
    ):
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
    for name, text in (
        ("word.txt", "Sesam, öffne dich\n"),
        ("wrong.txt", "Sesam\n"),
        ("none.txt", "\n"),
    ):
        Path(name).write_text(text, encoding="utf-8")
    key("mine.pem", "--passphrase-file", "word.txt")
    seal = ("sign", REPORT, "--by", NAME, "--key", "mine.pem")
    assert hrge(*seal, "--passphrase-file", "word.txt") == 0
    assert "is protected by a passphrase" in said(2, *seal)
    assert "is protected by a passphrase" in said(2, *seal, "--passphrase-file", "none.txt")
    assert "the passphrase does not open the key" in said(
        2, *seal, "--passphrase-file", "wrong.txt"
    )
    assert "Sesam" not in said(2, *seal, "--passphrase-file", "wrong.txt")


def test_a_passphrase_that_is_not_needed_does_no_harm(folder: Path) -> None:
    Path("word.txt").write_text("x", encoding="utf-8")
    key()
    assert (
        hrge("sign", REPORT, "--by", NAME, "--key", "mine.pem", "--passphrase-file", "word.txt")
        == 0
    )


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


OTHER = ec.generate_private_key(ec.SECP256R1())
KEYS = {
    "empty.pem": (b"", "this is not a private key"),
    "text.pem": (b"My key", "this is not a private key"),
    "cut.pem": (
        b"-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n",
        "this is not a private key",
    ),
    "locked.pem": (
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "passphrase",
    ),
    "other.pem": (_pem(OTHER), "a key of another kind than Ed25519"),
}
TRUSTED = {
    "empty.txt": (b"", "there is no public key in it"),
    "text.txt": (
        b"# mine\nA. Auditor\n",
        "line 2: a public key of 64 hex digits and a name are expected here",
    ),
    "bytes.txt": (b"\xff\xfe\x00", "line 1: a public key"),
    "private.pem": (_pem(OTHER), "holds a private key, which belongs to its owner alone"),
    "cut.pem": (
        b"-----BEGIN PUBLIC KEY-----\nMCowBQ\n-----END PUBLIC KEY-----\n",
        "the public key is damaged",
    ),
    "other.pem": (
        OTHER.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "a key of another kind than Ed25519",
    ),
}


@pytest.mark.parametrize("name", [*KEYS, *(f"trusted {name}" for name in TRUSTED)])
def test_what_is_no_key_and_what_nobody_can_trust_is_told(folder: Path, name: str) -> None:
    file = name.removeprefix("trusted ")
    data, words = KEYS[name] if name in KEYS else TRUSTED[file]
    Path(file).write_bytes(data)
    how = ("--by", NAME, "--key", file) if name in KEYS else ("--check", "--trust", file)
    told = said(2, "sign", REPORT, *how)
    assert words in told
    assert told.count("\n") == 1


# the terms of a round


def change(folder: Path, old: str, new: str) -> None:
    put_text(old, new)(folder / "round.yaml")


THEN = "in round.yaml; when seal 1 of round round"
LATER = "The deadline of AFG is 2026-07-31 in round.yaml; when seal 1 of"
REMEDY = (
    "If that is meant, seal the terms of the round as they are now: hrge-xl sign ROUND --by NAME."
)


@pytest.mark.parametrize("what", telling([REPORT, "round"], "round"))
def test_a_deadline_that_was_changed_after_a_seal_is_told(folder: Path, what: str) -> None:
    assert hrge("sign", what, "--by", NAME) == 0
    looks = (
        ("sign", what, "--check"),
        ("sign", "--list", "--ledger", "round"),
        ("status", "round", "--today", DAY),
        ("verify", REPORT, "--returned", "round/returned"),
    )
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
        ("  deadline: 2026-06-30\n", "", f"The deadline of AFG is not set {THEN}"),
        ("- team: AFG\n", "- team: KEN\n", f"KEN is among the teams {THEN} was made"),
        ("- team: AFG\n", "- team: KEN\n", f"AFG is not among the teams {THEN} was"),
        (
            "teams:\n",
            "period_end: 2026-12-31\nteams:\n",
            "The period is not set to 2026-12-31 in round.yaml; when",
        ),
    ],
)
def test_other_terms_are_held_against_the_seal_too(
    folder: Path, old: str, new: str, words: str
) -> None:
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
    assert hrge("consolidate", "--write", "round", "-o", "out", "--today", DAY) == 0
    for place in ("round", "out"):
        (content,) = queried(
            Path(place) / LEDGER, "SELECT content FROM entries WHERE kind = 'receipt'"
        )[0]
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


# reports that change after they were sealed


@pytest.fixture(scope="module")
def reported(tmp_path_factory: Folders) -> Path:
    """A consolidated folder with reports, beside the folder of what came back."""
    tmp_path = tmp_path_factory.mktemp("seals")
    came = returned(tmp_path / "returned", {"pak.xlsx": workbook("PAK")})[0].parent
    assert hrge("consolidate", "--write", came, "-o", tmp_path / "out", "--today", DAY) == 0
    formats = ("--format", "json", "--format", "html")
    assert hrge("report", came, *formats, "-o", tmp_path / "out" / "reports", "--today", DAY) == 0
    return tmp_path


@pytest.fixture
def report(reported: Path, tmp_path: Path) -> Path:
    """A JSON report in a consolidated folder, to be written in."""
    shutil.copytree(reported, tmp_path / "case")
    return tmp_path / "case" / "out" / "reports" / "validation.json"


def check(report: Path, *more: str, code: int = 0) -> str:
    return ran("sign", report, "--check", *more, code=code).out


def verify(report: Path, code: int = 0) -> str:
    return ran("verify", report, "--returned", report.parents[2] / "returned", code=code).out


def test_a_sealed_report_holds(report: Path) -> None:
    before = report.read_bytes()
    assert "validation.json has no seal." in check(report, code=1)
    told = ran("sign", report, "--by", NAME).out
    assert f"Sealed: seal 1 of validation.json, by {NAME}, 20" in told
    assert f"SHA-256 of the report: {hashlib.sha256(before).hexdigest()}" in told
    assert report.read_bytes() == before
    digest = told.rsplit(" ", 1)[1].strip()
    check(report)
    check(report, "--digest", digest.upper())
    check(report, "--digest", "0" * 64, code=1)
    assert f"digest {digest}." in verify(report)


def test_a_changed_report_shows(report: Path) -> None:
    """Of when and how the run was started only the seal knows."""
    assert hrge("sign", report, "--by", NAME) == 0
    started, later = (b'"started": "2026-06-30T00:00:0%dZ"' % second for second in (0, 1))
    report.write_bytes(report.read_bytes().replace(started, later))
    check(report, code=1)
    told = verify(report, code=1)
    assert (
        "validation.json is not what was sealed under this name (seal 1 of validation.json" in told
    )
    assert "Made again: identical" in told
    page = report.with_suffix(".html")
    assert hrge("sign", page, "--by", NAME) == 0
    check(page)


def test_two_people_may_sign(report: Path) -> None:
    for name in ("A. Coordinator", NAME):
        assert hrge("sign", report, "--by", name) == 0
    sealed = [line for line in check(report).splitlines() if line.startswith("Sealed: ")]
    assert [line.split(", by ")[1].split(",")[0] for line in sealed] == ["A. Coordinator", NAME]
    lines = ran("sign", "--list", "--ledger", report.parents[1]).out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["1", "2"]


def test_tampering_with_the_chain_shows_everywhere_and_the_next_seal_is_made(report: Path) -> None:
    for _ in range(2):
        assert hrge("sign", report, "--by", NAME) == 0
    ledger = report.parents[1] / "ledger.sqlite"
    tampered(ledger, "UPDATE entries SET by = 'Somebody' WHERE n = 2")
    words = "Entry 2 (seal 1 of validation.json) was changed after it was made"
    assert words in check(report, code=1)
    assert words in ran("sign", "--list", "--ledger", ledger.parent, code=1).out
    said = ran("sign", report, "--by", NAME)
    assert "Sealed: seal 3 of validation.json" in said.out
    assert f"Before this seal: {words}" in said.err
    # nothing is proved that could be taken back
    assert "But the chain is broken" not in check(report, code=1)
    assert words in verify(report, code=1)


@pytest.mark.deep
def test_every_ledger_at_hand_is_looked_at(tmp_path: Path) -> None:
    """Also one that holds no seal: that of the round, beside the one of the dataset."""
    folder = round_folder(tmp_path)
    assert hrge("sign", folder, "--by", NAME) == 0
    assert hrge("consolidate", "--write", folder, "-o", tmp_path / "out", "--today", DAY) == 0
    assert (
        hrge(
            "report", folder, "--format", "json", "-o", tmp_path / "out" / "reports", "--today", DAY
        )
        == 0
    )
    report = tmp_path / "out" / "reports" / "validation.json"
    for changed, code in ((False, 0), (True, 1)):
        if changed:
            edit(folder, "UPDATE entries SET by = 'Somebody' WHERE n = 1")
        words = ("--returned", folder / "returned", "--ledger", tmp_path / "out")
        told = ran("verify", report, *words, code=code).out
        found = "ledger.sqlite: Entry 1 (seal 1 of round round) was changed" in told
        assert found == changed


def test_the_first_seal_of_a_round_makes_its_ledger(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    report = folder / "reports" / "validation.json"
    report.write_text("{}", encoding="utf-8")
    assert not (folder / "ledger.sqlite").exists()
    assert hrge("sign", report, "--by", NAME) == 0
    check(report)
    assert (folder / "ledger.sqlite").is_file()


def test_a_seal_survives_consolidating_again(report: Path) -> None:
    assert hrge("sign", report, "--by", NAME) == 0
    came = report.parents[2] / "returned"
    returned(came, {"mar.xlsx": workbook("MAR")})
    assert hrge("consolidate", "--write", came, "-o", report.parents[1], "--today", DAY) == 0
    check(report)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sign",), "There is no ledger around"),
        (("sign", "lonely.json", "--by", "x"), "There is no ledger around"),
        (
            ("sign", "lonely.json", "--by", "x", "--ledger", "."),
            "neither a round nor a consolidated folder",
        ),
        (("sign", "out/reports/validation.json"), "A seal needs a name"),
        (("sign", "--ledger", "out"), "Say which report"),
        (("sign", "nowhere.json", "--by", "x"), "nowhere.json"),
    ],
)
def test_bad_usage(report: Path, words: tuple[str, ...], told: str, monkeypatch: Patch) -> None:
    monkeypatch.chdir(report.parents[2])
    Path("lonely.json").write_text("{}", encoding="utf-8")
    assert told in ran(*words, code=2).err


def test_the_digest_can_be_worked_out_by_hand(report: Path) -> None:
    """As the guide for auditors says."""
    for _ in range(2):
        assert hrge("sign", report, "--by", "Zoë") == 0
    columns = "kind, time, by, content, previous, key, digest"
    rows = queried(report.parents[1] / LEDGER, f"SELECT {columns} FROM entries ORDER BY n")
    before = "0" * 64
    for *parts, digest in rows:
        assert parts[4] == before
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode("utf-8")).hexdigest()
        assert digest == before
    assert [row[0] for row in rows] == ["receipt", "seal", "seal"]
    assert json.loads(rows[1][3])["sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()
