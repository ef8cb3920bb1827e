"""A bucket of S3 or of a server that speaks its protocol: the same files as in `public/`, for a static host or CDN.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html. Address of the server and credentials are read by
boto3 from the environment (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, ...).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from passerelle_directory.publishing.files import FILES, LATEST
from passerelle_directory.publishing.lifetimes import CHANGING, UNCHANGING
from passerelle_directory.publishing.media import media_type

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^\s?#]*))?", re.ASCII)
"""Names of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""


class InvalidAddress(ValueError):
    """What was given is no address of a bucket."""


class BucketError(Exception):
    """The bucket cannot be read or written; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket: when it was uploaded (aware), and its size in bytes."""

    uploaded_at: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket under one prefix, which is empty or ends with "/"."""

    client: S3Client
    name: str
    prefix: str

    def list_files(self) -> dict[str, Stored]:
        """Return the published files by name. Raises BucketError."""
        folder = f"{self.prefix}{FILES}/"
        with _explain(self.name):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
            return {
                stored["Key"].removeprefix(folder): Stored(stored["LastModified"], stored["Size"])
                for page in pages
                for stored in page.get("Contents", ())
            }

    def upload(self, paths: Sequence[Path], latest: bytes) -> None:
        """Upload files, then latest.json, which names them: it never names what is not there. Raises BucketError."""
        for path in paths:
            self.put_file(path)
        self.put_latest(latest)

    def put_file(self, path: Path) -> None:
        """Upload one file, which never changes. Raises BucketError."""
        with _explain(self.name), path.open("rb") as body:
            self.client.put_object(
                Bucket=self.name,
                Key=f"{self.prefix}{FILES}/{path.name}",
                Body=body,
                ContentType=media_type(path.name),
                CacheControl=UNCHANGING,
            )

    def put_latest(self, body: bytes) -> None:
        """Replace latest.json. Raises BucketError."""
        with _explain(self.name):
            self.client.put_object(
                Bucket=self.name,
                Key=self.prefix + LATEST,
                Body=body,
                ContentType="application/json",
                CacheControl=CHANGING,
            )

    def delete_file(self, name: str) -> None:
        """Delete one file; one that is not there is no error. Raises BucketError."""
        with _explain(self.name):
            self.client.delete_object(Bucket=self.name, Key=f"{self.prefix}{FILES}/{name}")


def open_bucket(address: str) -> Bucket:
    """Open s3://bucket/prefix; nothing is sent yet. Raises InvalidAddress, BucketError (boto3 is missing)."""
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise InvalidAddress(f"{address!r} is no address of a bucket; it looks like s3://bucket/v1/directory.")
    try:
        import boto3  # half a second, which no other command needs
    except ModuleNotFoundError:
        raise BucketError("Uploads to a bucket need boto3: pip install 'passerelle-directory[s3]'.") from None
    prefix = (match["prefix"] or "").strip("/")
    with _explain(match["bucket"]):
        return Bucket(boto3.client("s3"), match["bucket"], prefix and prefix + "/")


@contextmanager
def _explain(name: str) -> Iterator[None]:
    """Turn boto3's errors into one sentence. Credentials stand in none of its messages."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise BucketError(f"The bucket {name} cannot be used: {error}") from None
