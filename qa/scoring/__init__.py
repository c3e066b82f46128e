"""Scoring: what a scorecard asks of a conversation, answered with evidence.

`load_scorecard` reads a card and names every mistake in it; `judge` answers it for each
agent; `total` adds findings up, with humans' verdicts in the machine's place. All of it
is pure: the same input gives identical bytes.
"""

from qa.scoring.arithmetic import total
from qa.scoring.cards import find_card, list_cards
from qa.scoring.document import Document
from qa.scoring.judging import judge
from qa.scoring.linting import check
from qa.scoring.reading import load_scorecard
from qa.scoring.scorecard import Item, Mode, Scorecard, Section

__all__ = [
    "Document",
    "Item",
    "Mode",
    "Scorecard",
    "Section",
    "check",
    "find_card",
    "judge",
    "list_cards",
    "load_scorecard",
    "total",
]
