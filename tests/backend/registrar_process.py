"""A registrar in a process of its own, for whose claims every proof is there: `python -m … DATA DATABASE_URL PORT`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from passerelle.claims.records import make_record
from passerelle.transport import Fetch, Request, Response
from passerelle_directory.config import Config
from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.app import create_registrar, make_registrar
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.store import to_claim
from passerelle_directory.web.server import serve
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.backend.joining import NOW, UNLIMITED
from tests.core.claim_servers import Servers, make_post

THREADS = 8


def agreeing(sessions: sessionmaker[Session]) -> Fetch:
    """Return a fetch of servers on which every claim in the database is proven."""

    async def fetch(request: Request) -> Response:
        servers = Servers()
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        with sessions() as session:
            _add_claims(servers, session, query)
        did = urlsplit(request.url).path.removeprefix("/")
        if did.startswith("did:"):
            servers.add_bluesky(did, "ada.example.org")
        return await servers.fetch(request)

    return fetch


def _add_claims(servers: Servers, session: Session, query: dict[str, str]) -> None:
    for name, column in (("rkey", StoredClaim.claim_id), ("id", StoredClaim.post_id)):
        stored = session.scalar(select(StoredClaim).where(column == query.get(name, "")))
        if stored is None:
            continue
        claim = to_claim(stored)
        if name == "rkey":
            servers.records[str(claim.did), "eu.passerelle.claim", claim.claim_id] = make_record(claim, NOW)
        else:
            author = (str(claim.rest_id), str(claim.screen_name))
            servers.posts[query["id"]] = make_post(str(claim.code), query["id"], author)


def make(data: Path, database_url: str) -> Registrar:
    """Return the registrar of a folder and a database."""
    config = Config(data=data, database_url=database_url, limit=UNLIMITED, claim_limit=UNLIMITED)
    registrar = make_registrar(config)
    return replace(registrar, fetch=agreeing(registrar.sessions))


if __name__ == "__main__":
    print(json.dumps({"ready": True}), flush=True)
    serve(create_registrar(make(Path(sys.argv[1]), sys.argv[2])), "127.0.0.1", int(sys.argv[3]), THREADS)
