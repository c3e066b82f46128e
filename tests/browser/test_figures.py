"""Figures and scorecards in a real browser: the chart is drawn, and nobody is shut out."""

import pytest
from seeing import fits, shuts_nobody_out

from qa.store import open_store

pytestmark = pytest.mark.browser

SPAN = "since=2026-01-05&until=2026-02-01"
PAGES = (
    f"/figures?{SPAN}&by=agent",
    f"/figures/agents/dana?{SPAN}",
    f"/figures/teams/north?{SPAN}",
    f"/figures/fairness?{SPAN}&by=agent",
    f"/figures/conversations?{SPAN}&agent=dana",
    "/scorecards/front-desk",
    "/drafts?scorecard=front-desk",
    "/retention?look=true",
)


@pytest.fixture
def settings(settings, filled):
    seeding, _ = filled
    with open_store(settings) as store:
        seeding.weeks_of_chats(store)
    return settings.model_copy(update={"requests_per_second": 0})


def test_pages_have_no_barrier_and_fit_every_screen(page):
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        for path in PAGES:
            page.goto(path)
            shuts_nobody_out(page)
            fits(page, [width])


def test_the_chart_is_drawn_and_leads_to_the_conversations_by_its_table(page):
    page.goto(PAGES[1])
    page.locator(".chart canvas").wait_for()
    page.get_by_role("region", name="By week").get_by_role("link", name="6").first.click()
    page.wait_for_url("**/figures/conversations?*")
    assert page.locator("tbody tr").count() == 6
    page.goto("/conversations/refund")
    assert "figures-" not in page.content()
