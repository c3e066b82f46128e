"""An agent reads their results and asks for a second look; another reviewer answers it."""

import pytest
from seeing import fits, keep, shuts_nobody_out, visitor
from sqlalchemy import update

from qa.access import Grant, UserRole
from qa.records import Verdict
from qa.store import database, open_store
from qa.store.tables import ConversationRow

pytestmark = pytest.mark.browser

ITEM = "Did the agent say sorry for what went wrong?"


def looked_at(page, name):
    """Check a page as all have to see it, and keep a picture."""
    shuts_nobody_out(page)
    fits(page)
    keep(page, name)


@pytest.fixture
def people(settings):
    """Sessions of an agent and two reviewers; one of these saw the agent's call."""
    with open_store(settings) as store:
        with database.writing(store._engine) as session:
            session.execute(update(ConversationRow).values(team="north"))
        store.override("refund", "front-desk", "sorry", Verdict.FAIL, "Nothing said.", "rita")
        store.remarks.star("refund", 6, who="rita", thanks="You kept calm.")
        store.release_to_agents("refund", who="boss")
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
        agent = store.accounts.add(
            "dana", grants=[Grant(UserRole.AGENT)], agent_id="dana", who="test"
        )
        reviewers = {
            name: store.accounts.add(
                name, grants=[Grant(UserRole.REVIEWER, team="north")], who="test"
            )
            for name in ("rita", "max")
        }
        return {
            name: store.sessions.begin(one) for name, one in ({"dana": agent} | reviewers).items()
        }


def test_an_agent_asks_another_reviewer_answers_and_the_agent_reads_it(people, chromium, address):
    with visitor(chromium, address, session=people["dana"], width=1280) as page:
        reads_and_asks(page)
    with visitor(chromium, address, session=people["rita"], width=1280) as page:
        page.goto("/inbox")
        assert page.get_by_text("asks for a second look").count() == 0
    with visitor(chromium, address, session=people["max"], width=1280) as page:
        answers(page)
    with visitor(chromium, address, session=people["dana"], width=1280, locale="ru-RU") as page:
        reads_the_outcome(page)


def reads_and_asks(page):
    page.goto("/")
    assert page.url.endswith("/mine")
    page.get_by_text("You kept calm.").wait_for()
    page.goto("/mine?since=2026-02-16&until=2026-03-29")
    looked_at(page, "mine")
    page.get_by_role("link", name="refund.wav").first.click()
    item = page.locator("details.item", has_text=ITEM)
    # What failed has a good example beside it, in which nobody is named.
    good = item.get_by_role("complementary")
    assert "Sorry. Anything else?" in good.inner_text()
    assert good.locator("audio").evaluate("(a) => a.play().then(() => a.duration > 1)")
    item.get_by_text("Ask for a second look").first.click()
    item.get_by_label("What was overlooked?").fill("I offered to put it right.")
    looked_at(page, "asking")
    item.get_by_role("button", name="Ask for a second look").click()
    page.get_by_text("Waits for another reviewer").wait_for()
    page.get_by_role("button", name="I have read it").click()
    page.get_by_text("You read it on").wait_for()


def answers(page):
    page.goto("/inbox")
    page.get_by_text("The agent asks for a second look: sorry").wait_for()
    page.get_by_role("link", name="refund.wav").first.click()
    look = page.get_by_role("region", name="Second look")
    assert "I offered to put it right." in look.inner_text()
    look.get_by_role("radio", name="Partly").check()
    look.get_by_label("Share reached, %").fill("60")
    look.get_by_label("Why it stays or changes").fill("It comes late, but it comes.")
    looked_at(page, "answering")
    look.get_by_role("button", name="Answer").click()
    page.get_by_text("The verdict was changed").wait_for()
    page.goto("/inbox")
    assert page.get_by_text("asks for a second look").count() == 0


def reads_the_outcome(page):
    page.goto("/mine")
    page.get_by_text("It comes late, but it comes.").first.wait_for()
    assert "Оценка изменена" in page.locator("main").inner_text()
    looked_at(page, "mine-ru")
    page.get_by_role("link", name="refund.wav").first.click()
    page.get_by_role("region", name="Повторная проверка").wait_for()
    looked_at(page, "outcome-ru")


def test_without_a_script_it_can_be_asked_and_the_sound_let_go(people, chromium, address):
    with visitor(
        chromium, address, session=people["dana"], width=1280, java_script_enabled=False
    ) as page:
        page.goto("/conversations/refund")
        item = page.locator("details.item", has_text=ITEM)
        item.get_by_text("Ask for a second look").first.click()
        item.get_by_label("What was overlooked?").fill("I offered to put it right.")
        item.get_by_role("button", name="Ask for a second look").click()
        assert page.get_by_text("Waits for another reviewer").count() == 1
        page.goto("/mine")
        page.get_by_role("button", name="Let my voice be heard").click()
        assert page.get_by_role("button", name="Let my voice be heard no more").count() == 1
