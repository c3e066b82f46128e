"""Rules over single words are remembered; what they say is what spaCy says without that."""

import pytest
import spacy
from spacy.tokens import Doc

from qa.language import rules
from qa.language.rules import Rules, rememberable

PATTERNS = [
    {"patterns": [[{"TAG": "MD"}], [{"TAG": "VB"}]], "attrs": {"POS": "VERB"}},
    {"patterns": [[{"TAG": "MD", "LOWER": "can"}]], "attrs": {"POS": "AUX", "LEMMA": "can"}},
    {"patterns": [[{"LOWER": "gon"}, {"LOWER": "na"}]], "attrs": {"LEMMA": "to"}, "index": 1},
    {"patterns": [[{"DEP": "expl"}, {"LOWER": {"IN": ["is", "are"]}}]], "attrs": {"POS": "VERB"}},
    {"patterns": [[{"DEP": "nsubj"}]], "attrs": {"POS": "NOUN"}},
    {"patterns": [[{"IS_SPACE": True}]], "attrs": {"POS": "SPACE"}},
]
#: Words with their tags and links.
SENTENCES = [
    [("Can", "MD", "aux"), ("can", "NN", "nsubj"), ("rust", "VB", "ROOT")],
    [("I", "PRP", "nsubj"), ("gon", "VBG", "aux"), ("na", "TO", "aux"), ("can", "VB", "ROOT")],
    [("There", "EX", "expl"), ("is", "VBZ", "ROOT"), ("na", "TO", "aux"), ("gon", "NN", "attr")],
    [("There", "EX", "advmod"), ("is", "VBZ", "ROOT"), ("\n", "_SP", "dep")],
    [],
]


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("attribute_ruler").add_patterns(PATTERNS)
    return nlp


def doc_of(nlp, sentence):
    words, tags, deps = zip(*sentence, strict=True) if sentence else ((), (), ())
    heads = [0] * len(words)
    return Doc(nlp.vocab, list(words), tags=list(tags), deps=list(deps), heads=heads)


@pytest.mark.parametrize("most", [100_000, 1])
def test_what_is_remembered_is_what_spacy_finds(nlp, monkeypatch, most):
    monkeypatch.setattr(rules, "_MOST", most)
    ruler = nlp.get_pipe("attribute_ruler")
    remembered = Rules(ruler)
    found = [remembered.match(doc_of(nlp, s)) for s in SENTENCES * 2]
    assert found == [ruler.match(doc_of(nlp, s)) for s in SENTENCES * 2]
    assert {rule for matches in found for rule, *_ in matches} == set(range(len(PATTERNS)))


@pytest.mark.parametrize(
    ("words", "may_be"),
    [
        ([{"LOWER": "ai"}, {"TAG": "RB"}], True),
        ([{"TAG": "RB", "OP": "+"}], False),
        ([{"POS": "NOUN"}], False),
        ([{"IS_SENT_START": True}], False),
    ],
)
def test_rules_that_ask_for_more_than_the_word_its_tag_and_its_link_are_left_to_spacy(
    words, may_be
):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([words], {"LEMMA": "x"})
    assert rememberable(ruler) is may_be
