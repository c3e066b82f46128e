"""What goes wrong while a page is open: nothing that was written is lost, and it is told."""

import re

import pytest
from sqlalchemy import delete

from qa.access import Grant, UserRole
from qa.access.passwords import Passwords
from qa.records import Verdict
from qa.store import database, open_store
from qa.store.tables import ConversationRow

pytestmark = pytest.mark.browser

SECRET = "lamp river ochre tin"
HELD = [Grant(UserRole.REVIEWER, project="retail")]


@pytest.fixture
def rita(chromium, settings, address):
    """A page of a reviewer who is logged in; refusals are what is tested, so it may complain."""
    with open_store(settings) as store:
        root = [Grant(UserRole.ADMINISTRATOR)]
        store.accounts.add("root", grants=root, who="test")
        kept = Passwords().hash(SECRET)
        made = store.accounts.add("rita", grants=HELD, who="test", password=kept)
        session = store.sessions.begin(made)
    context = chromium.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "qa_session", "value": session, "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def write_a_comment(page, text="She asked, in other words."):
    page.goto("/conversations/refund#a0i5")
    page.keyboard.press("2")  # partly
    page.keyboard.type(text)


def written(page):
    """Return the comment that is being written, and the verdict that was chosen."""
    item = page.locator(".item.current")
    return (
        item.get_by_label("Comment").input_value(),
        item.locator("input[type=radio]:checked").get_attribute("value"),
    )


def logs_out(settings):
    with open_store(settings) as store:
        store.sessions.end_all(store.accounts.get("rita").id, who="test")


def test_a_session_that_ends_in_the_middle_of_a_comment_loses_nothing(rita, settings):
    write_a_comment(rita)
    logs_out(settings)
    rita.keyboard.press("Control+Enter")
    rita.wait_for_url("**/login**")
    rita.get_by_label("Name").fill("rita")
    rita.get_by_label("Password").fill(SECRET)
    rita.get_by_role("button", name="Log in").click()
    rita.wait_for_url("**/conversations/refund#a0i5")
    assert written(rita) == ("She asked, in other words.", "partial")
    rita.locator(".item.current").get_by_role("button", name="Save verdict").click()
    rita.locator(".item.current .comment").wait_for()
    with open_store(settings) as store:
        (kept,) = store.assessments("refund")[0].overrides
    assert (kept.comment, kept.verdict, kept.who) == (
        "She asked, in other words.", Verdict.PARTIAL, "rita",
    )  # fmt: skip


def test_whoever_comes_next_to_the_same_tab_finds_nothing_of_it(rita, settings):
    write_a_comment(rita)
    logs_out(settings)
    with open_store(settings) as store:
        other = store.accounts.add("omar", grants=HELD, who="test")
        session = store.sessions.begin(other)
    where = rita.url.split("/conv")[0]
    rita.context.add_cookies([{"name": "qa_session", "value": session, "url": where}])
    rita.goto("/conversations")
    rita.goto("/conversations/refund#a0i5")
    assert written(rita)[0] == ""


def test_a_right_that_is_withdrawn_is_told_and_what_was_written_stays(rita, settings):
    write_a_comment(rita)
    with open_store(settings) as store:
        store.accounts.set_grants("rita", [Grant(UserRole.AUDITOR)], who="test")
    rita.keyboard.press("Control+Enter")
    rita.locator("#toast.shown").wait_for()
    assert "rita lacks the right 'override'" in rita.locator("#toast").inner_text()
    assert written(rita) == ("She asked, in other words.", "partial")
    with open_store(settings) as store:
        assert store.assessments("refund")[0].overrides == ()
    # Loaded again, the page offers no verdict any more.
    rita.reload()
    assert rita.get_by_role("button", name="Save verdict").count() == 0


def test_a_conversation_that_is_deleted_meanwhile_is_told(rita, settings):
    write_a_comment(rita)
    with open_store(settings) as store, database.writing(store._engine) as session:
        session.execute(delete(ConversationRow).where(ConversationRow.id == "refund"))
    rita.keyboard.press("Control+Enter")
    rita.locator("#toast.shown").wait_for()
    assert "No conversation" in rita.locator("#toast").inner_text()
    assert written(rita)[0] == "She asked, in other words."
    rita.reload()
    assert "Not Found" in rita.locator("h1").inner_text()
    assert rita.get_by_role("link", name="Back to the conversations").is_visible()


