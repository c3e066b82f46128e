"""A trainer's afternoon: search, hear, gather, order, share, and take it along to a room."""

import zipfile

import pytest
from seeing import fits, keep, shuts_nobody_out, visitor
from sqlalchemy import update

from qa.access import Grant, UserRole
from qa.records import Verdict
from qa.store import database, open_store
from qa.store.tables import ConversationRow

pytestmark = pytest.mark.browser

SCREENS = (1280, 390, 360)
PLAYS = "(audio) => !audio.paused && !audio.error && audio.currentTime > 0 && audio.duration"


@pytest.fixture
def people(settings):
    """A trainer's and a reviewer's session, where a critical fail was confirmed."""
    with open_store(settings) as store:
        with database.writing(store._engine) as session:
            session.execute(update(ConversationRow).values(team="north"))
        store.override("quarrel", "front-desk", "no_insult", Verdict.FAIL, "", "root")
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
        grants = {str(r): Grant(r, team="north") for r in (UserRole.TRAINER, UserRole.REVIEWER)}
        return {
            name: store.sessions.begin(store.accounts.add(name, grants=[grant], who="test"))
            for name, grant in grants.items()
        }


@pytest.fixture
def trainer(people, chromium, address):
    with visitor(chromium, address, session=people["trainer"], width=1280) as page:
        yield page


def heard(audio):
    """Play and seek a sound; return how long it is."""
    audio.evaluate("(audio) => audio.play()")
    audio.page.wait_for_function(PLAYS, arg=audio.element_handle())
    return audio.evaluate("(audio) => audio.duration")


def nobody_is_kept_out(page):
    fits(page, SCREENS)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        shuts_nobody_out(page)
    page.emulate_media(color_scheme="light")


def test_moments_are_found_heard_gathered_ordered_shared_and_taken_along(
    trainer, people, chromium, address, tmp_path
):
    page = trainer
    search_and_gather(page)
    order(page)
    link = share(page, address)
    with visitor(chromium, address, session=people["reviewer"], width=1280) as other:
        other.goto(link)
        assert other.locator("article.moment").count() == 2
        assert other.get_by_role("button", name="move").count() == 0
        heard(other.locator("audio"))
        nobody_is_kept_out(other)
        withdraw(page)
        assert "This link leads nowhere" in fetched(other, link)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Take it along (ZIP)").click()
    folder = tmp_path / "taken"
    zipfile.ZipFile(coming.value.path()).extractall(folder)
    plays_from_disk(chromium, folder)


def fetched(page, address):
    return page.request.get(address).text()


def search_and_gather(page):
    page.goto("/examples")
    nobody_is_kept_out(page)
    keep(page, "examples")
    assert page.get_by_role("link", name="Conversations").count() == 0
    page.get_by_label("Item").select_option("greeting")
    page.get_by_label("Verdict").select_option("pass")
    page.get_by_label("Words").fill("Acme")
    page.get_by_role("button", name="Search").click()
    moments = page.locator("article.moment")
    assert moments.count() == 2
    assert page.get_by_label("Words").input_value() == "Acme"

    # A line that is clicked is heard from there, and lit while it is heard.
    first = moments.filter(has_text="charged twice")
    first.locator(".said li").nth(1).click()
    page.wait_for_function(PLAYS, arg=first.locator("audio").element_handle())
    assert first.locator("audio").evaluate("(a) => a.currentTime") >= 3.9
    first.locator(".said li.now").wait_for()

    # Gathered without leaving the search.
    first.get_by_text("Add to a collection").click()
    first.get_by_label("Name of a new collection").fill("Openings <b>")
    first.get_by_label("Note").fill("Slowly.")
    first.get_by_role("button", name="Add", exact=True).click()
    first.get_by_text("Added to").wait_for()
    assert first.get_by_role("link", name="Openings <b>").is_visible()
    page.goto("/examples?item=no_insult&verdict=fail")
    bad = page.locator("article.moment")
    assert bad.locator("audio").count() == 0
    assert "To read only" in bad.inner_text()
    bad.get_by_text("Add to a collection").click()
    bad.get_by_label("Collection", exact=True).select_option(label="Openings <b>")
    bad.get_by_role("button", name="Add", exact=True).click()
    bad.get_by_role("link", name="Openings <b>").click()


def order(page):
    asked = page.locator("article.moment h2")
    assert [t.split(". ")[0] for t in asked.all_inner_texts()] == ["1", "2"]
    assert "greet" in asked.first.inner_text()
    page.get_by_role("button", name="Moment 2: move up").click()
    page.wait_for_url("**#m*")
    assert "insult" in asked.first.inner_text()
    nobody_is_kept_out(page)
    keep(page, "collection")


def share(page, address):
    page.get_by_label("Good for so many days").fill("7")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Copy the link now").input_value()
    assert link.startswith(f"{address}/shared/")
    return link


def withdraw(page):
    page.goto("/collections")
    nobody_is_kept_out(page)
    keep(page, "collections")
    page.get_by_role("link", name="Openings <b>").click()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("withdrawn").wait_for()


def plays_from_disk(chromium, folder):
    """Open the page that was taken along as a file, without a network."""
    with visitor(chromium, "", width=1280, offline=True) as page:
        asked = []
        page.on("request", lambda r: asked.append(r.url))
        page.goto((folder / "index.html").as_uri())
        assert page.locator("h1").inner_text() == "Openings <b>"
        line = page.locator("article", has=page.locator("audio")).locator("li[data-start]").nth(1)
        line.click()
        audio = page.locator("audio")
        page.wait_for_function(PLAYS, arg=audio.element_handle())
        assert audio.evaluate("(a) => a.currentTime") >= 3.9
        page.locator("li.now").wait_for()
        assert [url for url in asked if not url.startswith("file:")] == []
        fits(page, SCREENS)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shuts_nobody_out(page)
            keep(page, f"taken-along-{scheme}")


def test_all_of_it_works_without_javascript(people, chromium, address):
    with visitor(
        chromium, address, session=people["trainer"], width=1280, java_script_enabled=False
    ) as page:
        page.goto("/examples?item=greeting&verdict=pass")
        first = page.locator("article.moment").first
        first.get_by_text("Add to a collection").click()
        first.get_by_label("Name of a new collection").fill("Mine")
        first.get_by_role("button", name="Add", exact=True).click()
        assert page.locator("h1").inner_text() == "Mine"
        kept = page.locator("article.moment")
        kept.locator("summary", has_text="Note").click()
        kept.get_by_label("Note", exact=True).fill("Hear the voice.")
        kept.get_by_role("button", name="Save").click()
        assert page.locator(".comment").inner_text() == "Hear the voice."
        page.get_by_role("button", name="Moment 1: take it out").click()
        assert page.get_by_text("It is empty.").is_visible()
        page.get_by_text("Change name and note").click()
        page.get_by_role("button", name="Delete the collection").click()
        assert page.get_by_text("There is no collection yet.").is_visible()


def test_the_pages_speak_russian(people, chromium, address):
    with visitor(chromium, address, session=people["trainer"], width=1280, locale="ru-RU") as page:
        page.goto("/examples")
        assert page.locator("h1").inner_text() == "Примеры"
        assert "Moments" not in page.locator("main").inner_text()
        fits(page, SCREENS)
        keep(page, "examples-ru")
