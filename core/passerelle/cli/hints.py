"""`passerelle hints`: JSON Lines of profiles on stdin -> JSON Lines of the addresses in them on stdout."""

from __future__ import annotations

import argparse
import codecs
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import chain

from pydantic import BaseModel, ConfigDict

from passerelle.cli.terminal import escape_json, warn
from passerelle.errors import InputError
from passerelle.hints.find import find_hints
from passerelle.jsons import parse_json
from passerelle.text import without_lone_surrogates

EXAMPLE = '{"name": "…", "bio": "…", "location": "…", "urls": ["…"]}'
BOM = "\ufeff"


class Profile(BaseModel):
    """A profile in its owner's words; what is not known may be left out or null."""

    model_config = ConfigDict(strict=True)

    name: str | None = None
    bio: str | None = None
    location: str | None = None
    urls: list[str | None] | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Print one answer for each profile on stdin. Raises InputError where no line of several is one."""
    answered = skipped = 0

    def skip(message: str) -> None:
        nonlocal skipped
        skipped += 1
        warn(message)

    for answer in answers(sys.stdin.buffer, skip):
        print(answer, flush=True)
        answered += 1
    if skipped and not answered:
        raise InputError(f"No line is a profile like {EXAMPLE}.")
    return 0


def answers(lines: Iterable[bytes], skip: Callable[[str], None]) -> Iterator[str]:
    """Yield a line of JSON for each profile; lines without text are passed over.

    `skip` is called with a sentence for each line that is no profile.
    """
    for number, line in enumerate(decode_lines(lines), start=1):
        text = line.strip().lstrip(BOM).strip()
        if not text:
            continue
        try:
            profile = Profile.model_validate(parse_json(text))
        except ValueError:  # no JSON, no UTF-8; ValidationError is one, too
            skip(f"Line {number} is no profile like {EXAMPLE}; it was skipped.")
            continue
        yield _answer(profile)


def decode_lines(lines: Iterable[bytes]) -> Iterator[str]:
    """Decode UTF-8, or UTF-16 with a byte order mark. Bytes that are neither become lone surrogates, never JSON."""
    pieces = iter(lines)
    first = next(pieces, b"")
    if not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from (line.decode("utf-8", "surrogateescape") for line in chain((first,), pieces))
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    rest = ""
    for piece in chain((first,), pieces):
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        yield from whole
    yield rest


def _answer(profile: Profile) -> str:
    name, bio, location = (
        without_lone_surrogates(text or "") for text in (profile.name, profile.bio, profile.location)
    )
    hints = find_hints(name, bio, location, [without_lone_surrogates(url) for url in profile.urls or () if url])
    return escape_json(json.dumps({"hints": [asdict(hint) for hint in hints]}, ensure_ascii=False))
