"""Keys of people, with which they sign what they seal: Ed25519, by the package of the extra `sign`.

A private key lies in a file of its owner (PEM, PKCS 8), with or without a passphrase. A public key is told as 64 hex
digits. Signed is the text `hrge-xl/entry/1 DIGEST`, and with the digest of an entry everything that it is chained to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.paths import decoded, not_written, read_named, write_whole
from .files import write_secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

INSTALL = "Install the extra: pip install 'hrge-xl[sign]'."
OTHER_KIND = "this is a key of another kind than Ed25519."
HEX_KEY = re.compile(r"[0-9a-f]{64}")
PASSPHRASE_WANTED = b"BEGIN ENCRYPTED PRIVATE KEY"
MOST_BYTES = 1_000_000  # of a file with keys


@dataclass(frozen=True)
class KeyOwner:
    """Somebody with a private key: `key` is the public half of it."""

    key: str
    private: Ed25519PrivateKey

    def sign(self, digest: str) -> str:
        """Return the signature of the digest of an entry, as hex digits."""
        return self.private.sign(_signed(digest)).hex()


def new_key(file: str | Path, name: str = "", passphrase: str | None = None) -> tuple[str, Path]:
    """Make a private key that only its owner reads; gives the public one as a line to trust, and the file beside it.

    What is there is never overwritten. Raises `UsageError` for a file that is there or without the extra,
    `OutputError` where it cannot be written.
    """
    file = Path(file)
    _need_extra()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_file = file.with_name(f"{file.name}.pub")
    for path in (file, public_file):
        if path.exists():
            raise UsageError(
                f"{path} exists already, and keys are never overwritten.",
                remedy="Name another file.",
            )
    private = Ed25519PrivateKey.generate()
    lock = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    public = f"{_hex(private.public_key())} {name.strip()}".rstrip()
    try:
        write_secret(file, pem)
    except OSError as error:
        raise not_written(file, error) from error
    write_whole(public_file, f"{public}\n".encode())
    return public, public_file


def load_key(file: Path, passphrase: str | None = None) -> KeyOwner:
    """Take up a private key. Raises `UsageError` with what is wrong with it, or without the extra."""
    _need_extra()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = read_named(file, MOST_BYTES, "key")
    locked = PASSPHRASE_WANTED in pem
    if locked and not passphrase:
        raise UsageError(
            "the key is protected by a passphrase.",
            place=file,
            remedy="Name a text file that holds it: --passphrase-file FILE.",
        )
    anew = "Make one with: hrge-xl sign --new-key FILE."
    damaged = f"this is not a private key, or it is damaged. {anew}"
    if locked:
        damaged = (
            "the passphrase does not open the key, or the file is damaged. Correct the passphrase, or restore the file "
            "from a backup."
        )
    with _our_errors(file, damaged):
        private = serialization.load_pem_private_key(
            pem, passphrase.encode() if locked and passphrase else None
        )
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"{file}: {OTHER_KIND} {anew}")
    return KeyOwner(_hex(private.public_key()), private)


@contextmanager
def _our_errors(file: Path, damaged: str) -> Iterator[None]:
    """Say of a file with a key that cannot be taken up what is wrong with it."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        yield
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{file}: {damaged}") from error


def is_signed_by(key: str, digest: str, signature: str) -> bool | None:
    """Say whether a signature of a digest was made with the private half of a key; None where the extra is missing."""
    if not _has_extra():
        return None
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    with suppress(ValueError, InvalidSignature):
        signed = bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signed, _signed(digest))
        return (key, signature) == (key.lower(), signed.hex())  # written in one way only
    return False


def trusted_keys(files: Sequence[Path]) -> dict[str, str]:
    """Return the keys that somebody trusts, each with the name that it goes by.

    A file holds a public key as PEM, which goes by the name of the file, or lines of 64 hex digits and a name. Raises
    `UsageError` for any other one, or without the extra.
    """
    if files:
        _need_extra()
    return {key: name for file in files for key, name in _trusted(file)}


def _trusted(file: Path) -> Iterator[tuple[str, str]]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    content = read_named(file, MOST_BYTES, "key")
    if b"PRIVATE KEY" in content:
        raise UsageError(
            f"{file} holds a private key, which belongs to its owner alone.",
            remedy="Name the public one with --trust.",
        )
    if b"PUBLIC KEY" in content:
        with _our_errors(file, "the public key is damaged. Ask its owner for it again."):
            public = serialization.load_pem_public_key(content)
        if not isinstance(public, Ed25519PublicKey):
            raise UsageError(f"{file}: {OTHER_KIND} Ask its owner for the right one.")
        yield _hex(public), file.stem
        return
    has_key = False
    for n, text in enumerate(decoded(content, "replace").splitlines(), start=1):
        key, _, name = text.strip().partition(" ")
        if not key or key.startswith("#"):
            continue
        if not HEX_KEY.fullmatch(key.lower()):
            raise UsageError(
                f"line {n}: a public key of 64 hex digits and a name are expected here.",
                place=file,
                remedy="Correct it.",
            )
        has_key = True
        yield key.lower(), name.strip() or file.stem
    if not has_key:
        raise UsageError(
            "there is no public key in it.",
            place=file,
            remedy="Write 64 hex digits and a name on a line.",
        )


def _hex(public: Ed25519PublicKey) -> str:
    return public.public_bytes_raw().hex()


def _signed(digest: str) -> bytes:
    """Return the bytes to sign: not a bare digest, so that no signature made for something else can stand here."""
    return f"hrge-xl/entry/1 {digest}".encode()


def _has_extra() -> bool:
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401 (asks whether it is there)
    except ImportError:
        return False
    return True


def _need_extra() -> None:
    if not _has_extra():
        raise UsageError("Keys need the package cryptography.", remedy=INSTALL)
