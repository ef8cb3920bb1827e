"""Pictures at the stores' sizes: a caption above what the extension showed, and tiles with the icon.

Sizes: https://developer.chrome.com/docs/webstore/images (screenshots 1280x800, small tile 440x280) and
https://learn.microsoft.com/microsoft-edge/extensions-chromium/publish/publish-extension (logo 300x300).
"""

from __future__ import annotations

import base64
import html
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.store.listing import STORES, catalogue, languages, locale_of

ROOT = Path(__file__).parents[2]
ICON = ROOT / "extension" / "public" / "icon" / "passerelle.svg"
SCREENSHOT: ViewportSize = {"width": 1280, "height": 800}
TILE: ViewportSize = {"width": 440, "height": 280}
LOGO: ViewportSize = {"width": 300, "height": 300}
SCENES = ("popup", "people", "badges")  # in the order of the listing
# What a scene may take up below its caption.
SCENE: ViewportSize = {"width": 1120, "height": 640}
RIGHT_TO_LEFT = {"ar"}

STYLE = """
  * { box-sizing: border-box; margin: 0 }
  body { height: 100vh; overflow: hidden; display: flex; flex-direction: column; align-items: center;
         background: linear-gradient(#12486b, #0b2f47); color: #fff; font-family: "Noto Sans", sans-serif }
  h1 { height: 112px; display: flex; align-items: center; font-size: 40px; font-weight: 600; text-align: center }
  img.scene { max-width: 1120px; border-radius: 12px; box-shadow: 0 12px 48px #0008 }
  body.tile { justify-content: center; gap: 14px; padding: 0 28px; text-align: center }
  .tile img { width: 104px } .tile h1 { height: auto; font-size: 38px } .tile p { font-size: 20px }
  body.logo { background: none } .logo img { width: 300px }
"""


class Frames:
    """Writes the pictures of every store and language below `out`, composed in the page `page`."""

    def __init__(self, page: Page, out: Path) -> None:
        self._page = page
        self._out = out

    def take(self, language: str, name: str, scene: bytes) -> None:
        """Save `scene` (PNG) below its caption, `store.picture_<name>`, as one picture for each store."""
        caption = html.escape(catalogue(language)[f"store.picture_{name}"])
        picture = _data_url("image/png", scene)
        self._compose(SCREENSHOT, language, "", f'<h1>{caption}</h1><img class="scene" src="{picture}" alt="">')
        self._save(language, name)

    def take_tiles(self) -> None:
        """Save the small tile of each language, and Edge's logo."""
        icon = f'<img src="{_data_url("image/svg+xml", ICON.read_bytes())}" alt="">'
        for language in languages():
            say = catalogue(language)
            words = f"<h1>{html.escape(say['app.name'])}</h1><p>{html.escape(say['start.title'])}</p>"
            self._compose(TILE, language, "tile", icon + words)
            self._shoot(self._out / "chrome" / locale_of("chrome", language) / "tile-440x280.png")
        self._compose(LOGO, "en", "logo", icon)
        self._shoot(self._out / "chrome" / "logo-300x300.png")

    def _compose(self, size: ViewportSize, language: str, kind: str, body: str) -> None:
        direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self._page.set_viewport_size(size)
        self._page.set_content(
            f'<!doctype html><html lang="{language}" dir="{direction}"><style>{STYLE}</style>'
            f'<body class="{kind}">{body}</body></html>'
        )
        self._page.evaluate("() => Promise.all([...document.images].map((image) => image.decode()))")

    def _save(self, language: str, name: str) -> None:
        for store in STORES:
            self._shoot(self._out / store / locale_of(store, language) / f"{SCENES.index(name) + 1}-{name}.png")

    def _shoot(self, path: Path) -> None:
        self._page.screenshot(path=path, omit_background=True)


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
