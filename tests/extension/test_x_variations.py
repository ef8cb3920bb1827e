"""The shipped adapters on pages as X draws them and people save them: everybody found once, by the right name.

Each variation is something that real pages do, or that an attacker may try, with invented people; all are shown by the
same Chromium.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.data.people import ADA, AT_SIGN, BRUNO, CHLOE, FARID, HIDEO, HTML, OWNER, Someone
from tests.extension.x_markup import (
    CANONICAL,
    avatar,
    banner,
    cell,
    classic,
    context,
    display_name,
    entry,
    follow,
    header,
    hover_card,
    linked_names,
    name_line,
    names,
    new,
    person_row,
    picture,
    popup,
    post,
    profile,
    quote,
    row,
    schema,
    tweet,
)
from tests.x_pages import read_pages

Found = tuple[str, str, str | None]  # surface, @name, id

ANCIENT = Someone("9000000000000900001", "abcdefghijklmnopqrst", "Twenty letters")
DIGITS = Someone("9000000000000900002", "1984_2024", "Digits")
LINES = Someone("9000000000000900003", "___", "Lines")
SELF = Someone("9000000000000900004", "myself", "@myself")


def seen(surface: str, person: Someone, with_id: bool = False) -> Found:
    return surface, person.screen_name, person.rest_id if with_id else None


def by(author: Someone, with_id: bool = False) -> Found:
    return seen("tweet", author, with_id)


MENTION = '<div dir="auto"><a href="/nasa" tabindex="-1">@nasa</a></div>'


def _moved(page: str, host: str) -> str:
    return re.sub(r' href="(?=/)', f' href="https://{host}', page)


# The classic client.

CLASSIC: dict[str, tuple[str, list[Found]]] = {
    "a timeline": (
        classic(
            row(tweet(ADA)),
            row(tweet(BRUNO, context=context("Chloé reposted", "/Chloe_Marais"))),
            row(tweet(FARID, context=context("Pinned", None), inner=quote(HIDEO))),
        ),
        [by(ADA), seen("reposter", CHLOE), by(BRUNO), by(FARID), seen("quote", HIDEO)],
    ),
    "a name that looks like another's": (
        classic(tweet(AT_SIGN), tweet(HTML), cell(AT_SIGN, tag="div"), tweet(ADA, inner=quote(AT_SIGN))),
        [by(AT_SIGN), by(HTML), seen("cell", AT_SIGN, True), by(ADA), seen("quote", AT_SIGN)],
    ),
    "the post that a page is about": (
        classic(tweet(ADA, attributes='tabindex="-1"', tools=follow(ADA)), tweet(BRUNO)),
        [by(ADA, True), by(BRUNO)],
    ),
    "mentions in posts, replies and cards": (
        classic(
            tweet(
                ADA,
                text='<a href="/brunoquai" role="link" tabindex="-1">@brunoquai</a> hello',
                inner='<div>Replying to <div><a href="/farid_k" tabindex="-1"><span>@farid_k</span></a></div></div>'
                '<div data-testid="card.wrapper"><a href="/hideo_umi">@hideo_umi</a></div>',
            )
        ),
        [by(ADA)],
    ),
    "an advertisement with a follow button for somebody else": (
        classic(f'<div data-testid="placementTracking">{tweet(ADA, inner=follow(BRUNO))}</div>'),
        [by(ADA)],
    ),
    "somebody who quotes themselves": (
        classic(tweet(ADA, inner=quote(ADA))),
        [by(ADA), seen("quote", ADA)],
    ),
    "a quote that quotes": (
        classic(tweet(ADA, inner=quote(BRUNO, inner=quote(CHLOE)))),
        [by(ADA), seen("quote", BRUNO), seen("quote", CHLOE)],
    ),
    "a quote with a video, whose author is linked": (
        classic(tweet(ADA, inner=quote(BRUNO, inner='<div>From <a href="/farid_k"><span>@farid_k</span></a></div>'))),
        [by(ADA), seen("quote", BRUNO)],
    ),
    "cards of a carousel outside any post": (
        classic(f'<div role="link" tabindex="0">{name_line(ADA, is_link=False)}</div>'),
        [by(ADA)],
    ),
    "lines above posts that name nobody, a group or a list": (
        classic(
            tweet(ADA, context=context("Group", "/i/communities/1")),
            tweet(BRUNO, context=context("A list", "/i/lists/7")),
            tweet(CHLOE, context=context("Topic", "/explore")),
        ),
        [by(ADA), by(BRUNO), by(CHLOE)],
    ),
    "one's own repost": (
        classic(tweet(ADA, context=context("You reposted", "/odile_passe"))),
        [seen("reposter", OWNER), by(ADA)],
    ),
    "old names: twenty letters, digits, lines": (
        classic(tweet(ANCIENT), tweet(DIGITS), cell(LINES, tag="div")),
        [by(ANCIENT), by(DIGITS), seen("cell", LINES, True)],
    ),
    "marks of direction around the @name, as in pages from right to left": (
        classic(
            tweet(FARID, line=name_line(FARID, shown="\u2066@farid_k\u2069")),
            cell(FARID, tag="li", shown="\u200f@farid_k\u200e"),
        ).replace('dir="ltr"', 'dir="rtl"', 1),
        [by(FARID), seen("cell", FARID, True)],
    ),
    "emoji, a lock and an organisation's picture in the name": (
        classic(
            tweet(
                ADA,
                line=name_line(
                    ADA,
                    badge='<img alt="@nasa" title="x"><svg data-testid="icon-lock"></svg>'
                    '<div role="link"><img alt="@nasa"></div>',
                ),
            )
        ),
        [by(ADA)],
    ),
    "the link of the @name leads to somebody else": (
        classic(tweet(ADA, line=name_line(ADA, shown="@nasa")), cell(ADA, shown="@nasa")),
        [],
    ),
    "links that lead to another site": (
        _moved(
            classic(tweet(ADA), cell(BRUNO, tag="li"), tweet(CHLOE, context=context("F", "/farid_k"))), "netflix.com"
        ),
        [],
    ),
    "a line without tabindex, as some savers leave it": (
        classic(tweet(ADA), cell(BRUNO, tag="li")).replace(' tabindex="-1"', ""),
        [by(ADA), seen("cell", BRUNO, True)],
    ),
    "no picture of the author, who is unknown there": (
        classic(tweet(ADA).replace("Container-ada_nouvelle", "Container-unknown")),
        [by(ADA)],
    ),
    "a people's page: cells as div, li and button": (
        classic(
            row(cell(ADA, tag="div", bio='Friend of <a href="/nasa" tabindex="-1">@nasa</a>')),
            row(cell(BRUNO, tag="li")),
            row(cell(CHLOE, bio='<img alt="@nasa"> <a href="/nasa">@nasa</a>')),
            row(cell(FARID, button=follow(FARID, "unfollow", "متابعة @{}"))),
            row(cell(HIDEO, button=follow(HIDEO, "cancel", "@{}のフォローリクエストを取り消す"))),
            row(cell(ANCIENT, button=follow(ANCIENT, "unblock", "@{} freigeben"))),
            row(cell(OWNER, button="")),
        ),
        [
            seen("cell", ADA, True),
            seen("cell", BRUNO, True),
            seen("cell", CHLOE, True),
            seen("cell", FARID, True),
            seen("cell", HIDEO, True),
            seen("cell", ANCIENT, True),
            seen("cell", OWNER),
        ],
    ),
    "cells without rows around them, saved: their follow buttons stand behind them": (
        f"<div><div>{cell(ADA)}</div><div>{cell(BRUNO)}</div><div>{cell(OWNER, button='')}</div></div>",
        [seen("cell", ADA, True), seen("cell", BRUNO, True), seen("cell", OWNER)],
    ),
    "a row beside somebody else's button": (
        classic(row(cell(OWNER, tag="div", button=follow(ADA)))),
        [seen("cell", OWNER)],
    ),
    "a button without words, which can be for nobody else": (
        classic(row(cell(ADA, tag="div", button=follow(ADA, label="")))),
        [seen("cell", ADA, True)],
    ),
    "a button without words beside a post, which may be for anybody": (
        classic(tweet(ADA, inner=follow(BRUNO, label=""))),
        [by(ADA)],
    ),
    "a cell and a card that are half filled, with a mention": (
        classic(f'<div data-testid="UserCell">{avatar(ADA)}{MENTION}</div>') + hover_card(avatar(ADA), MENTION),
        [],
    ),
    "people who follow one": (
        classic(
            row(cell(ADA, tag="div", indicator='<div data-testid="userFollowIndicator"><span>Follows you</span></div>'))
        ),
        [seen("cell", ADA, True)],
    ),
    "members of a list, in a dialog": (
        '<div id="react-root"></div><div id="layers"><div role="dialog"><div data-viewportview="true">'
        + row(cell(ADA))
        + row(cell(BRUNO))
        + "</div></div></div>",
        [seen("cell", ADA, True), seen("cell", BRUNO, True)],
    ),
    "a line in a cell that says who else follows": (
        classic(row(cell(ADA, tag="div", indicator=context("Bruno follows", "/brunoquai")))),
        [seen("cell", ADA, True)],
    ),
    "one's several accounts": (
        classic()
        + hover_card(cell(OWNER, tag="div", button=""), cell(ADA, tag="button", button=""), cell(BRUNO, button="")),
        [seen("cell", OWNER), seen("cell", ADA), seen("cell", BRUNO)],
    ),
    "a hover card": (
        classic() + hover_card(avatar(ADA), follow(ADA), names(ADA), '<div dir="auto"><a href="/nasa">@nasa</a></div>'),
        [seen("hover", ADA, True)],
    ),
    "a hover card with somebody else's button": (
        classic() + hover_card(avatar(ADA), names(ADA), follow(BRUNO)),
        [seen("hover", ADA)],
    ),
    "cards about nobody: empty, or on what verified means": (
        classic() + hover_card() + hover_card(display_name(ADA), '<div tabindex="-1">@nasa</div>'),
        [],
    ),
    "a profile": (
        classic(profile(ADA, bio='See <a href="/nasa">@nasa</a>'), row(tweet(ADA)), head=schema(ADA)),
        [seen("profile", ADA, True), by(ADA)],
    ),
    "a profile's header and nothing around it": (profile(ADA), [seen("profile", ADA, True)]),
    "a profile whose description has lost its test id, and no button": (
        classic(profile(ADA, actions=""), head=schema(ADA, test_id=False)),
        [seen("profile", ADA, True)],
    ),
    "a profile whose description has a number for an id, which is not to be believed": (
        classic(profile(ADA, actions=""), head=schema(ADA).replace(f'"{ADA.rest_id}"', ADA.rest_id)),
        [seen("profile", ADA)],
    ),
    "a profile whose description lags behind": (
        classic(profile(ADA), row(tweet(ADA)), head=schema(BRUNO)),
        [seen("profile", ADA, True), by(ADA)],
    ),
    "a profile whose description is half written": (
        classic(
            profile(ADA), head='<script type="application/ld+json" data-testid="UserProfileSchema-test">{"ma</script>'
        ),
        [seen("profile", ADA, True)],
    ),
    "one's own profile: no follow button, other people's beside it": (
        classic(
            profile(OWNER, actions='<a data-testid="editProfileButton"></a>', banner=banner(OWNER)),
            row(cell(ADA, tag="div")),
        ),
        [seen("profile", OWNER, True), seen("cell", ADA, True)],
    ),
    "a profile with nothing that tells the id": (
        classic(profile(OWNER, actions="", banner=banner(ADA)), row(cell(ADA, tag="div"))),
        [seen("profile", OWNER), seen("cell", ADA, True)],
    ),
    "a suspended account: a header without an @name": (
        classic('<div data-testid="UserName"><span>@nasa</span></div><div data-testid="emptyState"></div>'),
        [],
    ),
    "notices: several people in one line, and a reply": (
        classic(
            row(
                f'<article data-testid="notification" role="article">{avatar(ADA)}{avatar(BRUNO)}'
                '<div dir="ltr"><a href="/ada_nouvelle">@nasa</a> and 3 others liked your post</div>'
                '<div dir="auto">@nasa</div></article>'
            ),
            row(tweet(CHLOE)),
        ),
        [by(CHLOE)],
    ),
    "suggestions while typing": (
        classic(
            '<div role="option"><button data-testid="TypeaheadUser">'
            f'{avatar(ADA, False)}<div dir="ltr">@ada_nouvelle</div></button></div>'
        ),
        [],
    ),
    "who is signed in, and a message": (
        classic(
            '<button data-testid="SideNav_AccountSwitcher_Button">'
            f'{avatar(OWNER, False)}<div dir="ltr"><span>@odile_passe</span></div></button>'
            '<div data-testid="dm-container"><span>@nasa</span></div>'
        ),
        [],
    ),
    "one line of names and nothing else": (name_line(ADA), [by(ADA)]),
    "people on a page of tables": (f"<table><tr><td>{cell(ADA, tag='div')}</table>", [seen("cell", ADA, True)]),
}


# The new client.

NEW: dict[str, tuple[str, list[Found]]] = {
    "new: a conversation": (
        new(
            post(ADA, href=None, inner=post(CHLOE)),
            post(BRUNO, reposter=FARID),
            post(HIDEO, href="https://m.x.com/{}/status/1?launch_app_store=true&ct=x"),
            post(AT_SIGN),
            post(HTML),
        ),
        [by(ADA), seen("quote", CHLOE), seen("reposter", FARID), by(BRUNO), by(HIDEO), by(AT_SIGN), by(HTML)],
    ),
    "new: mentions and pictures in what people write": (
        new(
            post(ADA, text='<a href="/nasa">@nasa</a> <img alt="@nasa">'),
            post(BRUNO, href=None, text='<a href="/nasa"><img alt="@nasa"></a> <a href="/nasa">@nasa</a>'),
            person_row(CHLOE, bio='<a href="/nasa"><img alt="@nasa">@nasa</a>'),
        ),
        [by(ADA), by(BRUNO), seen("cell", CHLOE)],
    ),
    "new: a repost whose entry leads to the reposter": (
        new(post(ADA, reposter=BRUNO, href="/brunoquai/status/2")),
        [seen("reposter", BRUNO), by(ADA)],
    ),
    "new: the page's own post without picture, by its time's link": (
        new(post(ADA, href=None, avatar="")),
        [by(ADA)],
    ),
    "new: a post with neither picture nor time": (
        new(post(ADA, avatar="").replace("<a data-base-ui", "<i data-base-ui")),
        [by(ADA)],
    ),
    "new: pictures that are not the author's": (
        new(
            post(ADA, href=None, avatar="", text='<a href="/nasa"><img alt="@nasa"></a><a href="/nasa">@nasa</a>'),
            post(
                BRUNO, href=None, avatar='<a href="/brunoquai"><img alt="@nasa"></a>', inner='<a href="/nasa">@nasa</a>'
            ),
        ),
        [by(ADA), by(BRUNO)],
    ),
    "new: a reposter whose name looks like their own @name": (
        new(post(ADA, reposter=SELF, href="/myself/status/2", avatar="")),
        [seen("reposter", SELF)],
    ),
    "new: a repost whose line is a link": (
        new(re.sub(r"<div>(<a [^>]*>.*?</a>) reposted</div>", r"\1", post(ADA, reposter=BRUNO))),
        [seen("reposter", BRUNO), by(ADA)],
    ),
    "new: an @name that leads to somebody else": (
        new(post(ADA, names='<a href="/nasa"><span>@ada_nouvelle</span></a>')),
        [by(ADA)],
    ),
    "new: a post whose entry leads to no name": (
        new(post(ADA, href="/i/web/status/1"), post(BRUNO, href="/i/status/2", avatar="")),
        [by(ADA)],
    ),
    "new: the picture is in no link, the @name is in none": (
        new(
            post(ADA, avatar=picture(ADA, False), names=linked_names(ADA, False)),
            post(BRUNO, href=None, avatar=picture(BRUNO, False)),
            person_row(CHLOE, names=linked_names(CHLOE, False)),
        ),
        [by(ADA), by(BRUNO), seen("cell", CHLOE)],
    ),
    "new: somebody's post that shows another's @name": (
        new(post(ADA, names=linked_names(BRUNO)), person_row(ADA, names=linked_names(BRUNO))),
        [],
    ),
    "new: quotes in quotes": (
        new(post(ADA, inner=post(BRUNO, inner=post(CHLOE)))),
        [by(ADA), seen("quote", BRUNO), seen("quote", CHLOE)],
    ),
    "new: people's rows": (
        new(
            person_row(ADA),
            person_row(BRUNO, href="https://m.x.com/{}?launch_app_store=true"),
            person_row(CHLOE, href="/{}?ref=x"),
            person_row(FARID, href="/{}/"),
            f'<div role="dialog" data-open="">{person_row(HIDEO)}</div>',
        ),
        [seen("cell", one) for one in (ADA, BRUNO, CHLOE, FARID, HIDEO)],
    ),
    "new: notices": (
        new(
            entry(
                "/ada_nouvelle/status/1", f"{picture(ADA)}{picture(BRUNO)}<span>Ada and Bruno liked your post</span>"
            ),
            entry("/notifications", "<span>@nasa</span>"),
            entry("/brunoquai", f"{picture(BRUNO)}<a href='/brunoquai'>Bruno</a> followed you"),
            post(CHLOE),
        ),
        [by(CHLOE)],
    ),
    "new: a hover card": (
        new(post(BRUNO)) + popup(picture(ADA), linked_names(ADA), '<div dir="auto"><a href="/nasa">@nasa</a></div>'),
        [by(BRUNO), seen("hover", ADA)],
    ),
    "new: a hover card with plain text": (
        new() + popup(picture(ADA, False), linked_names(ADA, False)),
        [seen("hover", ADA)],
    ),
    "new: a card over the name of whose profile it is, before the header is there": (
        new(popup(picture(ADA), linked_names(ADA)), head=CANONICAL.format("/ada_nouvelle")),
        [seen("hover", ADA)],
    ),
    "new: menus and hints": (
        new() + popup("<button>Follow @nasa</button>") + popup("<span>@nasa</span>"),
        [],
    ),
    "new: a profile": (
        new(
            header(ADA, bio="@nasa"),
            post(ADA),
            head=CANONICAL.format("/ada_nouvelle") + schema(ADA, test_id=False),
        ),
        [seen("profile", ADA, True), by(ADA)],
    ),
    "new: a page of a profile that X has not had before": (
        new(header(ADA), head=CANONICAL.format("/ada_nouvelle/something_new")),
        [seen("profile", ADA)],
    ),
    "new: a profile's media, its description in a graph": (
        new(
            header(ADA),
            head=CANONICAL.format("/ada_nouvelle/media")
            + schema(ADA, shape='{{"@graph":[{{"@type":"WebSite"}},{{"@type":"ProfilePage","mainEntity":{}}}]}}'),
        ),
        [seen("profile", ADA, True)],
    ),
    "new: a profile, its description in a list, behind another's": (
        new(
            header(ADA),
            head=CANONICAL.format("/ada_nouvelle")
            + schema(BRUNO, test_id=False)
            + schema(ADA, shape='[{{"@type":"ProfilePage","mainEntity":{}}}]', test_id=False),
        ),
        [seen("profile", ADA, True)],
    ),
    "new: a profile that links its @name": (
        new(f"<div>{picture(ADA)}{linked_names(ADA)}</div>", head=CANONICAL.format("/ada_nouvelle")),
        [seen("profile", ADA)],
    ),
    "new: a post's page: its author's id, and no profile": (
        new(
            post(ADA, href=None),
            '<div>Replying to <a href="/ada_nouvelle"><span>@ada_nouvelle</span></a></div>',
            post(BRUNO),
            head=CANONICAL.format("/ada_nouvelle/status/1")
            + schema(ADA, shape='{{"@type":"SocialMediaPosting","identifier":"1","author":{}}}', test_id=False),
        ),
        [by(ADA, True), by(BRUNO)],
    ),
    "new: a list of people is nobody's profile": (
        new(
            "<div><h1>Ada</h1><span>@ada_nouvelle</span></div>",
            person_row(BRUNO),
            head=CANONICAL.format("/ada_nouvelle/followers"),
        ),
        [seen("cell", BRUNO)],
    ),
}

VARIATIONS = {**CLASSIC, **NEW}


# Ways of saving a page.


def _hrefs(page: str, prefix: str) -> str:
    return re.sub(r' href="(?=/)', f' href="{prefix}', page)


def _without_address(page: str) -> str:
    return re.sub('<link rel="canonical"[^>]*>', "", page)


def as_complete(page: str) -> str:
    """As browsers save a page with all it needs: where it was, whole addresses, files beside it."""
    moved = _hrefs(_without_address(page), "https://x.com").replace("<img", '<img src="./Ada (@ada) X_files/a.jpg"')
    return moved.replace("<html", "<!-- saved from url=(0026)https://x.com/ada_nouvelle -->\n<html")


def as_single_file(page: str) -> str:
    """As SingleFile writes it: no quotes that are not needed, no end tags that are not needed."""
    short = re.sub(r'="([^\s"\'=<>`]+)"', r"=\1", _hrefs(_without_address(page), "https://x.com"))
    return short.replace(
        "<head>", "<meta charset=utf-8> <!--\n Page saved with SingleFile \n url: https://x.com/ada_nouvelle \n-->"
    )


def as_archived(page: str) -> str:
    """As the Internet Archive gives it back: every link leads into the archive."""
    moved = _hrefs(page, "https://web.archive.org/web/20250110120000/https://twitter.com")
    return moved.replace('href="https://x.com', 'href="https://web.archive.org/web/20250110120000/https://x.com')


def as_archived_here(page: str) -> str:
    """The same with links without a host, which is how the archive's own pages have them."""
    return _hrefs(page, "/web/20250110120000/https://x.com")


