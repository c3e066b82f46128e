"""Every phrase family of every pack finds its examples and leaves its near misses alone."""

import pytest

from qa.language import load_pack, pack_languages
from qa.scoring.document import Document
from qa.scoring.matching import Strictness, find
from qa.scoring.phrases import compile_phrase
from qa.testing import make_safe

FAMILIES = [(c, name) for c in pack_languages() for name in load_pack(c).families]


def looked_for(language, name, text):
    safe = make_safe([("agent", text)], language=language)
    variants = [
        v
        for p in load_pack(language).families[name].phrases
        for v in compile_phrase(p, language, {})
    ]
    return find(
        Document(safe).view(language), variants, {0: (0, len(text))}, strictness=Strictness.EXACT
    )


@pytest.mark.parametrize(("language", "name"), FAMILIES)
def test_a_family_finds_its_examples_and_not_its_near_misses(language, name):
    family = load_pack(language).families[name]
    missed = [s for s in family.found if not looked_for(language, name, " ".join(s.split()))]
    wrong = [s for s in family.not_found if looked_for(language, name, " ".join(s.split()))]
    assert (missed, wrong) == ([], [])


@pytest.mark.parametrize("language", pack_languages())
def test_every_phrase_of_a_pack_is_understood(language):
    for name, family in load_pack(language).families.items():
        for phrase in family.phrases:
            assert compile_phrase(phrase, language, {}), f"{language}: {name}: {phrase}"
