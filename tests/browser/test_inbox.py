"""The inbox and draws in a real browser, as a supervisor begins the day."""


def test_a_sample_is_drawn_and_a_conversation_given_to_somebody(page):
    page.goto("/samples")
    page.get_by_label("Of each agent").fill("1")
    page.get_by_label("At least, seconds").fill("0")
    page.get_by_role("button", name="Only try").click()
    page.get_by_role("heading", name="2 conversations would be drawn").wait_for()
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_text("0 of 2").wait_for()

    page.get_by_role("link", name="Inbox").click()
    drawn = page.get_by_role("region", name="Drawn for review")
    assert drawn.get_by_text("blind", exact=True).count() == 2
    drawn.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Give").click()
    page.get_by_label("Given to").select_option("Me")
    page.get_by_role("button", name="Filter").click()
    assert page.locator("tbody tr").count() == 1