WAYS: dict[str, Callable[[str], str]] = {
    "twitter.com": lambda page: _hrefs(page, "https://twitter.com"),
    "www.x.com": lambda page: _hrefs(page, "https://www.x.com"),
    "mobile": lambda page: _hrefs(page, "https://mobile.twitter.com"),
    "complete": as_complete,
    "single file": as_single_file,
    "archived": as_archived,
    "archived, without a host": as_archived_here,
    "opened from disk": lambda page: _hrefs(page, "file://"),
    "without a doctype": lambda page: page.replace("<!doctype html>", ""),
    "with lines and spaces between tags": lambda page: re.sub(r"(?<=>)(?!\s)|(?=<)", "\n  ", page).replace(
        '{"@type"', '{\n"@type"'
    ),
}
SAVED = (
    "a timeline",
    "a people's page: cells as div, li and button",
    "a profile",
    "a hover card",
    "new: a conversation",
    "new: people's rows",
    "new: a profile",
    "new: a hover card",
)


def _name(title: str) -> str:
    return re.sub(r"\W+", "-", title) + ".html"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Found]]:
    folder = tmp_path_factory.mktemp("pages")
    for title, (page, _) in VARIATIONS.items():
        (folder / _name(title)).write_text(page)
    for way, save in WAYS.items():
        for title in SAVED:
            (folder / _name(f"{title} {way}")).write_text(save(VARIATIONS[title][0]))
    return {file.name: _found(page) for file, page in read_pages(folder)}


def _found(page: dict[str, Any] | None) -> list[Found]:
    assert page is not None
    return [(person["surface"], person["handle"], person["rest_id"]) for person in page["people"]]


@pytest.mark.parametrize("title", VARIATIONS)
def test_every_person_there_is_found_once_and_no_other(title: str, found: dict[str, list[Found]]) -> None:
    assert found[_name(title)] == VARIATIONS[title][1]


@pytest.mark.parametrize("title", SAVED)
@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_the_same_however_it_was_saved(way: str, title: str, found: dict[str, list[Found]]) -> None:
    assert found[_name(f"{title} {way}")] == VARIATIONS[title][1]
