"""What is said -> how much it sounds like an agent, a customer, a recorded voice.

The cues are data: ``qa/language/packs/<language>/roles.yaml``. Each is a group of
phrases with a weight, the log-odds that who says one of them is on that side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from qa.errors import UsageError
from qa.language.normalise import fold, normalise

#: Turns of a speaker that are their opening, and their closing.
OPENING = CLOSING = 3
_NO_WORD = re.compile(r"[^\w' ]+|_")
_SPACES = re.compile(r"\s+")


class Cue(BaseModel):
    """One group of phrases that say the same about who speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cue: str
    #: Log-odds for the side that the cue stands under.
    weight: float = Field(gt=0, le=10)
    #: How often the cue counts for one speaker.
    times: int = Field(default=1, ge=1)
    where: Literal["opening", "closing", "anywhere"] = "anywhere"
    any: tuple[str, ...] = Field(min_length=1)
    #: What else the cue tells: "voicemail".
    means: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Words that somebody says alone, into another's sentence, as running text.
    alone: str = ""
    agent: tuple[Cue, ...] = ()
    customer: tuple[Cue, ...] = ()
    bot: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class _Pattern:
    cue: Cue
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Cues:
    """The cues of one language, ready to be searched."""

    agent: tuple[_Pattern, ...]
    customer: tuple[_Pattern, ...]
    bot: tuple[_Pattern, ...]
    alone: frozenset[str]


@dataclass(frozen=True)
class Said:
    """One turn as the cues see it."""

    #: Comparable text, see `plain`.
    text: str
    cues: Cues


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return text in lower case, without punctuation, diacritics of Latin letters, markup."""
    return _SPACES.sub(" ", _NO_WORD.sub(" ", fold(normalise(text).text))).strip()


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the languages that have cues."""
    packs = files("qa.language").joinpath("packs")
    return tuple(sorted(p.name for p in packs.iterdir() if p.joinpath("roles.yaml").is_file()))


def cues_for(language: str) -> Cues:
    """Return the cues of a language; of all of them where the language is not known."""
    base = language.replace("_", "-").split("-")[0].lower()
    if base in languages():
        return _load(base)
    return _all()


@lru_cache(maxsize=1)
def _all() -> Cues:
    packs = [_load(language) for language in languages()]
    return Cues(
        agent=tuple(p for pack in packs for p in pack.agent),
        customer=tuple(p for pack in packs for p in pack.customer),
        bot=tuple(p for pack in packs for p in pack.bot),
        alone=frozenset(word for pack in packs for word in pack.alone),
    )


@lru_cache(maxsize=16)
def _load(language: str) -> Cues:
    name = f"packs/{language}/roles.yaml"
    text = files("qa.language").joinpath(name).read_text("utf-8")
    try:
        read = _File.model_validate(YAML(typ="safe").load(text))
        alone = frozenset(plain(word) for word in read.alone.split())
        return Cues(_compiled(read.agent), _compiled(read.customer), _compiled(read.bot), alone)
    except (ValueError, re.error) as err:  # pydantic's errors are ValueErrors
        raise UsageError(f"{name} does not fit: {err}.", "Mend the file.") from err


def _compiled(cues: Iterable[Cue]) -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(cue, re.compile(rf"(?<!\w)(?:{'|'.join(map(_folded, cue.any))})(?!\w)"))
        for cue in cues
    )


def _folded(phrase: str) -> str:
    return fold(normalise(phrase).text)


def said_alone(word: str) -> bool:
    """Say whether a word may stand alone in another's sentence: "yes", "mhm"."""
    return plain(word) in _all().alone


def means(said: Said, meaning: str) -> bool:
    """Say whether a recorded voice's cue of that meaning ("voicemail") is heard."""
    return any(p.cue.means == meaning and p.pattern.search(said.text) for p in said.cues.bot)


def leaning(turns: Sequence[Said]) -> float:
    """Return how much one speaker's turns sound like an agent's: log-odds, 0 = nothing tells."""
    return _sum(turns, "agent") - _sum(turns, "customer")


def recorded(said: Said, *, certain: float = 4.0) -> float:
    """Return how much a turn sounds like a recorded voice: 1 and more = it is one."""
    return _sum([said], "bot") / certain


def _sum(turns: Sequence[Said], side: str) -> float:
    total = 0.0
    for pattern in {p: None for said in turns for p in _side(said.cues, side)}:
        found = 0
        for said in _window(turns, pattern.cue.where):
            if pattern not in _side(said.cues, side):
                continue
            found += sum(1 for _ in pattern.pattern.finditer(said.text))
            if found >= pattern.cue.times:
                break
        total += pattern.cue.weight * min(found, pattern.cue.times)
    return total


def _side(cues: Cues, side: str) -> tuple[_Pattern, ...]:
    return {"agent": cues.agent, "customer": cues.customer}.get(side, cues.bot)


def _window(turns: Sequence[Said], where: str) -> Sequence[Said]:
    if where == "opening":
        return turns[:OPENING]
    return turns[-CLOSING:] if where == "closing" else turns
