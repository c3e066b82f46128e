"""A day with log-ins and roles: accounts, review, coaching, a second look; in two languages."""

import zipfile
from functools import partial

import pytest
from seeing import keep, shuts_nobody_out, visitor

from qa.access import Grant, UserRole
from qa.store import open_store

pytestmark = pytest.mark.browser

PLAYS = """() => {
  const p = document.getElementById('player');
  return !p.paused && !p.error && p.duration > 40 && p.currentTime;
}"""


def seen(page, name):
    """Keep what the page looks like; see once that it shuts nobody out."""
    if name.endswith("-en"):
        shuts_nobody_out(page)
    keep(page, name)


@pytest.fixture
def root(settings):
    """The session of an administrator: the only account that there is."""
    with open_store(settings) as store:
        grants = [Grant(UserRole.ADMINISTRATOR)]
        return store.sessions.begin(store.accounts.add("root", grants=grants, who="test"))


@pytest.fixture
def desk(chromium, address):
    """Open browsers, in a language."""
    return partial(visitor, chromium, address)


def account(page, name, role):
    """Make an account as an administrator; return its password, which is shown once."""
    page.goto("/people")
    page.locator("#p-name").fill(name)
    page.locator("#p-role").select_option(role)
    if role == "agent":
        page.locator("#p-agent").fill(name)
    else:
        page.locator("#p-everywhere").check()
    page.locator("form[action='/people'] button").click()
    return page.locator(".secret").inner_text()


def gives_a_token(page, name, language):
    page.goto(f"/people/accounts/{name}")
    form = page.locator("form[action$='/tokens']")
    page.locator("details", has=form).locator("summary").click()
    form.locator("#t-label").fill("notes")
    form.locator("#t-comment").check()
    form.locator("button").click()
    page.locator(".secret").wait_for()
    seen(page, f"token-{language}")


def log_in(page, name, password):
    page.goto("/")
    seen(page, f"login-{page.locator('html').get_attribute('lang')}")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.locator("a[href='/account']", has_text=name).wait_for()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_day_of_five_people(desk, root, settings, address, language):
    with desk(language=language) as page:
        page.context.add_cookies([{"name": "qa_session", "value": root, "url": address}])
        supervisor = account(page, "vera", "supervisor")
        seen(page, f"account-made-{language}")
        trainer = account(page, "theo", "trainer")
        agent = account(page, "dana", "agent")
        reviewer = account(page, "max", "reviewer")
        gives_a_token(page, "max", language)
        page.goto("/people")
        seen(page, f"people-{language}")
        assert page.locator("td.name").all_inner_texts() == ["dana", "max", "root", "theo", "vera"]
        title = {"en": "People", "ru": "Люди"}[language]
        assert page.locator("h1").inner_text() == title
    with desk(language=language) as page:
        log_in(page, "vera", supervisor)
        confirms_a_critical(page, language)
        judges_a_blind_sample(page, language)
        hears_overrides_stars_and_finishes(page, language)
        assert page.locator("a[href='/people']").count() == 0
    with open_store(settings) as store:
        (star,) = store.remarks.stars("refund")
        assert (star.who, star.turn) == ("vera", 10)
    with desk(language=language) as page:
        log_in(page, "theo", trainer)
        gathers_and_takes_along(page, language)
    with desk(language=language) as page:
        log_in(page, "dana", agent)
        reads_and_asks_for_a_second_look(page, language)
    with desk(language=language) as page:
        log_in(page, "max", reviewer)
        upholds(page, language)
    with desk(language=language) as page:
        log_in(page, "dana", agent)
        assert "It was not said anywhere." in page.locator("main").inner_text()
        seen(page, f"mine-answered-{language}")


