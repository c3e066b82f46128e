"""A day at the desk: words that are heard, verdicts by keyboard, drafts, hours of transcript."""

import pytest
from seeing import shuts_nobody_out

from qa.store import open_store
from qa.testing import make_chat

pytestmark = pytest.mark.browser

HEARD = "[...CSS.highlights.get('heard')].map((range) => range.toString())"
IN_SIGHT = """(node) => {
  const box = node.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return top !== null && (node.contains(top) || top.contains(node));
}"""


def wait_until(page, holds):
    """Wait until something holds, some seconds at most."""
    for _ in range(50):
        if holds():
            return
        page.wait_for_timeout(100)
    assert holds()


def current(page):
    return page.locator(".item.current")


def pills(locator):
    return [" ".join(p.split()) for p in locator.locator(".both .pill").all_inner_texts()]


def test_a_word_that_is_clicked_is_heard_and_lit(page):
    page.goto("/conversations/refund")
    said = page.locator("#t1 p")
    place = said.evaluate(
        """(node) => {
          const range = document.createRange();
          const at = node.textContent.indexOf('charged');
          range.setStart(node.firstChild, at); range.setEnd(node.firstChild, at + 7);
          const box = range.getBoundingClientRect();
          return [box.left + box.width / 2, box.top + box.height / 2];
        }"""
    )
    page.mouse.click(*place)
    page.wait_for_function("() => !document.getElementById('player').paused")
    page.wait_for_function(f"() => {HEARD}.length === 1")
    assert page.evaluate(HEARD)[0] in {"charged", "twice", "for", "one"}
    start = float(page.locator("#t1").get_attribute("data-start"))
    assert page.evaluate("document.getElementById('player').currentTime") >= start + 0.8


def test_a_conversation_is_confirmed_with_two_keys(page):
    page.goto("/conversations/refund")
    page.on("dialog", lambda dialog: dialog.accept())  # the second key: Enter
    page.keyboard.press("A")
    page.get_by_text("Every item has a human's verdict or waits for one.").wait_for()
    assert page.locator(".rest").count() == 0


def test_an_item_is_overridden_with_two_keys_and_the_text(page):
    page.goto("/conversations/refund")
    missed = current(page)
    assert "say sorry" in missed.inner_text()
    page.keyboard.press("2")
    page.keyboard.type("Half of it: <script>alert(1)</script>")
    page.keyboard.press("Control+Enter")
    page.locator(".machine").wait_for()
    assert pills(current(page)) == ["✗ Fail", "◐ Partly, 50 %"]
    assert current(page).locator(".comment").inner_text() == "Half of it: <script>alert(1)</script>"
    assert not current(page).locator(".change").evaluate("(box) => box.open")
    # The keyboard is where it was: the next key goes to the next item.
    page.keyboard.press("u")
    page.locator(".machine").wait_for(state="detached")


def test_items_are_gone_through_by_keyboard(page):
    page.goto("/conversations/refund")
    names = []
    for key in ["k", "k", "k", "j", "n"]:
        page.keyboard.press(key)
        names.append(current(page).get_attribute("id"))
    assert names == ["a0i1", "a0i0", "a0i0", "a0i1", "a0i2"]
    assert page.evaluate("document.activeElement.closest('.item').id") == "a0i2"


def test_evidence_is_heard_by_keyboard_and_the_next_with_the_next_press(page):
    page.goto("/conversations/refund#a0i5")
    chips = current(page).locator("[data-chip]")
    assert chips.count() >= 2
    for n in range(chips.count()):
        page.keyboard.press("e")
        page.wait_for_function(
            "(id) => document.querySelector('.play.on')?.dataset.chip === id",
            arg=chips.nth(n).get_attribute("data-chip"),
        )


