"""Language packs are data; each family brings its own examples."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.errors import UnknownName
from qa.language import base_language, guess_language, load_pack, pack_languages
from qa.scoring.politeness import lexicon

#: The families that cards may name, in every language, by the side whose words they are.
AGENT = {
    "greeting", "introduction", "thanks", "apology", "empathy", "ownership", "disowning", "clarify",
    "read_back", "options_offered", "options_count", "next_step", "delay_notice", "hold_notice",
    "vague_promise", "says_done", "says_failed", "offers_next", "anything_else",
    "feedback_question", "farewell", "objection_answer", "alternatives", "recording_notice",
    "consent", "identity_question", "discloses", "insult", "profanity", "blame", "pressure",
    "scarcity", "formal_address", "informal_address",
}  # fmt: skip
CUSTOMER = {
    "customer_thanks", "customer_farewell", "customer_other_options", "complaint",
    "threat_to_leave", "customer_insult", "undecided", "knows_better", "price_objection",
    "accuses_deceit", "gives_identifier",
}  # fmt: skip


@pytest.mark.parametrize("language", pack_languages())
def test_every_language_knows_every_family(language):
    """Cards name families by id: what one language says, another must be able to say."""
    assert set(load_pack(language).families) == AGENT | CUSTOMER


@pytest.mark.parametrize("language", pack_languages())
def test_a_family_looks_at_the_side_it_is_of(language):
    sides = {name: family.who for name, family in load_pack(language).families.items()}
    assert {n for n, who in sides.items() if who == "agent"} <= AGENT
    assert {n for n, who in sides.items() if who == "customer"} <= CUSTOMER


def test_packs_that_no_speaker_has_read_say_so():
    unread = {c for c in pack_languages() if not load_pack(c).read_by_speaker}
    assert unread >= {"hu", "ro", "ru"}
    found = {c: lexicon(c) for c in pack_languages()}
    assert {c for c, words in found.items() if words and not words.words.read_by_speaker} <= unread
    docs = Path(__file__).parents[3] / "docs"
    for page in ("howto/new-language.md", "explanation/politeness.md"):
        text = " ".join((docs / page).read_text("utf-8").split()).lower()
        assert re.search(r"(not|have not been) (yet )?(been )?read by a speaker", text), page


@pytest.mark.parametrize("language", pack_languages())
def test_families_are_rich_enough(language):
    for name, family in load_pack(language).families.items():
        assert len(family.phrases) >= 12, f"{language}: {name}"
        assert len(family.found) >= 3, f"{language}: {name}"
        assert len(family.not_found) >= 3, f"{language}: {name}"
        assert len(set(family.phrases)) == len(family.phrases), f"{language}: {name} repeats itself"


@pytest.mark.parametrize("language", pack_languages())
def test_word_lists_are_normalised(language):
    pack = load_pack(language)
    for word in pack.negations | pack.function_words | pack.time_words:
        assert word == word.lower()
        assert "ё" not in word


def test_a_missing_pack_names_those_there_are():
    with pytest.raises(UnknownName, match=r"Known: .*en"):
        load_pack("tlh")


@pytest.mark.parametrize(
    ("tag", "base"), [("ru-RU", "ru"), ("en", "en"), ("pt_BR", "pt"), ("", "")]
)
def test_the_base_of_a_language_tag(tag, base):
    assert base_language(tag) == base


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Здравствуйте, у меня не работает телефон", "ru"),
        ("Hello, I have a problem with my order", "en"),
        ("Bună ziua, am o problemă cu comanda mea", "ro"),
        ("Buna ziua, nu am primit coletul si nu stiu unde este", "ro"),
        ("Jó napot, nem érkezett meg a rendelésem", "hu"),
        ("", ""),
        ("12345 !!", ""),
    ],
)
def test_a_written_text_tells_its_language(text, language):
    assert guess_language(text) == language


@pytest.mark.parametrize("language", pack_languages())
def test_a_pack_reads_the_same_with_and_without_the_parser_in_c(language):
    """Where that is not installed, the slow one must give the same scores."""
    text = files("qa.language").joinpath("packs", language, "pack.yaml").read_text("utf-8")
    traps = (
        "no",
        "yes",
        "on",
        "off",
        "1:30",
        "012",
        "0o14",
        "1_000",
        "~",
        "null",
        ".5",
        "да",
        "nu",
    )
    text += "\ntraps:\n" + "".join(f"  - {trap}\n" for trap in traps)
    slow, fast = (YAML(typ="safe", pure=pure).load(text) for pure in (True, False))
    assert (slow, list(slow)) == (fast, list(fast))
