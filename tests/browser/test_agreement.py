"""Agreement in a real browser: the figures, the way to a case, for everybody."""

import pytest
from seeing import fits, shuts_nobody_out

from qa.access import machine_user
from qa.records import Verdict
from qa.store import open_store
from qa.store.desk.blind import Given
from qa.store.desk.draws import Occasion, Rule

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(settings):
    """One conversation judged blind, by whoever looks at the pages: all of it a pass."""
    with open_store(settings) as store:
        store.draws.draw(Rule(per_agent=9), Occasion(who="test", reason="by chance"), seed=1)
        (sheet,) = store.blind.sheets("refund")
        about = {"card": sheet.card.id, "party": sheet.party}
        given = [Given(**about, item=a.item, verdict=Verdict.PASS) for a in sheet.items]
        store.blind.save("refund", given, who=machine_user().name)
    return settings


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_case_is_found_from_the_figures(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto("/agreement")
    for _ in range(2):
        shuts_nobody_out(page)
        fits(page, [width])
        apart = page.locator("a[href^='/agreement/cases']")
        if apart.count():
            apart.first.click()
            page.get_by_role("heading", name="Cases of disagreement").wait_for()
    page.get_by_role("link", name="refund.wav").click()
    page.wait_for_url("**/conversations/refund")