def test_the_list_of_keys_names_what_there_is(page):
    page.goto("/conversations/refund")
    page.keyboard.press("?")
    keys = page.locator("#keys dt").all_inner_texts()
    assert {"a", "A", "j", "k", "o", "e", "␣", "←", "→", "?"} <= set(keys)
    assert len(keys) == len(set(keys))
    page.keyboard.press("Escape")
    page.goto("/")
    assert page.locator("#keys").is_hidden()


def test_nothing_is_lost_that_was_being_written(page):
    page.goto("/conversations/refund")
    page.keyboard.press("o")
    page.keyboard.type("She said it later")
    page.reload()
    assert current(page).get_by_label("Comment").input_value() == "She said it later"
    current(page).get_by_role("button", name="Save verdict").click()
    page.locator(".machine").wait_for()
    page.reload()
    assert not current(page).locator(".change").evaluate("(box) => box.open")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_wrong_verdict_and_its_evidence_are_seen_together(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/conversations/quarrel#a0i4")
    wrong = current(page)
    wrong.locator("[data-chip]").first.click()
    mark = page.locator("mark.lit")
    mark.wait_for()
    assert mark.inner_text() == "stupid"
    # Until it has scrolled there, which a busy machine takes its time for.
    wait_until(page, lambda: mark.evaluate(IN_SIGHT))
    wait_until(page, lambda: wrong.locator(".pill").first.evaluate(IN_SIGHT))


def test_silence_is_skipped(page):
    page.goto("/conversations/refund")
    page.locator("#wave > div").wait_for()
    page.get_by_role("button", name="Skip silence").click()
    page.evaluate("document.getElementById('player').currentTime = 22.7")
    page.keyboard.press("Space")
    # Nobody talks from 22.9 to 27.0.
    page.wait_for_function(
        "() => document.getElementById('player').currentTime > 26.5", timeout=3000
    )


def test_a_refusal_is_told_and_nothing_is_lost(chromium, address):
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/conversations/refund")
    page.route("**/override", lambda route: route.abort())
    page.keyboard.press("o")
    page.keyboard.type("Kept")
    page.keyboard.press("Control+Enter")
    page.locator(".toast.shown").wait_for()
    assert "could not be reached" in page.locator(".toast").inner_text()
    assert current(page).get_by_label("Comment").input_value() == "Kept"
    context.close()


@pytest.fixture
def long_chat(filled, settings):
    """A chat of many hundred messages in that call centre; its id."""
    seeding, _ = filled
    lines = [("agent", "Hello.", 0.0)]
    lines += [("customer", "word " * 30, 10.0 * n) for n in range(1, 599)]
    lines += [("agent", "Goodbye.", 5990.0)]
    with open_store(settings) as store:
        chat = make_chat(lines, id="long-talk")
        seeding._hear(store, chat, lines)
    return chat.id


def test_the_end_of_a_long_conversation_is_loaded_when_it_is_wanted(long_chat, page):
    page.goto(f"/conversations/{long_chat}")
    said = page.locator(".item", has=page.get_by_text("Farewell or good wishes?"))
    said.locator("summary").first.click()
    assert page.locator("#t599").count() == 0
    said.locator("[data-chip]").first.click()
    page.locator("#t599 mark.lit").wait_for()
    assert page.locator("#t0").count() == 1
    assert page.locator(".part.ahead").count() > 0  # what lies between was left alone


def test_without_javascript_every_part_is_a_page(long_chat, chromium, address):
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/conversations/{long_chat}")
    page.locator(".part.ahead a").last.click()
    assert page.locator("#t599").is_visible()
    assert page.locator("#t0").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/conversations",
        "/samples",
        "/search",
        "/upload",
        "/upload/progress?id=fresh",
        "/conversations/quarrel",
        "/conversations/order-chat",
        "/scorecards",
        "/account",
        "/people",
        "/people/roster",
        "/audit",
        "/conversations/refund/original",
    ],
)
def test_nobody_is_kept_out(page, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    shuts_nobody_out(page)
