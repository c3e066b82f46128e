"""What the pictures of the guides show: a small call centre, who looks, where, and what they do.

`scripts/pictures` takes the pictures; a browser test plays every scene, so that none of them
shows what the pages no longer have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.access import Grant, UserRole
from qa.records import Channel, Verdict
from qa.settings import Settings
from qa.store import Store, open_store
from qa.store.accounts import Account
from qa.store.desk.draws import Occasion, Rule

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 1280, 860

#: Does what is to be seen; returns the part of the page that is shown, None = what is in sight.
Play = Callable[["Page"], "Locator | None"]


@dataclass(frozen=True)
class Scene:
    """One picture."""

    #: Of its file, without the ending.
    name: str
    #: Who looks: an account of `house`.
    who: str
    path: str
    play: Play
    height: int = HEIGHT


def seeding() -> Any:
    """Return the module that fills a small call centre for the tests."""
    spec = spec_from_file_location("seeding", ROOT / "tests" / "integration" / "seeding.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tests/integration/seeding.py is gone.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def house(folder: Path) -> tuple[Settings, dict[str, str]]:
    """Fill a call centre; return its settings and the session of everybody who looks."""
    known = seeding()
    settings: Settings = known.settings_for(folder)
    known.seed(settings)
    with open_store(settings) as store:
        known.weeks_of_chats(store)
        _worked(store)
        held = {
            "anna": Grant(UserRole.ADMINISTRATOR),
            "rita": Grant(UserRole.SUPERVISOR),
            "theo": Grant(UserRole.TRAINER),
        }
        sessions = {}
        for name, grant in held.items():
            sessions[name] = store.sessions.begin(_joins(store, name, grant))
        _joins(store, "omar", Grant(UserRole.REVIEWER, team="north"))
        _joins(store, "dana", Grant(UserRole.AGENT), agent_id="dana")
    return settings, sessions


def _joins(store: Store, name: str, grant: Grant, *, agent_id: str | None = None) -> Account:
    # What is kept of a password that nobody knows: the page says that there is one.
    kept = "-"
    return store.accounts.add(name, grants=[grant], who="anna", password=kept, agent_id=agent_id)


def _worked(store: Store) -> None:
    """Leave what a day leaves: a sample that was drawn, a star, a comment, a collection."""
    rule = Rule(per_agent=1, channel=Channel.CHAT)
    reason = "1 of each agent, by chance, channel Chat"
    store.draws.draw(rule, Occasion(who="rita", reason=reason), seed=4)
    store.remarks.star("refund", 10, who="rita", thanks="A warm end to a hard call.")
    store.override("refund", "front-desk", "greeting", Verdict.PASS, "", "rita")


# --- scenes ------------------------------------------------------------------------------


def _inbox(page: Page) -> None:
    page.locator("h2").first.wait_for()


def _conversation(page: Page) -> None:
    page.locator("#wave > div").wait_for()
    page.locator(".item.current [data-chip]").first.click()
    page.locator(".turn.searched").first.wait_for()
    page.evaluate("document.getElementById('player').pause(); scrollTo(0, 0)")


def _override(page: Page) -> Locator:
    page.keyboard.press("1")
    page.keyboard.type("She did ask, in other words.")
    return page.locator(".item.current")


def _blind(page: Page) -> Locator:
    page.locator("table.tasks a").last.click()
    page.locator("form.blind input[value=pass]").first.check()
    return page.locator("section.card", has=page.locator("form.blind"))


def _remarks(page: Page) -> None:
    page.locator("#t10 .who").click()
    page.keyboard.press("c")
    page.locator("#remark-text").fill("Calm to the end: keep this one for the new people.")
    page.evaluate("scrollTo(0, 0)")


def _keys(page: Page) -> Locator:
    page.keyboard.press("?")
    return page.locator("#keys")


def _figures(page: Page) -> None:
    page.locator("main h1").wait_for()


def _examples(page: Page) -> None:
    page.locator(".moment").first.wait_for()


def _people(page: Page) -> None:
    page.locator("table.tasks").wait_for()


SCENES = (
    Scene("inbox", "rita", "/inbox", _inbox),
    Scene("conversation", "rita", "/conversations/refund#a0i5", _conversation, 1000),
    Scene("override", "rita", "/conversations/refund#a0i5", _override),
    Scene("blind", "rita", "/inbox?group=sample", _blind, 1500),
    Scene("remarks", "rita", "/conversations/refund", _remarks, 1080),
    Scene("keys", "rita", "/conversations/refund", _keys),
    Scene("figures", "rita", "/figures?since=2026-01-05&until=2026-02-01", _figures),
    Scene("examples", "theo", "/examples?item=greeting&verdict=pass", _examples),
    Scene("people", "anna", "/people", _people),
)
