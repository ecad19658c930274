"""Journeys in a real browser. Whatever a page complains of on the way fails the journey."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    WebError,
    expect,
)
from pytest_django.live_server_helper import LiveServer

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import load_examples
from mlsd_app.designs.models import Design
from tests.factories import make_user

Contexts = Callable[..., BrowserContext]
SignIn = Callable[[BrowserContext, User], None]

WIDE, MIDDLE, PHONE, NARROWEST = 1440, 820, 390, 320  # px
DESK = {
    "locale": "en-GB",
    "reduced_motion": "reduce",
    "viewport": {"width": WIDE, "height": 900},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe().axe_script

# Chromium says these itself, of answers that a journey provokes on purpose.
CONFLICT = "Failed to load resource: .* 409"
REFUSED = "Failed to load resource: .* 422"

TELLS_OF_ITS_POLICY = """
document.addEventListener("securitypolicyviolation", (broken) =>
  console.error(`Policy broken: ${broken.violatedDirective} by ${broken.blockedURI}`));
"""


@dataclass
class Complaints:
    """What pages said in the console, threw, broke of their policy, or fetched from elsewhere."""

    home: str
    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", self._thrown)
        context.on("request", self._asked)

    def leave(self, context: BrowserContext) -> None:
        context.remove_listener("console", self._said)
        context.remove_listener("weberror", self._thrown)
        context.remove_listener("request", self._asked)

    def expect(self, *patterns: str) -> None:
        """Allow messages that the journey provokes on purpose."""
        self.expected.extend(patterns)

    @property
    def unexpected(self) -> list[str]:
        return [
            said for said in self.found if not any(re.search(one, said) for one in self.expected)
        ]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(message.text)

    def _thrown(self, thrown: WebError) -> None:
        self.found.append(str(thrown.error))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.found.append(f"Asked another host: {request.url}")


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    return str(live_server.url)


@pytest.fixture
def complaints(base_url: str) -> Iterator[Complaints]:
    complaints = Complaints(base_url)
    yield complaints
    assert not complaints.unexpected


@dataclass
class Warm:
    """Browsers at a desk that earlier tests have left, emptied of all that these did.

    A new one takes a second until its first page is drawn: a process is started, and every font
    and script is fetched and read again. In each stays a page that keeps its process alive.
    """

    browser: Browser
    options: dict[str, Any]  # Any: what Playwright takes
    idle: list[tuple[BrowserContext, Page]] = field(default_factory=list)
    spoilt: set[BrowserContext] = field(default_factory=set)

    def take(self) -> tuple[BrowserContext, Page]:
        return self.idle.pop() if self.idle else self._new()

    def give_back(self, context: BrowserContext, kept: Page) -> None:
        if kept.is_closed():
            return
        if context in self.spoilt:
            context.close()
            return
        for page in context.pages:
            if page is not kept:
                page.close()
        context.set_offline(False)
        context.unroute_all()
        context.clear_cookies()
        context.clear_permissions()
        kept.evaluate("localStorage.clear()")
        self.idle.append((context, kept))

    def _new(self) -> tuple[BrowserContext, Page]:
        context = self.browser.new_context(**self.options)
        context.add_init_script(TELLS_OF_ITS_POLICY)
        add_init_script = context.add_init_script

        def spoil(*arguments: Any, **named: Any) -> None:
            self.spoilt.add(context)
            add_init_script(*arguments, **named)

        # What is added to every page of a browser cannot be taken out again.
        context.add_init_script = spoil  # type: ignore[method-assign, assignment]
        kept = context.new_page()
        kept.goto("/accounts/login/")
        return context, kept


@pytest.fixture(scope="session")
def warm(browser: Browser, browser_context_args: dict[str, Any]) -> Warm:
    return Warm(browser, browser_context_args | DESK)


@pytest.fixture
def new_context(complaints: Complaints, new_context: Contexts, warm: Warm) -> Iterator[Contexts]:
    """Opens a browser of its own, at a desk unless told otherwise, that is listened to."""
    taken: list[tuple[BrowserContext, Page]] = []

    def listened_to(**options: Any) -> BrowserContext:  # Any: what Playwright takes
        if options:
            context = new_context(**DESK | options)
            context.add_init_script(TELLS_OF_ITS_POLICY)
        else:
            taken.append(warm.take())
            context = taken[-1][0]
        context.set_default_timeout(10_000)  # ms
        complaints.listen(context)
        return context

    yield listened_to
    for context, kept in taken:
        complaints.leave(context)
        warm.give_back(context, kept)


@pytest.fixture
def examples(transactional_db: None) -> list[Design]:
    return load_examples()


@pytest.fixture
def author(transactional_db: None) -> User:
    return make_user()


@pytest.fixture
def sign_in(base_url: str) -> SignIn:
    """Gives a browser a session of somebody, in place of the one it has."""
    name = settings.SESSION_COOKIE_NAME

    def sign_in(context: BrowserContext, user: User) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])

    return sign_in


@pytest.fixture
def desk(context: BrowserContext, author: User, sign_in: SignIn) -> Page:
    """A page of the author, who is signed in."""
    sign_in(context, author)
    return context.new_page()


def open_stage(page: Page, design: Design, stage: str = "framing") -> None:
    page.goto(reverse("designs:stage_edit", args=[design.pk, stage]))


def arrived(page: Page, ending: str) -> None:
    """Wait for the page whose address matches ``ending``, and for its scripts."""
    expect(page).to_have_url(re.compile(ending))
    page.wait_for_load_state()


def control(page: Page, address: str) -> Locator:
    """Where the answer at ``address`` is written."""
    return page.locator(f'[name="{address}"]:not([type=hidden])')


def pill(page: Page, address: str, value: str) -> Locator:
    """One of the values to choose from at ``address``."""
    return page.locator(f'[name="{address}"][value="{value}"]')


def says(page: Page, address: str) -> Locator:
    """What is said below the answer at ``address``."""
    return page.locator(f'.says[data-for="{address}"]')


def notes(page: Page, question: str) -> Locator:
    """The findings beside a question, named as in ``stage.field``."""
    return page.locator(f"#n-{question.replace('.', '-')} [data-finding]")


@contextmanager
def saving(page: Page, of: str = "", *, status: int = 200) -> Iterator[None]:
    """Wait until what is done inside was answered with ``status`` and nothing else is on its way.

    ``of`` names an address by its end, where more than one is saved.
    """
    if not of:
        all_is_saved(page)
    with page.expect_response(partial(_answers_a_save, of)) as heard:
        yield
    assert heard.value.status == status
    all_is_saved(page)


def all_is_saved(page: Page) -> None:
    """Wait until all that was typed or asked for is answered and in the page."""
    expect(page.locator("#questions")).not_to_have_attribute("data-unsaved", "")


def _answers_a_save(of: str, response: Response) -> bool:
    fields = parse_qs(response.request.post_data or "", keep_blank_values=True)
    return "base" in fields and any(name.endswith(of) for name in fields)


def settled(page: Page) -> None:
    """Let the page draw itself to the end after a change of its size or colours."""
    page.evaluate("""async () => {
      await new Promise(requestAnimationFrame);
      await Promise.all(document.getAnimations().map((one) => one.finished));
    }""")


def assert_accessible(page: Page, *rules: str, within: str = "", without: str = "") -> None:
    """No violation of WCAG 2.2 AA or of axe's best practices, or of ``rules`` by name.

    ``within`` is a part of the page to look at, ``without`` a rule to leave out.
    """
    left_out = {without: {"enabled": False}} if without else {}
    options = {
        "resultTypes": ["violations"],
        "runOnly": list(rules or RULES),
        "rules": left_out,
    }
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # What is half behind the bar at the top would count as a target of half its size.
    violations = page.evaluate(
        """async ([within, options]) => {
          const there = scrollY;
          scrollTo(0, 0);
          const { violations } = await axe.run(within || document, options);
          scrollTo(0, there);
          return violations;
        }""",
        [within, options],
    )
    assert not violations, page.url + "".join(
        f"\n{one['id']}: {one['help']}\n  "
        + "\n  ".join(f"{node['target']} {node['html'][:160]}" for node in one["nodes"][:5])
        for one in violations
    )