def confirms_a_critical(page, language):
    page.goto("/inbox")
    seen(page, f"inbox-{language}")
    page.locator("section").first.get_by_role("link", name="quarrel.wav").focus()
    page.keyboard.press("Enter")
    page.locator(".item.suspected").wait_for()
    while "suspected" not in page.locator(".item.current").get_attribute("class"):
        page.keyboard.press("n")
    page.keyboard.press("a")
    page.locator(".item.current.suspected").wait_for(state="detached")
    assert page.locator(".total").first.inner_text() == "0"


def judges_a_blind_sample(page, language):
    page.goto("/samples")
    page.locator("#f-per").fill("1")
    page.locator("#f-min").fill("0")
    page.locator("#f-channel").select_option("chat")
    page.locator("form[action='/samples'] button:not(.quiet)").click()
    page.goto("/inbox?group=sample")
    page.get_by_role("link", name="order-chat.json").click()
    page.locator("form.blind").wait_for()
    assert page.locator("[data-chip]").count() == 0
    for box in page.locator("form.blind fieldset").all():
        box.locator("input[value=pass]").check()
    seen(page, f"blind-of-the-day-{language}")
    page.locator("form.blind > button").click()
    page.locator(".both").first.wait_for()


def hears_overrides_stars_and_finishes(page, language):
    page.goto("/conversations/refund#a0i5")
    page.keyboard.press("e")  # its evidence: where it was looked for
    page.wait_for_function(PLAYS)
    assert page.evaluate("document.getElementById('player').currentTime") >= 30.9
    seen(page, f"evidence-{language}")
    page.keyboard.press("1")
    page.keyboard.type("She asked, in other words.")
    page.keyboard.press("Control+Enter")
    page.locator(".item.current .both").wait_for()
    assert page.locator(".item.current .comment").inner_text() == "She asked, in other words."
    page.locator("#t10 .who").click()
    page.keyboard.press("*")
    page.locator("#t10 .remark.star").wait_for()
    seen(page, f"starred-{language}")
    page.keyboard.press("g")  # through with it
    page.wait_for_url(lambda url: "/refund" not in url)
    page.goto("/conversations/refund")
    assert "vera" in page.locator(".done").inner_text()
    page.locator("form[action$='/release'] button").click()
    page.locator("form[action$='/take-back']").wait_for()


def gathers_and_takes_along(page, language):
    page.goto("/examples?item=farewell&verdict=pass")
    first = page.locator("article.moment", has=page.locator("audio")).first
    seen(page, f"examples-{language}")
    first.locator("details.collect > summary").click()
    first.locator("input[name=name]").fill("Прощания & goodbyes")
    first.locator("details.collect form button").click()
    first.locator("a[href^='/collections/']").click()
    page.locator("h1", has_text="Прощания").wait_for()
    seen(page, f"collection-of-the-day-{language}")
    with page.expect_download() as coming:
        page.locator("a[href$='/archive']").click()
    names = zipfile.ZipFile(coming.value.path()).namelist()
    assert any(name.endswith("index.html") for name in names)
    assert any(name.endswith((".mp3", ".flac", ".ogg")) for name in names)
    assert any(name.endswith(".vtt") for name in names)


def reads_and_asks_for_a_second_look(page, language):
    assert page.url.endswith("/mine")
    seen(page, f"mine-{language}")
    page.get_by_role("link", name="refund.wav").first.click()
    item = page.locator("details.item.fail", has=page.locator("form[action$='/second-look']")).first
    assert item.locator("aside.good").count() == 1  # how somebody did it well
    item.locator("details.change > summary").click()
    item.locator("textarea[name=comment]").fill("I did say it.")
    seen(page, f"asking-{language}")
    item.locator("form[action$='/second-look'] button").click()
    page.locator(".look.open").wait_for()


def upholds(page, language):
    page.goto("/inbox")
    page.get_by_role("link", name="refund.wav").first.click()
    look = page.locator(".look.open")
    assert "I did say it." in look.inner_text()
    look.locator("textarea[name=answer]").fill("It was not said anywhere.")
    seen(page, f"answering-{language}")
    look.locator("form.answer button").click()
    page.locator(".look:not(.open)").wait_for()
