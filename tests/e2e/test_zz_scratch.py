from tests.e2e.test_firefox import *
import json
from tests.servers.firefox import *


def test_ff(firefox, sample):
    tab = firefox.open(firefox.url(APP))
    firefox.set_files(tab, at("file-input"), sample)
    firefox.until(tab, FOUND_TEXT, seconds=60)
    print("signature", [n for n in dir(firefox) if not n.startswith("_")])
    firefox.evaluate(tab, "document.querySelector('[data-testid=open-settings]').click()")
    import time

    time.sleep(1)
    firefox.click(tab, at("badges-switch"))
    time.sleep(2)
    print(firefox.evaluate(tab, "browser.storage.local.get().then(o=>JSON.stringify(o).slice(0,200))"))
    x = firefox.open("https://x.com/following?count=40")
    time.sleep(2)
    print(
        firefox.evaluate(
            x,
            "JSON.stringify([...document.querySelectorAll('[data-passerelle-badge]')].map(h=>[h.dataset.passerelleBadge,h.previousElementSibling.textContent]))",
        )
    )
    print(
        firefox.evaluate(
            x,
            "JSON.stringify((()=>{const b=document.querySelector('[data-passerelle-badge]').getBoundingClientRect();return [b.x,b.y,b.width,b.height]})())",
        )
    )
