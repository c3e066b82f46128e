"""A reviewer's day: what is urgent, what was drawn blind, remarks, being through, by keyboard."""

import pytest
from seeing import keep, shuts_nobody_out

from qa.records import Verdict
from qa.store import open_store
from qa.store.desk.draws import Occasion, Rule

pytestmark = pytest.mark.browser


@pytest.fixture
def drawn(settings):
    """Draw one conversation of each agent, to be judged blind."""
    with open_store(settings) as store:
        occasion = Occasion(who="boss", reason="1 of each agent")
        made = store.draws.draw(Rule(per_agent=1), occasion, seed=1)
    return made.picked[0].conversation


def test_a_conversation_is_reviewed_and_left_by_keyboard(page):
    page.goto("/conversations/refund")
    page.on("dialog", lambda dialog: dialog.accept())  # the second key: Enter
    page.keyboard.press("A")
    page.get_by_text("Every item has a human's verdict or waits for one.").wait_for()
    page.keyboard.press("g")
    page.wait_for_url(lambda url: not url.endswith("/refund"))
    page.goto("/conversations/refund")
    assert page.get_by_text("Reviewed by").count() == 1
    keep(page, "reviewed")
    shuts_nobody_out(page)


def test_a_moment_is_commented_on_and_starred(page):
    page.goto("/conversations/refund")
    page.locator("#t1 .who").click()
    page.keyboard.press("c")
    assert page.locator("#remark-turn").input_value() == "2"
    page.locator("#remark-text").fill("Calm & clear")
    keep(page, "remark")
    page.get_by_role("button", name="Save comment").click()
    page.locator("#t1 .remark").wait_for()
    assert page.locator("#t1 .remark .comment").inner_text() == "Calm & clear"
    page.locator("#t1 .who").click()
    page.keyboard.press("*")
    page.locator("#t1 .remark.star").wait_for()
    page.locator("#t1 .remark.star").get_by_role("button", name="Remove").click()
    page.locator("#t1 .remark.star").wait_for(state="detached")


def test_two_reviewers_see_each_other_and_do_not_overwrite(page, settings):
    # Its own complaints are not listened to: a refusal is one.
    page = page.context.new_page()
    page.goto("/conversations/refund")
    with open_store(settings) as store:
        store.reviewing.here("refund", who="rita")
        store.override("refund", "front-desk", "greeting", Verdict.FAIL, comment="", who="rita")
    page.reload()
    assert "rita" in page.locator("#others").inner_text()
    with open_store(settings) as store:
        store.override("refund", "front-desk", "greeting", Verdict.PASS, comment="", who="rita")
    page.keyboard.press("2")
    page.keyboard.type("mine")
    with page.expect_response(lambda answer: answer.status == 412):
        page.keyboard.press("Control+Enter")
    page.locator("#toast.shown").wait_for()
    assert "rita changed conversation refund" in page.locator("#toast").inner_text()
    # What was written is still there, now and after the page was loaded again.
    page.reload()
    assert page.locator(".item.current textarea").first.input_value() == "mine"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_was_drawn_is_judged_blind_first(page, drawn, language):
    page.goto(f"/conversations/{drawn}")
    if language == "ru":
        page.get_by_role("button", name="Русский").click()
        page.wait_for_url("**")
    page.locator("form.blind").wait_for()
    assert page.locator("[data-chip]").count() == 0
    assert page.locator(".total").count() == 0
    keep(page, f"blind-{language}")
    shuts_nobody_out(page)
    for box in page.locator("form.blind fieldset").all():
        box.locator("input[value=pass]").check()
    page.locator("form.blind > button").click()
    page.locator(".total").first.wait_for()
    assert page.locator("form.blind").count() == 0
    assert page.locator(".both").count() > 0
    keep(page, f"after-{language}")
