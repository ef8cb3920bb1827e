"""The directory's Ed25519 keys: the current one, which signs, and the next one. Neither is ever overwritten."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

# Clients pin both, so that the directory can change keys without a new version of every client.
CURRENT, NEXT = "current", "next"
OWNER_ONLY_FOLDER = 0o700
MAKING = ".making-"  # how the names of unfinished files begin


class KeyMissing(Exception):
    """There is no usable signing key."""


def make_keys(folder: Path) -> tuple[str, ...]:
    """Make the key pairs that are missing in `folder`; return their names. An empty file counts as missing."""
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    for interrupted in folder.glob(f"{MAKING}*"):
        interrupted.unlink()
    missing = tuple(name for name in (CURRENT, NEXT) if not _has_content(_path(folder, name)))
    for name in missing:
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_secret(_path(folder, name), pem)
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


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; it gets its name once all of it is on the disk, or never."""
    descriptor, name = tempfile.mkstemp(prefix=MAKING, dir=path.parent)  # readable and writable by the owner only
    made = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if _has_content(path):
            raise FileExistsError(f"{path} was made by another process meanwhile.")
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
