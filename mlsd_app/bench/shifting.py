"""Whether a page moves under its reader: the layout shift that Chromium reports."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.loading import stage_urls

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
NAME, LIMIT = "layout shift", 0.001
CHROMIUM = "/usr/bin/chromium-headless-shell"
SCREENS = ((1440, 900), (390, 844))
SETTLES_WITHIN = 600  # ms after the page and its fonts have loaded
LATE = 300  # ms that fonts take on a slow line

# Shifts before the observer starts are kept for it; each is the part of the screen that moved.
OBSERVE = """() => new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) sum += shift.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  document.fonts.ready.then(() => setTimeout(() => resolve(sum), %d));
})"""


def measure(instance: Instance) -> Iterator[Figure]:
    chromium = os.environ.get("CHROMIUM", CHROMIUM)
    if find_spec("playwright") is None:
        yield Figure(NAME, None, LIMIT, "", "not measured: Playwright is not installed")
    elif not Path(chromium).exists():
        yield Figure(NAME, None, LIMIT, "", f"not measured: no Chromium at {chromium}")
    else:
        yield from worst_shifts(instance, chromium)


def worst_shifts(instance: Instance, chromium: str) -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright  # a package of the tests, perhaps not there

    session = instance.visitor().session
    urls = stage_urls(instance.new_design())
    pages = [f"{instance.server.origin}{url}" for url in urls]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        prompt = shifts(browser, session, pages)
        late = shifts(browser, session, pages, fonts_late_by=LATE)
        browser.close()
    where, worst = max(prompt.items(), key=itemgetter(1))
    yield Figure(NAME, worst, LIMIT, "", f"fixed limit; {where}, the worst of {len(prompt)}")
    where, worst = max(late.items(), key=itemgetter(1))
    name = f"{NAME}, late fonts"
    yield Figure(name, worst, None, "", f"no limit; fonts {LATE} ms late, {where}")


def shifts(
    browser: Browser, session: str, pages: Sequence[str], *, fonts_late_by: int = 0
) -> dict[str, float]:
    """The layout shift of each page on each screen, loaded with nothing remembered."""

    def hold_back(route: Route) -> None:
        time.sleep(fonts_late_by / 1000)
        route.continue_()

    found = {}
    for width, height in SCREENS:
        for url in pages:
            with browser.new_context(viewport={"width": width, "height": height}) as context:
                site = urljoin(url, "/")  # a page asks for more than itself
                context.add_cookies(
                    [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}]
                )
                if fonts_late_by:
                    context.route("**/*.woff2", hold_back)
                page = context.new_page()
                page.goto(url, wait_until="load")
                stage = url.rstrip("/").rpartition("/")[2]
                found[f"{stage} at {width} px"] = float(page.evaluate(OBSERVE % SETTLES_WITHIN))
    return found
