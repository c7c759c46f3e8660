"""The stamp of an issued workbook: how an identity is written down, signed and verified."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import fields, replace

from .submission import Identity

PROPERTY_PREFIX = "hrge_"  # of the custom document properties that hold the second copy
FIELDS = tuple(field.name for field in fields(Identity))
NEEDED = ("spec", "spec_version", "layout", "language")
# fields that are signed only where they say something
IF_SAID = ("predecessor", "edition", "last_round", "last_digest", "sample")
VALID, INVALID, UNSIGNED = "valid", "invalid", "unsigned"
UNCHECKED = "unchecked"  # signed, and no key to check it with


def to_pairs(identity: Identity) -> list[tuple[str, str]]:
    """Give every field of the stamp with its value, in one fixed order."""
    return [(name, str(getattr(identity, name))) for name in FIELDS]


def from_pairs(pairs: Mapping[str, str]) -> Identity | None:
    """Give the identity written down as pairs; None when one of the fields that nothing works without is missing.

    Keys that no field has are left alone: a later version may write more.
    """
    if not all(pairs.get(name) for name in NEEDED):
        return None
    return Identity(**{name: pairs[name] for name in FIELDS if name in pairs})


def canonical(identity: Identity) -> bytes:
    """Give the bytes to sign: the stamp without its signature, in one way only.

    Some fields are part of it only where they say something.
    """
    left_out = {"signature", *(name for name in IF_SAID if not getattr(identity, name))}
    signed = {name: value for name, value in to_pairs(identity) if name not in left_out}
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(identity: Identity, key: bytes) -> Identity:
    """Give the same identity with its signature under the key of the round."""
    return replace(identity, signature=hmac.new(key, canonical(identity), hashlib.sha256).hexdigest())


def verify(identity: Identity, key: bytes) -> str:
    """Say whether the signature is "valid", "invalid" or missing ("unsigned")."""
    if not identity.signature:
        return UNSIGNED
    right = sign(identity, key).signature.encode()
    return VALID if hmac.compare_digest(right, identity.signature.encode()) else INVALID
