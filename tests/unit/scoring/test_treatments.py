"""What an item of a starter card hangs on is recognised in every language, and so is the answer."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.records import Channel, Verdict
from qa.scoring import find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

TALKS = YAML(typ="safe", pure=True).load(
    Path(__file__).with_name("treatments.yaml").read_text("utf-8")
)
CASES = [(name, language) for name, talks in TALKS.items() for language in talks]
MUMBLED = {"en": "Mm.", "ru": "Угу.", "ro": "Mda.", "hu": "Hm."}


def verdict(name, language, talk):
    card, item = name.split("/")
    made = find_card(card, load_settings(company=("Acme",)))
    chat = {"channel": Channel.CHAT, "timed": False} if card == "chat-etiquette" else {}
    [result] = judge(make_safe(talk, language=language, **chat), made)
    return next(f.verdict for f in result.findings if f.item == item)


@pytest.mark.parametrize(("name", "language"), CASES)
def test_who_is_treated_as_the_item_asks_passes_and_who_is_mumbled_at_fails(name, language):
    mumbled = MUMBLED[language]
    trigger, *answers = [pair for line in TALKS[name][language] for pair in line.items()]
    begin = [("agent", mumbled), ("customer", mumbled)]
    well = [turn for answer in answers for turn in (answer, ("customer", mumbled))]
    badly = [("agent", mumbled), ("customer", mumbled)]
    assert verdict(name, language, begin + badly) is Verdict.NOT_APPLICABLE
    assert verdict(name, language, [*begin, trigger, *well]) is Verdict.PASS
    assert verdict(name, language, [*begin, trigger, *badly]) in {Verdict.FAIL, Verdict.PARTIAL}