def test_of_two_tabs_the_slower_one_overwrites_nothing(rita, settings):
    write_a_comment(rita)
    second = rita.context.new_page()
    second.goto("/conversations/refund#a0i5")
    second.keyboard.press("1")  # passed
    second.keyboard.press("Control+Enter")
    second.locator(".item.current .machine, .item.current .both").first.wait_for()
    rita.bring_to_front()
    rita.keyboard.press("Control+Enter")
    rita.locator("#toast.shown").wait_for()
    assert "changed conversation refund" in rita.locator("#toast").inner_text()
    assert written(rita) == ("She asked, in other words.", "partial")
    with open_store(settings) as store:
        assert [o.verdict for o in store.assessments("refund")[0].overrides] == [Verdict.PASS]


def test_a_recording_that_was_erased_is_told_and_the_transcript_stands(rita, settings):
    with open_store(settings) as store:
        store.vault.drop("playback", "refund")
    rita.goto("/conversations/refund")
    said = rita.get_by_text("There is no recording to play: it was erased, or never kept.")
    assert said.is_visible()
    assert rita.locator("#player").count() == 0
    # Evidence is shown all the same.
    rita.locator(".item.current [data-chip]").first.click()
    assert rita.locator(".turn.searched").count() > 0


def test_a_recording_that_is_erased_while_its_page_is_open_is_told(rita):
    rita.route("**/audio", lambda route: route.fulfill(status=404))
    rita.goto("/conversations/refund")
    # Nothing is fetched before somebody wants to hear it: fetching is written down.
    rita.keyboard.press("Space")
    rita.locator("#toast.shown").wait_for()
    assert "cannot be played now" in rita.locator("#toast").inner_text()


def test_what_is_still_being_processed_says_so_and_has_no_player(rita):
    rita.goto("/conversations/fresh")
    assert rita.get_by_text("This conversation waits to be heard.").is_visible()
    assert rita.locator("#player").count() == 0
    assert rita.get_by_text("Nothing has been heard yet.").is_visible()


def test_verdicts_that_are_given_blind_outlive_the_page(page, settings):
    from qa.store.desk.draws import Occasion, Rule

    with open_store(settings) as store:
        occasion = Occasion(who="boss", reason="1 of each agent")
        drawn = store.draws.draw(Rule(per_agent=1), occasion, seed=1).picked[0].conversation
    page.goto(f"/conversations/{drawn}")
    boxes = page.locator("form.blind fieldset")
    boxes.nth(0).locator("input[value=fail]").check()
    boxes.nth(0).get_by_label("Comment").fill("Not a word of it")
    boxes.nth(1).locator("input[value=pass]").check()
    page.reload()
    assert boxes.nth(0).locator("input[value=fail]").is_checked()
    assert boxes.nth(0).get_by_label("Comment").input_value() == "Not a word of it"
    assert boxes.nth(1).locator("input[value=pass]").is_checked()
    assert boxes.nth(2).locator("input:checked").count() == 0
    for box in boxes.all()[2:]:
        box.locator("input[value=pass]").check()
    page.locator("form.blind > button").click()
    page.locator(".total").first.wait_for()
    # Once they are saved nothing is kept.
    kept = page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('blind'))")
    assert kept == []


# --- paper -------------------------------------------------------------------------------


def pages_of(page):
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.fixture
def ten_minutes(filled, settings):
    """A call of ten minutes and 1,500 words in that call centre; its id."""
    seeding, _ = filled
    said = (
        "I would like to know where the order is that I placed on Monday, please",
        "One moment, I will look into it and tell you what I see in our system",
    )
    sides = ("customer", "agent")
    lines = [(sides[n % 2], said[n % 2], 6.0 * n) for n in range(100)]
    with open_store(settings) as store:
        seeding._hear(store, seeding._call("ten", 8, "Dana"), lines)
    return "ten"


def test_a_conversation_prints_on_one_sheet(ten_minutes, page):
    page.goto("/conversations/refund")
    assert pages_of(page) == 1
    page.goto(f"/conversations/{ten_minutes}")
    page.locator("#t99").wait_for(state="attached")
    assert pages_of(page) <= 2  # both sides of it
