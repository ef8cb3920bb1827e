"""Invented organisations' websites beside the servers of their accounts (tests/core/claim_servers.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from passerelle.transport import Request, Response

from tests.core.claim_servers import Servers

HTML = "text/html; charset=utf-8"
MUSEUM, MUSEUM_DID = "museum.example.com", "did:plc:museum2222222222222222"
ZOO, ZOO_DID, ZOO_ACCT = "zoo.example.net", "did:plc:zoo2222222222222222222", "zoo@social.example.org"

MUSEUM_PAGE = f"""<!doctype html><html><head><title>Museum</title></head><body>
<main><p>A visitor wrote: <a href="https://x.com/a_visitor/status/20">how nice</a>,
<a href="https://bsky.app/profile/visitor.example.org/post/3k">lovely</a>.</p>
<p>Thanks to <a href="https://x.com/a_sponsor">our sponsor</a>.</p></main>
<footer><a href="https://x.com/Museum_Quay?lang=fr">X</a> <a href="//bsky.app/profile/{MUSEUM}">Bluesky</a>
<a href="https://bsky.app/intent/compose?text=museum">Share</a> <a href="https://x.com/share?url=a">Share</a></footer>
</body></html>"""
ZOO_PAGE = """<html><head><link rel="me" href="https://social.example.org/@zoo"></head>
<body><a href="https://twitter.com/intent/follow?screen_name=quay_zoo" rel="noopener me">Follow us</a>
<a href="https://x.com/other_zoo">another zoo</a></body></html>"""


@dataclass
class Websites(Servers):
    """`pages` are start pages by domain; `leads_to` is where a domain redirects."""

    pages: dict[str, str] = field(default_factory=dict)
    leads_to: dict[str, str] = field(default_factory=dict)

    @classmethod
    def honest(cls) -> Websites:
        """Return a museum whose handle is its domain, and a zoo whose Mastodon profile links to its website."""
        sites = cls()
        sites.pages = {MUSEUM: MUSEUM_PAGE, ZOO: ZOO_PAGE}
        sites.add_bluesky(MUSEUM_DID, MUSEUM)
        sites.add_mastodon(ZOO_ACCT, f"https://www.{ZOO}/en")
        return sites

    def write_profile(self, did: str, **fields: object) -> None:
        """Write the Bluesky profile of an account."""
        self.records[did, "app.bsky.actor.profile", "self"] = dict(fields)

    async def fetch(self, request: Request) -> Response:
        """Answer for websites, else as the other servers do."""
        parts = urlsplit(request.url)
        host = parts.netloc
        if parts.path == "/" and host in self.leads_to and request.may_redirect:
            url = self.leads_to[host]
            host = urlsplit(url).netloc
            self.asked.append(url)
            return Response(200, {"content-type": HTML}, self.pages.get(host, "").encode(), url)
        if parts.path == "/" and host in self.pages and host not in self.down:
            self.asked.append(request.url)
            return Response(200, {"content-type": HTML}, self.pages[host].encode(), request.url)
        return await super().fetch(request)
