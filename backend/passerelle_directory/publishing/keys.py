"""The directory's Ed25519 keys: the current one, which signs, and the next one. Neither is ever overwritten."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from passerelle_directory.publishing.files import MAKING, OWNER_ONLY, has_content, write_whole

# Clients pin both, so that the directory can change keys without a new version of every client.
CURRENT, NEXT = "current", "next"
OWNER_ONLY_FOLDER = 0o700


class KeyMissing(Exception):
    """There is no usable signing key."""


def make_keys(folder: Path) -> tuple[str, ...]:
    """Make the key pairs that are missing in `folder`; return their names. An empty file counts as missing."""
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    for interrupted in folder.glob(f"{MAKING}*"):
        interrupted.unlink()
    missing = tuple(name for name in (CURRENT, NEXT) if not has_content(_path(folder, name)))
    for name in missing:
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_whole(_path(folder, name), pem, OWNER_ONLY, overwrite=False)
    return missing


def load_key(folder: Path, name: str = CURRENT) -> Ed25519PrivateKey:
    """Read a private key. Raises KeyMissing."""
    path = _path(folder, name)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyMissing("There is no signing key yet. Run first: passerelle-directory keygen") from None
    except ValueError:
        raise KeyMissing(f"{path} is not a private key.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing(f"{path} is not an Ed25519 key.")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 raw bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public key as clients pin it: base64 of its raw bytes."""
    return base64.b64encode(public_bytes(key)).decode()


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"
