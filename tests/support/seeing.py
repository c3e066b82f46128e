"""What browser tests share: somebody's browser, and what holds of every page that is shown."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

#: Widths at which pages are looked at: a desk, and a telephone.
WIDTHS = (1280, 390)


@contextmanager
def visitor(chromium, address, *, session="", language="", width=1440, **more):
    """Give a page of somebody's own browser; whatever it complains about fails the test."""
    context = chromium.new_context(
        **({"base_url": address} if address else {}),
        viewport={"width": width, "height": 900},
        **more,
    )
    cookies = {"qa_session": session, "qa_language": language}
    context.add_cookies(
        [{"name": name, "value": said, "url": address} for name, said in cookies.items() if said]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda err: complaints.append(str(err)))
    yield page
    context.close()
    assert complaints == []


def shuts_nobody_out(page):
    """axe-core finds nothing: names, roles, order, contrast."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # Style sheets are not fetched and put in anew: our policy would refuse it.
    found = axe.run(page, options={"preload": False}).response["violations"]
    assert [(v["id"], n["target"]) for v in found for n in v["nodes"]] == [], page.url


def fits(page, widths=WIDTHS):
    """Nothing sticks out of the page to the side, at any width."""
    before = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert inner[0] <= inner[1], (page.url, width)
    page.set_viewport_size(before)


def keep(page, name):
    """Keep pictures, wide and narrow, where QA_TEST_PICTURES names a folder: to be looked at."""
    before = page.viewport_size
    folder = os.environ.get("QA_TEST_PICTURES")
    for width in WIDTHS if folder else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(before)
