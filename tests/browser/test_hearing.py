"""The test of the product: click a failed item, hear that second, disagree, see the total move."""

import time

import pytest
from seeing import fits

pytestmark = pytest.mark.browser

PLAYER = """() => {
  const p = document.getElementById('player');
  return [p.currentTime, !p.paused && !p.error];
}"""


def heard(page, low, high):
    """Wait until the player plays between two seconds; return where it is."""
    until = time.monotonic() + 15
    while True:
        at, plays = page.evaluate(PLAYER)
        if plays and low < at < high:
            return at
        assert time.monotonic() < until, f"the player is at {at}, playing: {plays}"
        page.wait_for_timeout(50)


def item(page, ask):
    return page.locator("details.item", has=page.get_by_text(ask))


def said(locator):
    return " ".join(locator.inner_text().split())


def lit(page):
    return page.locator(".lit").all_inner_texts()


def test_a_failed_item_is_heard_answered_and_moves_the_total(page):
    page.goto("/conversations")
    page.get_by_role("link", name="refund.wav").click()
    missed = item(page, "Did the agent ask whether anything else is needed?")
    assert said(missed.locator(".pill").first) == "✗ Fail"

    # Hear where it was looked for: from the window's first second on.
    missed.get_by_text("▶ 00:31 to 00:48").click()
    at = heard(page, 31, 36)
    assert heard(page, at, 60) > at  # it moves on
    searched = page.locator(".turn.searched")
    assert searched.count() == 5
    assert searched.first.locator(".at").inner_text() == "00:31"
    page.locator("#t6.now").wait_for()  # the turn that is heard is lit

    # Hear what came nearest: a second before it, its very words lit.
    missed.get_by_text("▶ 00:40").click()
    heard(page, 39, 42)
    assert lit(page) == ["anything"]

    # Disagree, without the recording stopping.
    assert page.locator(".total").inner_text() == "40"
    missed.get_by_text("Disagree").click()
    missed.get_by_role("radio", name="Pass").check()
    missed.get_by_label("Comment").fill("She asked, in other words.")
    missed.get_by_role("button", name="Save verdict").click()
    page.locator(".total", has_text="60").wait_for()
    assert page.evaluate(PLAYER)[1]
    assert page.locator(".machine").inner_text() == "40"
    assert [said(p) for p in missed.locator(".both .pill").all()] == ["✗ Fail", "✓ Pass"]
    history = page.locator(".history li").all_inner_texts()
    assert len(history) == 2
    assert "decided anything_else: Pass" in history[0]
    assert "She asked, in other words." in history[0]
    assert "Machine scored anything_else: Fail" in history[1]

    # It is kept, and can be taken back.
    page.reload()
    assert page.locator(".total").inner_text() == "60"
    missed.get_by_role("button", name="Undo").click()
    page.locator(".total", has_text="40").wait_for()


def test_a_quote_plays_its_second_and_lights_its_words(page):
    page.goto("/conversations/quarrel")
    insult = item(page, "No insults")
    insult.get_by_text("▶ 00:08").click()
    heard(page, 7, 10)
    assert lit(page) == ["stupid"]
    insult.get_by_role("button", name="Confirm the critical fail").click()
    page.locator(".total", has_text="0").wait_for()
    assert page.locator(".figure .status").inner_text().startswith("Critical confirmed")


def test_everything_can_be_reached_with_the_keyboard(page):
    page.goto("/conversations/quarrel")
    chip = item(page, "No insults").locator(".play").first
    chip.focus()
    page.keyboard.press("Enter")
    heard(page, 7, 16)
    summary = item(page, "Did the agent greet the customer?").locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert (
        item(page, "Did the agent greet the customer?")
        .get_by_role("button", name="Agree")
        .is_visible()
    )


def test_a_turn_s_time_plays_that_turn(page):
    page.goto("/conversations/refund")
    page.get_by_role("link", name="Play from 00:20").click()
    heard(page, 20, 24)
    page.locator("#t4.now").wait_for()


def test_in_a_chat_evidence_is_shown_where_it_was_written(page):
    page.goto("/conversations/order-chat")
    greeting = item(page, "Did the agent greet the customer?")
    greeting.locator("summary").first.click()
    greeting.get_by_text("Show").first.click()
    assert lit(page) == ["Здравствуйте"]


def test_without_javascript_the_page_still_answers(chromium, address):
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/conversations/refund")
    missed = item(page, "Did the agent ask whether anything else is needed?")
    href = missed.locator(".play").first.get_attribute("href")
    assert href == "/api/v1/conversations/refund/audio#t=31.00"
    missed.get_by_text("Disagree").click()
    missed.get_by_role("button", name="Save verdict").click()
    page.locator(".total", has_text="60").wait_for()
    context.close()


@pytest.mark.parametrize("width", [380, 1024, 1920])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/conversations",
        "/samples",
        "/search",
        "/upload",
        "/conversations/refund",
        "/scorecards",
        "/people",
        "/people/roster",
        "/audit",
        "/conversations/refund/original",
    ],
)
def test_nothing_sticks_out_at_any_width(page, path, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    fits(page, [width])


CONTRAST = """
() => {
  const parse = (c) => {
    const ctx = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    ctx.fillStyle = c; ctx.fillRect(0, 0, 1, 1);
    return [...ctx.getImageData(0, 0, 1, 1).data];
  };
  const back = (n) => {
    for (; n; n = n.parentElement) {
      const c = parse(getComputedStyle(n).backgroundColor);
      if (c[3] === 255) return c;
    }
    return [255, 255, 255, 255];
  };
  const lum = (c) => c.slice(0, 3)
    .map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const bad = [];
  for (const n of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !n.checkVisibility()) continue;
    const [a, b] = [lum(parse(getComputedStyle(n).color)), lum(back(n))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push([n.className || n.tagName, n.textContent.trim().slice(0, 20), ratio]);
  }
  return bad;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/samples", "/conversations/quarrel", "/conversations/refund"]
)
def test_text_can_be_read_in_light_and_dark(page, path, scheme):
    """Contrast of at least 4.5 to 1 (WCAG 2.2 AA), as the browser has computed the colours."""
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    assert page.evaluate(CONTRAST) == []
