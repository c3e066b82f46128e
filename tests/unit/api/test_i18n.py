"""Languages of the pages: which is spoken, plural forms, dates, and that nothing is forgotten."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from starlette.datastructures import Headers

from qa.api import i18n, words
from qa.api.language import chosen
from qa.records import Verdict

ROOT = Path(__file__).resolve().parents[3]
CATALOGUES = sorted(i18n.LOCALES.glob("*.po"))


def asked(**headers):
    return chosen(Headers({k.replace("_", "-"): v for k, v in headers.items()}))


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en;q=0.3, ru;q=0.7", "ru"),
        ("de, fr", "en"),
        ("ro", "en"),  # prepared, not offered
        ("ru;q=0, en", "en"),
        ("", "en"),
        (";;q=x,,", "en"),
    ],
)
def test_a_browser_is_answered_in_the_first_language_that_is_offered(accepted, spoken):
    assert asked(accept_language=accepted) == spoken


def test_what_was_chosen_goes_before_what_the_browser_wishes():
    assert asked(accept_language="en", cookie="qa_language=ru") == "ru"
    assert asked(accept_language="ru", cookie="qa_language=klingon") == "ru"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "Вы вошли с 1 браузера."),
        (2, "Вы вошли с 2 браузеров."),
        (5, "Вы вошли с 5 браузеров."),
        (21, "Вы вошли с 21 браузера."),
    ],
)
def test_plural_forms_follow_the_language(n, text):
    one, many = (
        "You are logged in with %(num)d browser.",
        "You are logged in with %(num)d browsers.",
    )
    with i18n.speaking("ru"):
        assert i18n.ngettext(one, many, n) % {"num": n} == text


def test_dates_and_numbers_follow_the_language():
    at = datetime(2026, 3, 4, 9, 30).astimezone()
    assert words.moment(at) == "2026-03-04 09:30"
    assert words.number(66.66) == "66.7"
    with i18n.speaking("en"):
        assert words.moment(at) == "4 Mar 2026, 09:30"
    with i18n.speaking("ru"):
        assert words.moment(at) == "4 мар. 2026, 09:30"
        assert words.number(66.66) == "66,7"
        assert words.number(40) == "40"


def test_words_are_looked_up_when_they_are_shown():
    assert words.VERDICTS[Verdict.PASS] == "Pass"
    with i18n.speaking("ru"):
        assert words.VERDICTS[Verdict.PASS] == "Зачёт"
    with i18n.speaking("hu"):  # nobody has filled it yet
        assert words.VERDICTS[Verdict.PASS] == "Pass"


def test_catalogues_have_exactly_the_texts_of_the_pages_and_the_offered_ones_all_of_them():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "texts", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.stem)
def test_a_translation_has_the_places_of_its_original(path):
    with path.open("rb") as source:
        found = read_po(source, locale=path.stem)
    for message in found:
        if not message.id:
            continue
        original = message.id[-1] if isinstance(message.id, tuple) else message.id
        given = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in filter(None, given):
            assert places(text) == places(original), original


def places(text):
    return sorted(re.findall(r"%(?:\(\w+\))?[sd%]", text))


def test_every_text_of_a_template_is_marked_for_translation():
    """Outside of tags and expressions a template holds no words."""
    forgotten = {}
    for path in sorted((ROOT / "qa" / "api" / "templates").rglob("*.html")):
        whole = path.read_text(encoding="utf-8").replace("callcenter-qa", "")
        shown = re.findall(r'(?:title|label|placeholder|alt|confirm)="([A-Za-z][^"]*)"', whole)
        bare = whole
        for pattern in (
            r"\{#.*?#\}",
            r"\{%.*?%\}",
            r"\{\{.*?\}\}",
            r"<code>.*?</code>",
            r"<kbd>.*?</kbd>",
            r"<[^>]*>",
        ):
            bare = re.sub(pattern, " ", bare, flags=re.DOTALL)
        found = re.findall(r"[A-Za-z]{2,}[A-Za-z ,.:]*", bare)
        if found or shown:
            forgotten[path.name] = found + shown
    assert forgotten == {}
