"""Redaction changes no verdict: every golden call is judged as if nothing were hidden."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.redact import redact
from qa.scoring import find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

GOLDEN = {
    path.stem: YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    for path in sorted(Path(__file__).with_name("golden").glob("*.yaml"))
}
CASES = [(card, language) for card, talks in GOLDEN.items()
         for language in talks if card != "chat-etiquette"]  # fmt: skip
SETTINGS = load_settings(company=("Acme",))
#: Said besides: dates, times and sums, which must stay, and what must go.
MORE = {
    "en": "It was 45 dollars on the third of May at half past four. My name is Oliver Quuxley.",
    "ru": "Это 45 рублей, третьего мая, в половине пятого. Меня зовут Оливер Жмыхов.",
    "ro": "A fost 45 de lei, pe trei mai, la patru și jumătate. Mă numesc Oliver Zgubea.",
    "hu": "45 euró volt, május harmadikán, fél ötkor. A nevem Bürgözdi Olivér.",
}


@pytest.mark.parametrize(("name", "language"), CASES)
def test_no_verdict_changes_through_redaction(name, language):
    card = find_card(name, SETTINGS)
    said = [pair for part in ("talk", "closing") for line in GOLDEN[name][language][part]
            for pair in line.items()]  # fmt: skip
    said.insert(2, ("customer", MORE[language]))
    plain = make_safe(said, language=language)

    turns, _ = redact(plain.turns, keep=SETTINGS.company)

    hidden = plain.model_copy(update={"turns": turns})
    assert "[PERSON_" in " ".join(turn.text for turn in turns)
    assert verdicts(hidden, card) == verdicts(plain, card)


@pytest.mark.parametrize("language", MORE)
def test_dates_times_and_sums_stay(language):
    (turn,), _ = redact(make_safe([("customer", MORE[language])], language=language).turns)

    kept, name = MORE[language].rsplit(". ", 1)
    assert turn.text.startswith(kept)
    assert name not in turn.text


def verdicts(conversation, card):
    return [
        [(finding.item, finding.verdict) for finding in made.findings]
        for made in judge(conversation, card)
    ]
