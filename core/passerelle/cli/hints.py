"""`passerelle hints`: JSON Lines of profiles on stdin -> JSON Lines of the addresses in them on stdout."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from pydantic import BaseModel, ConfigDict, ValidationError

from passerelle.errors import InputError
from passerelle.hints.find import find_hints


class Profile(BaseModel):
    """What somebody writes about themselves; what is not known may be left out or null."""

    model_config = ConfigDict(strict=True)

    name: str | None = None
    bio: str | None = None
    location: str | None = None
    urls: list[str] | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Answer each line of stdin with one line. Raises InputError at the first line that is no profile."""
    for answer in answers(sys.stdin.buffer):
        print(answer, flush=True)
    return 0


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """Give a line of JSON for each line of JSON. Raises InputError at the first line that is no profile."""
    for number, line in enumerate(lines, start=1):
        profile = _parse(line, number)
        hints = find_hints(profile.name or "", profile.bio or "", profile.location or "", profile.urls or ())
        yield json.dumps({"hints": [asdict(hint) for hint in hints]}, ensure_ascii=False)


def _parse(line: bytes, number: int) -> Profile:
    try:
        return Profile.model_validate_json(line)
    except ValidationError as error:
        raise InputError(
            f'Line {number} is no profile like {{"name": "…", "bio": "…", "location": "…", "urls": ["…"]}}.'
        ) from error
