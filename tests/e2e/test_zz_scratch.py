from tests.e2e.test_firefox import *
import json, time, pytest
from tests.servers.firefox import *

@pytest.fixture(scope="session")
def packages():
    return Packages(Path("/tmp/f_ffpkg"), Path("/tmp/f_ffpkg"))

def test_ff(firefox, sample):
    tab = firefox.open(firefox.url(APP))
    firefox.set_files(tab, at("file-input"), sample)
    print(firefox.until(tab, FOUND_TEXT, seconds=90))
    firefox.evaluate(tab, "document.querySelector('[data-testid=open-settings]').click()")
    firefox.find(tab, at("badges-switch"))
    firefox.click(tab, at("badges-switch"))
    time.sleep(3)
    print(firefox.evaluate(tab, "browser.storage.local.get().then(o=>JSON.stringify(o).slice(0,200))"))
    print(firefox.evaluate(tab, "browser.permissions.getAll().then(o=>JSON.stringify(o).slice(0,400))"))
    x = firefox.open("https://x.com/following?count=40")
    time.sleep(4)
    print(firefox.evaluate(x, "[...document.querySelectorAll('[data-passerelle-badge]')].map(h=>[h.dataset.passerelleBadge,h.previousElementSibling.textContent])"))
    import base64
    def shot(n): Path(f"/tmp/f_ff{n}.png").write_bytes(base64.b64decode(firefox.screenshot(x)))
    def click(css_or_xy):
        px,py=css_or_xy
        firefox.command("input.performActions", context=x, actions=[{"type":"pointer","id":"mouse","actions":[{"type":"pointerMove","x":int(px),"y":int(py)},{"type":"pointerDown","button":0},{"type":"pointerUp","button":0}]}])
    b = firefox.evaluate(x, "(()=>{const b=document.querySelector('button [data-passerelle-badge]').getBoundingClientRect();return [b.x+b.width/2,b.y+b.height/2]})()")
    click(b); time.sleep(1.5); shot(1)
    print("opened", firefox.evaluate(x, "window.__opened"))
    def keys(*ks):
        acts=[]
        for k in ks: acts+= [{"type":"keyDown","value":k},{"type":"keyUp","value":k}]
        firefox.command("input.performActions", context=x, actions=[{"type":"key","id":"k","actions":acts}])
    TAB="\ue004"; ENTER="\ue007"; SPACE=" "; ESC="\ue00c"
    keys(TAB,TAB,TAB); time.sleep(.3); keys(SPACE); time.sleep(1); shot(2)
    print("opened", firefox.evaluate(x, "window.__opened"))
    keys(ESC); time.sleep(.3); keys(ENTER); time.sleep(.5); shot(3)
    print("opened", firefox.evaluate(x, "window.__opened"), firefox.evaluate(x,"document.activeElement.outerHTML.slice(0,200)"))
    firefox.evaluate(tab, "document.querySelector('[data-testid=badges-switch]').click()")
    time.sleep(2)
    print(firefox.evaluate(x, "document.querySelectorAll('[data-passerelle-badge]').length"), firefox.evaluate(tab, "browser.storage.local.get().then(o=>JSON.stringify(o).slice(0,200))"))
