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
#: And what is told of oneself.
TOLD = {
    "en": "I was born on 3 May 1982, I live at 42 Maple Street, and my password is bluebird7.",
    "ru": "Я родилась 3 мая 1982 года, живу на улице Садовой, дом 5, мой пароль: ласточка7.",
    "ro": "Sunt născută pe 3 mai 1982, locuiesc pe strada Florilor numărul 12, parola mea este barza7.",
    "hu": "1982. május 3-án születtem, a címem Szeged, Petőfi utca 5, a jelszavam: gólya7.",
}


@pytest.mark.parametrize(("name", "language"), CASES)
def test_no_verdict_changes_through_redaction(name, language):
    card = find_card(name, SETTINGS)
    said = [pair for part in ("talk", "closing") for line in GOLDEN[name][language][part]
            for pair in line.items()]  # fmt: skip
    said[2:2] = [("customer", MORE[language]), ("customer", TOLD[language])]
    plain = make_safe(said, language=language)

    turns, _ = redact(plain.turns, keep=SETTINGS.company)

    hidden = plain.model_copy(update={"turns": turns})
    safe = " ".join(turn.text for turn in turns)
    assert all(f"[{kind}" in safe for kind in ("PERSON_", "DATE_OF_BIRTH", "ADDRESS", "PASSWORD"))
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
