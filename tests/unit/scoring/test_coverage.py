"""The table of what the starter cards cover names what exists, and leaves out no row."""

import re
from pathlib import Path

from qa.scoring import list_cards
from qa.settings import load_settings

PAGE = (Path(__file__).parents[3] / "docs/reference/coverage.md").read_text("utf-8")
#: What one conversation can answer: the catalogue of checks this product is held to.
_ANSWERABLE = """
open.greeting open.company open.agent_name time.first_reply time.reply_hard time.pickup
time.interim
need.clarify need.narrow need.options need.keep_offering need.confirm_choice know.facts
know.product obj.handle obj.bonus obj.no_pressure info.unavailable info.alternative info.plain
info.short exp.next_step exp.delay exp.hold exp.vague exp.extra_effort exp.status comp.flow
comp.not_ignored comp.no_bickering comp.rude_customer comp.escalate comp.compensation
comp.patience win.back pol.score pol.thanks pol.formal pol.no_patronise pol.ownership
pol.positive pol.empathy pol.listen pol.calm pol.recognise close.feedback close.anything_else
close.farewell priv.verify_first priv.minimal priv.consent chan.own_channel
type.undecided type.knows_better type.rude type.offended
trick.contrast trick.favour trick.gambit after.logged
"""
ROWS = dict(re.findall(r"^\| `([a-z.]+\.[a-z_]+)` \|[^|]*\| (.*) \|$", PAGE, re.MULTILINE))
CARDS = {c.id: {i.id for _, i in c.items} for c in list_cards(load_settings())}


def named(cell):
    return re.findall(r"`([a-z-]+)/([a-z_]+)`", cell)


def test_every_row_that_a_conversation_answers_has_an_item():
    assert [row for row in _ANSWERABLE.split() if not named(ROWS.get(row, ""))] == []


def test_every_item_that_is_named_exists():
    assert [f"{c}/{i}" for cell in ROWS.values() for c, i in named(cell) if i not in CARDS[c]] == []


def test_what_every_card_is_said_to_have_every_card_has():
    for cell in (c for c in ROWS.values() if "every other card" in c):
        items = {item for _, item in named(cell)}
        if items == {"thanks", "thanks_for_time"}:
            continue
        assert [c for c, has in CARDS.items() if not items & has] == []
