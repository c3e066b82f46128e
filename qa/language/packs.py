"""Language packs: what is said, how, in one language. Data, not code.

A pack is a folder ``packs/<language>/``: ``pack.yaml`` says what the pack is and holds
its word lists, ``families.yaml`` the phrase families, each with examples that are its
tests. Adding a language is adding a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from qa.errors import UnknownName, UsageError
from qa.language.normalise import fold, normalise

#: Letters by which a script is known.
_CYRILLIC = range(0x0400, 0x0530)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Family(_Part):
    """One thing that is said, in the ways it is said."""

    #: What the family is about, for people.
    about: str
    #: Whose words they are.
    who: str = Field(pattern="^(agent|customer)$")
    #: Phrases in the grammar of scorecards.
    phrases: tuple[str, ...] = Field(min_length=1)
    #: Sentences that the family must find, and near misses that it must not.
    found: tuple[str, ...] = Field(min_length=1)
    not_found: tuple[str, ...] = Field(min_length=1)


class Pack(_Part):
    """Everything scoring knows about one language."""

    language: str
    name: str
    version: int = Field(ge=1)
    #: Whether somebody who speaks the language has read the pack.
    read_by_speaker: bool
    #: Words that turn the sense of what follows round.
    negations: frozenset[str]
    #: Words too common to carry a phrase.
    function_words: frozenset[str]
    #: Who does something: the persons that a phrase may speak of.
    pronouns: frozenset[str] = frozenset()
    #: Said while listening; no interruption, no turn of its own.
    backchannels: frozenset[str]
    #: First words that make a question where punctuation does not tell.
    question_words: frozenset[str] = frozenset()
    #: What the slots <NUMBER>, <TIME> and <MONEY> take besides digits.
    number_words: frozenset[str]
    time_words: frozenset[str]
    money_words: frozenset[str]
    families: Mapping[str, Family]


@lru_cache(maxsize=1)
def pack_languages() -> tuple[str, ...]:
    """Return the languages that have a pack."""
    return tuple(sorted(p.name for p in _folder().iterdir() if p.joinpath("pack.yaml").is_file()))


def load_pack(language: str) -> Pack:
    """Return the pack of a language ("en", "ru-RU").

    Raises
    ------
    UnknownName : there is no pack for it; the message says which there are.
    UsageError : the pack's files do not fit; names file and field.
    """
    base = base_language(language)
    if base not in pack_languages():
        raise UnknownName("language pack", language, pack_languages())
    return _load(base)


@lru_cache(maxsize=1_000)
def base_language(tag: str) -> str:
    """Return the language of a BCP-47 tag ("ru-RU" -> "ru")."""
    return tag.replace("_", "-").split("-")[0].lower()


def guess_language(text: str, languages: tuple[str, ...] | None = None) -> str:
    """Tell which of the languages a written text is in, by script and common words.

    Returns "" when nothing tells. Cheap and always the same; for text that nobody
    has named a language for.
    """
    known = [c for c in languages or pack_languages() if c in pack_languages()]
    norm = normalise(text)
    cyrillic = _cyrillic(norm.text)
    script = [c for c in known if _cyrillic(" ".join(_common_words(c))) is cyrillic]
    if cyrillic and len(script) == 1:
        return script[0]
    words = ["".join(c for c in w if c.isalpha() or c == "'") for w in norm.folded.split()]
    counts = {c: sum(w in _common_words(c) for w in words) for c in script}
    best = max(counts, key=lambda c: counts[c], default="")
    return best if best and counts[best] > 0 else ""


def _cyrillic(text: str) -> bool:
    return sum(ord(c) in _CYRILLIC for c in text) * 2 > sum(c.isalpha() for c in text)


@lru_cache(maxsize=64)
def _common_words(language: str) -> frozenset[str]:
    """Return the function words of a pack; its families, which take long to read, are not."""
    words = _listed(_read(language, "pack.yaml").get("function_words"))
    return words if isinstance(words, frozenset) else frozenset()


def _folder() -> Traversable:
    return files("qa.language").joinpath("packs")


@lru_cache(maxsize=16)
def _load(language: str) -> Pack:
    data = {**_read(language, "pack.yaml"), "families": _read(language, "families.yaml")}
    for words in ("negations", "function_words", "pronouns", "backchannels", "question_words",
                  "number_words", "time_words", "money_words"):  # fmt: skip
        if words in data:
            data[words] = _listed(data[words])
    try:
        return Pack.model_validate(data)
    except ValidationError as err:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in err.errors())
        raise UsageError(f"packs/{language} does not fit: {wrong}.") from err


def _read(language: str, name: str) -> dict[str, Any]:
    text = _folder().joinpath(language, name).read_text("utf-8")
    try:
        read = YAML(typ="safe").load(text)
    except YAMLError as err:
        raise UsageError(f"packs/{language}/{name} cannot be read: {err}.") from err
    if not isinstance(read, dict):
        raise UsageError(f"packs/{language}/{name} does not fit: keys with values are expected.")
    return read


def _listed(words: Any) -> Any:
    """Return running text as comparable words; what is no text is left to the model to refuse."""
    if not isinstance(words, str):
        return words
    return frozenset(fold(normalise(w).text) for w in words.split())
