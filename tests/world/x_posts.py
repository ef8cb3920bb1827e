"""XPosts: posts on the fake X, written on its intent page and shown as public post data, as oEmbed and on a page.

The intent page sends a post as X's own pages do, by GraphQL, and then shows it without loading another page.

Shapes: the types of https://github.com/vercel/react-tweet and https://docs.x.com/x-for-websites/oembed-api
"""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.claims.posts import PostId, make_token, parse_post_url

from tests.core.claim_servers import make_post
from tests.data.people import OWNER, Someone
from tests.world.exchange import Answer, Ask, Site, page
from tests.world.fake_x import user

POST_DATA = "cdn.syndication.twimg.com"
OEMBED = "publish.x.com"
INTENT = "/intent/post"
CREATE = "/i/api/graphql/a1/CreateTweet"
_POST_PAGE = re.compile(r"/\w+/status/(\d+)")
_LINK = re.compile(r"https?://\S+")
_HASHTAG = re.compile(r"#(\w+)")
_WRITING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Post / X</title>
<form>
<p>@{name}</p>
<textarea name="text" data-testid="tweetTextarea_0" rows="8" cols="60">{text}</textarea>
<p><button data-testid="tweetButton">Post</button></p></form>
<script>
document.forms[0].addEventListener("submit", async (event) => {{
  event.preventDefault();
  const variables = {{ tweet_text: event.target.text.value }};
  const sent = await fetch("{create}", {{ method: "POST", body: JSON.stringify({{ variables }}) }});
  const {{ rest_id }} = (await sent.json()).data.create_tweet.tweet_results.result;
  const url = `/{name}/status/${{rest_id}}`;
  const shown = await (await fetch(url)).text();
  history.pushState(null, "", url);
  document.body.innerHTML = new DOMParser().parseFromString(shown, "text/html").body.innerHTML;
}});
</script>"""
_READING = """<!doctype html><html lang="en"><meta charset="utf-8"><title>@{name} on X</title>
<article data-testid="tweet"><p>@{name}</p><p data-testid="tweetText" style="white-space: pre-line">{text}</p>
<button data-testid="copy-link"
 onclick="navigator.clipboard.writeText(location.href).then(() => (this.textContent = 'Copied'))">Copy link</button>
</article>"""


class XPosts:
    """The posts of one X; the person who is signed in there is the archive's owner."""

    def __init__(self, signed_in: Someone = OWNER) -> None:
        self.signed_in = signed_in
        self._posts: dict[str, tuple[Someone, str]] = {}
        self._numbers = itertools.count(1_936_480_450_125_496_510)

    def sites(self, x: Site) -> Mapping[str, Site]:
        """Return the sites of the hosts that show posts; `x` answers what is not about posts."""

        def on_x(ask: Ask) -> Answer:
            return self._on_x(ask) or x(ask)

        return {"x.com": on_x, POST_DATA: self._post_data, OEMBED: self._oembed}

    def publish(self, text: str, author: Someone | None = None) -> str:
        """Publish a post; return its address."""
        post, writer = str(next(self._numbers)), author or self.signed_in
        self._posts[post] = (writer, text)
        return f"https://x.com/{writer.screen_name}/status/{post}"

    def delete(self, url: str) -> None:
        """Delete a post."""
        del self._posts[parse_post_url(url)]

    def _on_x(self, ask: Ask) -> Answer | None:
        url = urlsplit(ask.path)
        if url.path == CREATE:
            return self._create(json.loads(ask.body)["variables"]["tweet_text"])
        if url.path == INTENT:
            text = parse_qs(url.query).get("text", [""])[0]
            return _page(_WRITING, create=CREATE, name=self.signed_in.screen_name, text=text)
        found = _POST_PAGE.fullmatch(url.path)
        author, text = self._posts.get(found[1] if found else "", (None, ""))
        return _page(_READING, name=author.screen_name, text=text) if author else None

    def _create(self, text: str) -> Answer:
        """Publish a post, and answer as X answers to posting: without __typename."""
        post = parse_post_url(self.publish(text))
        author = {"user_results": {"result": user(self.signed_in)}}
        result = {"rest_id": post, "core": author, "legacy": {"full_text": text, "id_str": post}}
        return _json({"data": {"create_tweet": {"tweet_results": {"result": result}}}})

    def _post_data(self, ask: Ask) -> Answer:
        query = parse_qs(urlsplit(ask.path).query)
        post = PostId(query.get("id", [""])[0])
        if post not in self._posts or query.get("token") != [make_token(post)]:
            return page(404, b"", "text/html; charset=utf-8")
        author, text = self._posts[post]
        shown, entities = _link_entities(text)
        identity = (author.rest_id, author.screen_name)
        return _json(make_post(shown, post, identity, entities=entities))

    def _oembed(self, ask: Ask) -> Answer:
        url = parse_qs(urlsplit(ask.path).query).get("url", [""])[0]
        post = url.rpartition("/")[2]
        if post not in self._posts:
            return page(404, b"{}", "application/json")
        author, text = self._posts[post]
        name = author.screen_name
        body = html.escape(text).replace("\n", "<br>")
        quote = f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{body}</p>&mdash; (@{name})</blockquote>'
        return _json({"url": url, "author_name": name, "author_url": f"https://x.com/{name}", "html": quote})


def _link_entities(text: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Return a text with its links as X shortens them, and where its links and hashtags stand."""
    shown = _LINK.sub(lambda found: _shorten(found[0]), text)
    urls = [{"url": one[0], "indices": list(one.span())} for one in _LINK.finditer(shown)]
    tags = [{"text": one[1], "indices": list(one.span())} for one in _HASHTAG.finditer(shown)]
    return shown, {"hashtags": tags, "urls": urls, "user_mentions": [], "symbols": []}


def _shorten(link: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(link.encode()).digest()).decode()
    return f"https://t.co/{digest.replace('-', 'a').replace('_', 'b')[:10]}"


def _page(template: str, **values: str) -> Answer:
    body = template.format(**{name: html.escape(value) for name, value in values.items()})
    return page(200, body.encode(), "text/html; charset=utf-8")


def _json(body: dict[str, Any]) -> Answer:
    return page(200, json.dumps(body).encode(), "application/json; charset=utf-8")
