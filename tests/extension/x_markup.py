"""Parts of X's pages as a browser saves them, in both clients' nesting, showing invented people.

The structure is what docs/x-pages.md says of X's; classes and wrappers that no selector may depend on are left out.
"""

from __future__ import annotations

from html import escape

from tests.data.people import Someone

CANONICAL = '<link rel="canonical" href="https://x.com{}">'


def classic(*parts: str, head: str = "") -> str:
    """A page of the classic client: menu, main column and side bar."""
    menu = '<header role="banner"><a href="/odile_passe" data-testid="AppTabBar_Profile_Link">Profile</a></header>'
    column = f'<main role="main"><div data-testid="primaryColumn">{"".join(parts)}</div></main>'
    body = f'<body><div id="react-root">{menu}{column}</div></body>'
    return f'<!doctype html><html dir="ltr"><head>{head}</head>{body}</html>'


def new(*parts: str, head: str = "") -> str:
    """A page of the new client."""
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f'<!doctype html><html dir="ltr" data-app-env="prod"><head>{head}</head>{body}</html>'


# The classic client.


def avatar(person: Someone, is_link: bool = True) -> str:
    link = f'<a href="/{person.screen_name}" aria-hidden="true" role="link" tabindex="-1"><img alt=""></a>'
    return f'<div data-testid="UserAvatar-Container-{person.screen_name}">{link if is_link else "<img>"}</div>'


def display_name(person: Someone, badge: str = '<svg data-testid="icon-verified"></svg>') -> str:
    text = escape(person.display_name)
    return f'<div dir="ltr"><span><span>{text}</span></span></div><div dir="ltr"><span>{badge}</span></div>'


def names(person: Someone, is_link: bool = True, shown: str | None = None, badge: str = "") -> str:
    """The display name and the @name, as links in tweets and cells, as boxes in quotes and headers."""
    at = f'<div dir="ltr"><span>{shown or "@" + person.screen_name}</span></div>'
    if not is_link:
        return f'<div>{display_name(person, badge)}</div><div tabindex="-1">{at}</div>'
    link = f'<a href="/{person.screen_name}" role="link"'
    return f'<div>{link}>{display_name(person, badge)}</a></div><div>{link} tabindex="-1">{at}</a></div>'


def name_line(person: Someone, is_link: bool = True, shown: str | None = None, badge: str = "") -> str:
    time = '<time datetime="2026-01-01T00:00:00.000Z">2h</time>'
    link = f'<a href="/{person.screen_name}/status/1" role="link">{time}</a>' if is_link else time
    return f'<div data-testid="User-Name">{names(person, is_link, shown, badge)}<div dir="ltr">·</div>{link}</div>'


def tweet(
    author: Someone,
    *,
    line: str | None = None,
    context: str = "",
    text: str = "A post.",
    tools: str = '<button data-testid="caret"></button>',
    inner: str = "",
    attributes: str = 'tabindex="0"',
) -> str:
    """A tweet; `context` stands above it, `inner` (a quote, a card, media) below its text."""
    body = f'<div data-testid="tweetText" dir="auto" lang="en"><span>{text}</span></div>'
    picture = f'<div data-testid="Tweet-User-Avatar">{avatar(author)}</div>'
    column = f'<div><div>{line or name_line(author)}{tools}</div>{body}{inner}<div role="group"></div></div>'
    return f'<article data-testid="tweet" role="article" {attributes}>{context}<div>{picture}{column}</div></article>'


def row(content: str) -> str:
    return f'<div data-testid="cellInnerDiv"><div>{content}</div></div>'


def quote(person: Someone, inner: str = "", text: str = "A quoted post.") -> str:
    picture = f'<div data-testid="Tweet-User-Avatar">{avatar(person, is_link=False)}</div>'
    body = f'<div data-testid="tweetText" dir="auto"><span>{text}</span></div>'
    card = f'<div role="link" tabindex="0">{picture}{name_line(person, is_link=False)}{body}{inner}</div>'
    return f'<div aria-labelledby="id1"><div><div dir="ltr"><span>Quote</span></div>{card}</div></div>'


def context(text: str, href: str | None) -> str:
    """The line above a tweet: who reposted it (a link), or that it is pinned (none)."""
    inner = f'<span data-testid="socialContext"><span>{text}</span></span>'
    return f'<div><a href="{href}" dir="ltr" role="link">{inner}</a></div>' if href else f"<div>{inner}</div>"


def follow(person: Someone, verb: str = "follow", label: str = "Follow @{}") -> str:
    """A follow button; `label` is X's in some language."""
    described = escape(label.format(person.screen_name))
    return (
        f'<button aria-label="{described}" data-testid="{person.rest_id}-{verb}" type="button"><span>x</span></button>'
    )


