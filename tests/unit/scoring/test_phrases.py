"""The phrase grammar: what is understood, what is refused and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.scoring.phrases import MAX_VARIANTS, PhraseError, compile_phrase, parse


def said(phrase, language="en", **variables):
    """The variants as readable rows."""
    return {
        " ".join("..." if a.kind == "gap" else "|".join(a.words) or f"<{a.text}>" for a in v.atoms)
        for v in compile_phrase(phrase, language, variables)
    }


@pytest.mark.parametrize(
    ("phrase", "variants"),
    [
        ("thank you", {"thank you"}),
        ("good (morning|day)", {"good morning|day"}),
        ("(my )?fault", {"my fault", "fault"}),
        ("charged (me )?twice", {"charged me twice", "charged twice"}),
        ("(it is|this is) bad", {"it is bad", "this is bad"}),
        ("(it|that is) bad", {"it bad", "that is bad"}),
        ("don't worry", {"do not worry"}),
        ("(cannot|will) go", {"can not go", "will go"}),
        ("have a ... day", {"have a ... day"}),
        ("my name is <NAME>", {"my name is <NAME>"}),
        ("=sorry", {"sorry"}),
        ("=(sent|paid) it", {"sent|paid it"}),
        ("((a|b) c|d)", {"a|b c", "d"}),
        ("anything else?", {"anything else"}),
        ("Ça va", {"ca va"}),
    ],
)
def test_what_a_phrase_means(phrase, variants):
    assert said(phrase) == variants


def test_variables_stand_for_their_values():
    assert said("{company}", company=("Acme", "Acme Brands")) == {"acme", "acme brands"}


def test_a_variable_without_values_makes_nothing():
    assert said("welcome to {company}", company=()) == set()


@pytest.mark.parametrize(
    ("phrase", "column", "says"),
    [
        ("", 0, "empty"),
        ("(a|b", 0, "never closed"),
        ("a b)", 3, "never opened"),
        ("a | b", 2, "outside"),
        ("(a|)", 0, "empty choice"),
        ("(a )?", 0, "matches everything"),
        ("... a", 0, "at the edge"),
        ("<START>", 0, "matches everything"),
        ("a ... b ... c ... d ... e", 0, "gaps"),
        ("a <number> b", 2, "no slot"),
        ("hi {firm}", 3, "no variable named 'firm'; the card has: company"),
        ("hi {", 3, "no variable"),
        ("what * is", 5, "means nothing"),
        ("a [b] c", 2, "means nothing"),
        ("((((((a b|c d)))))) e", 4, "nested"),
    ],
)
def test_what_is_refused_and_where(phrase, column, says):
    with pytest.raises(PhraseError, match=says.replace("(", r"\(")) as caught:
        parse(phrase, {"company": ("Acme",)})
    assert caught.value.column == column


def test_a_phrase_that_would_take_for_ever_is_refused():
    with pytest.raises(PhraseError, match="variants; split"):
        parse(" ".join(["(a b|c d)"] * 12), {})
    with pytest.raises(PhraseError, match="characters"):
        parse("a " * 400, {})


@given(st.text(alphabet="ab (|)?.…<N>{}=*é'", max_size=40))
def test_any_text_is_understood_or_refused_in_bounded_size(phrase):
    try:
        variants, column = compile_phrase(phrase, "en", {"a": ("x",)}), 0
    except PhraseError as err:
        variants, column = (), err.column
    assert 0 <= column <= len(phrase)
    assert len(variants) <= 2 * MAX_VARIANTS
    assert all(v.atoms for v in variants)
