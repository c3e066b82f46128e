"""Every phrase family of every pack finds its examples and leaves its near misses alone."""

import json

import pytest

from qa.language import load_pack, pack_languages
from qa.scoring import check, load_scorecard
from qa.scoring.document import Document
from qa.scoring.matching import Strictness
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import compile_phrase
from qa.scoring.tolerant import find_tolerantly
from qa.testing import make_safe

FAMILIES = [(c, name) for c in pack_languages() for name in load_pack(c).families]


def looked_for(language, name, text, strictness=Strictness.EXACT):
    view = Document(make_safe([("agent", text)], language=language)).view(language)
    phrases = load_pack(language).families[name].phrases
    book = Phrasebook((v for p in phrases for v in compile_phrase(p, language, {})), language)
    return find_tolerantly(view, book, {0: (0, len(text))}, strictness=strictness)


@pytest.mark.parametrize(("language", "name"), FAMILIES)
def test_a_family_finds_its_examples_and_not_its_near_misses(language, name):
    family = load_pack(language).families[name]
    missed = [s for s in family.found if not looked_for(language, name, " ".join(s.split()))]
    wrong = [s for s in family.not_found if looked_for(language, name, " ".join(s.split()))]
    assert (missed, wrong) == ([], [])


@pytest.mark.parametrize(("language", "name"), FAMILIES)
def test_tolerance_takes_no_near_miss_for_the_family(language, name):
    sentences = load_pack(language).families[name].not_found
    medium = Strictness.MEDIUM
    assert [s for s in sentences if looked_for(language, name, " ".join(s.split()), medium)] == []


@pytest.mark.parametrize("language", pack_languages())
def test_every_phrase_of_a_pack_is_understood(language):
    for name, family in load_pack(language).families.items():
        for phrase in family.phrases:
            assert compile_phrase(phrase, language, {}), f"{language}: {name}: {phrase}"


@pytest.mark.parametrize("language", pack_languages())
def test_no_phrase_of_a_pack_is_one_that_nobody_can_say(language):
    lists = {name: {language: f.phrases} for name, f in load_pack(language).families.items()}
    item = {"id": "it", "ask": "So?", "any": [{"list": name} for name in lists]}
    card = {"scorecard": "pack", "languages": [language], "lists": lists,
            "sections": [{"id": "all", "items": [item]}]}  # fmt: skip
    said = [m.message for m in check(load_scorecard(json.dumps(card, ensure_ascii=False)))]
    assert [m for m in said if "can never be found" in m or "is there twice" in m] == []
