"""Language packs are data; each family brings its own examples."""

import pytest

from qa.errors import UnknownName
from qa.language import base_language, guess_language, load_pack, pack_languages

#: What the starter card needs in each language it is written for.
NEEDED = {
    "greeting", "introduction", "thanks", "apology", "empathy", "ownership", "disowning", "clarify",
    "read_back", "next_step", "hold_notice", "says_done", "anything_else", "farewell", "insult",
    "profanity", "blame", "identity_question", "discloses", "complaint", "gives_identifier",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_families_of_the_starter_card_are_there(language):
    assert set(load_pack(language).families) >= NEEDED


@pytest.mark.parametrize("language", pack_languages())
def test_families_are_rich_enough(language):
    for name, family in load_pack(language).families.items():
        assert len(family.phrases) >= 10, f"{language}: {name}"
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
        ("", ""),
        ("12345 !!", ""),
    ],
)
def test_a_written_text_tells_its_language(text, language):
    assert guess_language(text) == language
