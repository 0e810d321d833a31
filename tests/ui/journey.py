"""What browser tests do to the app, by mouse or by keyboard."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
_CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OUR_FRAMES = "about:srcdoc"


def settled(page) -> None:
    """Wait until the app has finished what was asked of it."""
    page.wait_for_timeout(300)
    page.locator('[data-testid=stApp][data-test-script-state="notRunning"]').wait_for(timeout=120_000)


def press(page, button: str, brings) -> None:
    """Click a button until what it brings is there: a page that still moves under the pointer swallows a click."""
    for _ in range(4):
        settled(page)
        page.get_by_role("button", name=button).scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.get_by_role("button", name=button).click()
        settled(page)
        if brings.is_visible():
            return
    brings.wait_for()


def opened(page, title: str) -> None:
    page.get_by_role("heading", name=title, exact=True, level=2).wait_for(timeout=120_000)
    settled(page)


def choose(page, label: str, option: str) -> None:
    """Pick an option of a selectbox by the keyboard; a page that is drawn anew meanwhile shuts the list again."""
    wanted = page.get_by_role("option", name=option).first
    for _ in range(4):
        settled(page)
        box = page.get_by_role("combobox", name=label)
        box.focus()
        box.fill("")
        box.fill(option)
        page.wait_for_timeout(1_000)
        if wanted.is_visible():
            break
    wanted.wait_for()
    page.keyboard.press("Enter")
    settled(page)


def tab_to(page, name: str, *, most: int = 80) -> None:
    """Press Tab until the element of that accessible name, or its beginning, has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused_name(page).startswith(name):
            return
    raise AssertionError(f"Tab never came to “{name}”")


def focused_name(page) -> str:
    return page.evaluate("""() => {
        const here = document.activeElement, id = here.getAttribute('aria-labelledby');
        const label = id ? id.split(' ').map(one => document.getElementById(one)?.innerText ?? '').join(' ')
                         : here.getAttribute('aria-label') ?? here.labels?.[0]?.innerText ?? here.innerText ?? '';
        return label.replace(/^[a-z_]+\\n/, '').trim();
    }""")


def ringed(page) -> bool:
    """Whether the element in focus, or what it stands in, looks otherwise than without the focus (WCAG 2.4.7)."""
    return page.evaluate("""async () => {
        const here = document.activeElement, painted = async () => {
            await new Promise(done => setTimeout(done, 400));  // colours fade in
            const told = [];
            for (let one = here, depth = 0; one && depth < 5; one = one.parentElement, depth++) {
                const style = getComputedStyle(one);
                told.push(style.outline, style.boxShadow, style.borderColor, style.backgroundColor);
            }
            return told.join('|');
        };
        const focused = await painted();
        here.blur();
        const without = await painted();
        here.focus({focusVisible: true});
        return focused !== without;
    }""")


def axe(page) -> list[str]:
    """Serious and critical faults that axe-core finds in the page and in the map's own page inside it.

    Two institutions in one place overlap on a map: that is where they are (WCAG 2.5.8, exception "Essential",
    whose explanation names pins on a map), and the tables below it hold the same.
    """
    found = []
    for frame in page.frames:
        if frame != page.main_frame and frame.url != _OUR_FRAMES:
            continue
        frame.evaluate(f"() => {{ if (!window.axe) {{ {_AXE} }} }}")
        told = frame.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        found += [f"{fault['id']}: {node['target']} {node['html'][:120]}" for fault in told["violations"]
                  if fault["impact"] in ("serious", "critical") for node in fault["nodes"]
                  if not (fault["id"] == "target-size" and "leaflet-marker-icon" in node["html"])]
    return found


def faint(page) -> list[str]:
    """Texts whose contrast is too low, in the page and in the map's own page."""
    return [text for frame in page.frames if frame == page.main_frame or frame.url == _OUR_FRAMES
            for text in frame.evaluate(_CONTRAST)]


def cut_off(page) -> list[str]:
    """What of the page lies beyond its right edge and can't be scrolled to."""
    return page.evaluate("""() => {
        const width = document.documentElement.clientWidth, found = [];
        for (const element of document.querySelectorAll('main *, section *, header *')) {
            const box = element.getBoundingClientRect();
            if (box.width < 2 || box.height < 2 || box.left < 0 || box.right <= width + 1) { continue; }
            if (!element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) { continue; }
            const scrolls = element.closest('[data-testid=stDataFrame], [role=tablist], iframe');
            if (!scrolls && element.children.length === 0) { found.push(element.outerHTML.slice(0, 120)); }
        }
        return found;
    }""")