def cell(
    person: Someone,
    *,
    tag: str = "button",
    button: str | None = None,
    indicator: str = "",
    bio: str = "",
    shown: str | None = None,
    badge: str = "",
) -> str:
    """A person in a list, as X's script makes it: with its follow button inside, even where that is not valid HTML."""
    pressed = follow(person) if button is None else button
    hint = f'<div dir="auto" id="id9">Click to Follow {person.screen_name}</div>' if pressed else ""
    about = f'<div dir="auto"><span>{bio}</span></div>' if bio else ""
    who = f"{avatar(person)}<div>{names(person, shown=shown, badge=badge)}{indicator}</div>"
    return f'<{tag} role="button" data-testid="UserCell"><div>{who}<div>{pressed}</div>{hint}{about}</div></{tag}>'


def profile(person: Someone, *, actions: str | None = None, banner: str = "", bio: str = "") -> str:
    """A profile's header."""
    pressed = f'<div data-testid="placementTracking">{follow(person)}</div>' if actions is None else actions
    verified = '<div><button aria-label="verified"><svg data-testid="icon-verified"></svg></button></div>'
    line = f'<div data-testid="UserName"><div>{names(person, is_link=False, badge=verified)}</div></div>'
    about = f'<div dir="auto" data-testid="UserDescription"><span>{bio}</span></div>'
    return f"<div>{banner}<div>{avatar(person)}{pressed}</div>{line}{about}</div>"


def banner(person: Someone, id_in_picture: str | None = None) -> str:
    source = f"https://pbs.twimg.com/profile_banners/{id_in_picture or person.rest_id}/1700000000/1500x500"
    return f'<a href="/{person.screen_name}/header_photo" role="link" tabindex="-1"><img alt="" src="{source}"></a>'


def schema(person: Someone, *, shape: str = '{{"@type":"ProfilePage","mainEntity":{}}}', test_id: bool = True) -> str:
    """X's description of a page for search engines; `shape` says where in it the person stands."""
    attribute = ' data-testid="UserProfileSchema-test"' if test_id else ""
    about = (
        f'{{"@type":"Person","additionalName":"{person.screen_name}","identifier":"{person.rest_id}",'
        f'"url":"https://x.com/{person.screen_name}"}}'
    )
    return f'<script type="application/ld+json"{attribute}>{shape.format(about)}</script>'


def hover_card(*content: str) -> str:
    card = f'<div data-testid="hoverCardParent"><div data-testid="HoverCard">{"".join(content)}</div></div>'
    return f'<div id="layers">{card}</div>'


# The new client.


def picture(person: Someone, is_link: bool = True) -> str:
    image = f'<div class="x-avatar"><img alt="@{person.screen_name}"></div>'
    return f'<a class="x-link" href="/{person.screen_name}">{image}</a>' if is_link else image


def linked_names(person: Someone, shown_as_link: bool = True, host: str = "") -> str:
    name = f'<a href="{host}/{person.screen_name}"><div class="font-bold">{escape(person.display_name)}</div></a>'
    at = f"<span>@{person.screen_name}</span>"
    return f"<span>{name}</span><span>{f'<a href={host}/{person.screen_name}>{at}</a>' if shown_as_link else at}</span>"


def post(
    author: Someone,
    *,
    inner: str = "",
    text: str = "A post.",
    href: str | None = "/{}/status/1",
    reposter: Someone | None = None,
    avatar: str | None = None,
    names: str | None = None,
) -> str:
    """A post; `href` is where its entry leads, None for the one that the page is about."""
    leads = f' data-href="{href.format(author.screen_name)}" role="link" tabindex="0"' if href else ' tabindex="-1"'
    time = f'<a data-base-ui-tooltip-trigger="" href="{(href or "/{}/status/1").format(author.screen_name)}">2h</a>'
    who = f"{picture(author) if avatar is None else avatar}<div>{names or linked_names(author)}{time}</div>"
    body = f'<div dir="auto"><span>{text}</span></div>{inner}<div data-engagement-action="reply"></div>'
    article = f"<article>{who}{body}</article>"
    if reposter:
        line = f'<div><a href="/{reposter.screen_name}"><span>{escape(reposter.display_name)}</span></a> reposted</div>'
        article = f"<article>{line}{article}</article>"
    return f'<div data-timeline-entry=""{leads}>{article}</div>'


def entry(href: str, content: str) -> str:
    return f'<div data-timeline-entry="" data-href="{href}" role="link" tabindex="0">{content}</div>'


def person_row(person: Someone, *, href: str = "/{}", names: str | None = None, bio: str = "") -> str:
    """A person in a list of the new client."""
    about = f'<div dir="auto">{bio}</div>' if bio else ""
    button = f'<button aria-label="Follow @{person.screen_name}">Follow</button>'
    content = f"{picture(person)}<div>{names or linked_names(person)}</div>{about}{button}"
    return entry(href.format(person.screen_name), content)


def header(person: Someone, bio: str = "") -> str:
    """A profile's header in the new client: the @name is plain text."""
    about = f'<div dir="auto">{bio}</div>'
    name = f"<h1>{escape(person.display_name)}</h1><span>@{person.screen_name}</span>"
    return f"<div>{picture(person, False)}{name}{about}</div>"


def popup(*content: str) -> str:
    return f'<div data-side="bottom" data-open="">{"".join(content)}</div>'
