"""A conversation made ready for looking things up: words, places, an index.

Built once per conversation and shared by all cards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from qa.language import (
    Form,
    Places,
    base_language,
    forms,
    guess_language,
    load_pack,
    pack_languages,
    places,
)
from qa.language.parsing import Parsers
from qa.records import Role, SafeConversation, SafeTurn
from qa.scoring.branches import Tree
from qa.scoring.likeness import likeness
from qa.scoring.phrases import Atom, Variant
from qa.scoring.slots import IN_CONTEXT, fits, kinds
from qa.scoring.structure import Structure
from qa.settings import BusinessHours

#: A turn's own language counts from this confidence on, and a language counts as heard
#: in the conversation from this share of its words on.
_SURE = 0.5
_HEARD_SHARE = 0.1


#: Where a word stands: its number, all words of the conversation counted through.
Place = int
#: Some turns of a conversation: a bit for each, the first turn's lowest. Which turns several
#: words share is one operation.
Turns = int
#: Where each phrase stands: turn and first word, and where it ends.
Rows = Mapping[Variant, Mapping[tuple[int, int], int]]


class Line:
    """One turn as words of one language; their places are worked out when first asked for."""

    def __init__(self, turn: SafeTurn, language: str) -> None:
        self.turn = turn
        self.forms = forms(turn.text, language)
        self._language = language

    @cached_property
    def places(self) -> Places:
        """Where the words stand in the turn's text, and in which clause and sentence."""
        return places(self.turn.text, self._language)


class View:
    """All turns of a conversation that are read in one language."""

    def __init__(self, language: str, turns: tuple[SafeTurn, ...]) -> None:
        self.language = language
        self.pack = load_pack(language)
        self._memory = likeness(language)
        self.lines = {t.index: Line(t, language) for t in turns}
        #: Number of each turn's first word, all words counted through; turns are one apart,
        #: so that no row of words goes from one into the next.
        self._bases: dict[int, int] = {}
        at = 0
        for number, line in self.lines.items():
            self._bases[number] = at
            at += len(line.forms) + 1
        self._numbers = list(self._bases)
        self._begins = list(self._bases.values())
        self._places: dict[Atom, frozenset[Place]] = {}
        self._spots: dict[Atom, dict[int, dict[int, float]]] = {}
        self._turns: dict[Atom, Turns] = {}
        self._bits: dict[int, Turns] = {number: 1 << i for i, number in enumerate(self.lines)}
        #: The content words of each phrasebook that are said, or words like them, and where.
        self.present: dict[object, dict[Atom, Turns]] = {}
        #: What was found of whole trees of phrases, and how large those were.
        self.rows: dict[Tree, tuple[int, Rows]] = {}

    @cached_property
    def _said(self) -> dict[Form, list[Place]]:
        """The places of each form."""
        said: dict[Form, list[Place]] = {}
        for number, line in self.lines.items():
            for place, form in enumerate(line.forms, self._bases[number]):
                if form in said:
                    said[form].append(place)
                else:
                    said[form] = [place]
        return said

    @cached_property
    def _turns_of(self) -> tuple[dict[str, Turns], dict[str, Turns]]:
        """The turns of each word as it was said, and of each key."""
        by_form: dict[Form, Turns] = {}
        for number, line in self.lines.items():
            bit = self._bits[number]
            for form in line.forms:
                by_form[form] = by_form.get(form, 0) | bit
        by_text: dict[str, Turns] = {}
        by_key: dict[str, Turns] = {}
        for form, turns in by_form.items():
            by_text[form.text] = by_text.get(form.text, 0) | turns
            for key in form.keys:
                by_key[key] = by_key.get(key, 0) | turns
        return by_text, by_key

    @cached_property
    def forms(self) -> dict[str, list[Place]]:
        """The places of each word as it was said."""
        found: dict[str, list[Place]] = {}
        for form, where in self._said.items():
            found[form.text] = found.get(form.text, []) + where
        return found

    @cached_property
    def index(self) -> dict[str, list[Place]]:
        """The places of each key."""
        found: dict[str, list[Place]] = {}
        for form, where in self._said.items():
            for key in form.keys:
                found[key] = found[key] + where if key in found else where
        return found

    def near(self) -> Mapping[str, list[tuple[str, float]]]:
        """Return, by word looked for, the forms said here that are like it, and how like.

        Complete for every card that was made ready in this language before.
        """
        memory = self._memory
        if self._near is None or self._near[0] != memory.size:
            near: dict[str, list[tuple[str, float]]] = {}
            for form in self.forms:
                for word, ratio in memory.of(form).items():
                    near.setdefault(word, []).append((form, ratio))
            self._near = (memory.size, near)
            self._spots.clear()
            self._turns.clear()
            self.present.clear()
        return self._near[1]

    _near: tuple[int, dict[str, list[tuple[str, float]]]] | None = None

    def spots(self, atom: Atom) -> Mapping[int, Mapping[int, float]]:
        """Return, by turn, the words that are one looked for, or like it, and how like (0..1)."""
        found = self._spots.get(atom)
        if found is None:
            like: dict[Place, float] = {}
            for form, ratio in self._alike(atom):
                for place in self.forms[form]:
                    like[place] = max(like.get(place, 0.0), ratio)
            like.update(dict.fromkeys(self.places(atom), 1.0))
            found = self._spots[atom] = {}
            for place in sorted(like):
                turn, at = self.spot(place)
                found.setdefault(turn, {})[at] = like[place]
        return found

    def turns(self, atom: Atom) -> Turns:
        """Return the turns in which a word is said, or one like it."""
        found = self._turns.get(atom)
        if found is None:
            by_text, by_key = self._turns_of
            said = by_text if atom.kind == "exact" else by_key
            found = 0
            for key in atom.keys & said.keys():
                found |= said[key]
            for form, _ in self._alike(atom):
                found |= by_text[form]
            self._turns[atom] = found
        return found

    def _alike(self, atom: Atom) -> Iterator[tuple[str, float]]:
        if atom.kind == "word" and atom.content:
            near = self.near()
            for word in atom.words:
                yield from near.get(word, ())

    def these(self, numbers: Iterable[int]) -> Turns:
        """Return the turns of these numbers, those left out that are in another language."""
        turns = 0
        for number in numbers:
            turns |= self._bits.get(number, 0)
        return turns

    def numbers(self, turns: Turns) -> Iterator[int]:
        """Return the numbers of some turns, in order."""
        while turns:
            lowest = turns & -turns
            yield self._numbers[lowest.bit_length() - 1]
            turns ^= lowest

    def places(self, atom: Atom) -> frozenset[Place]:
        """Return where a word is said in any of its forms; of an exact one in that form."""
        found = self._places.get(atom)
        if found is None:
            where = self.forms if atom.kind == "exact" else self.index
            said = [where[key] for key in atom.keys & where.keys()]
            found = self._places[atom] = frozenset().union(*said)
        return found

    def slotted(self, atom: Atom) -> frozenset[Place]:
        """Return where a word stands that fits a slot."""
        found = self._places.get(atom)
        if found is None:
            can = self._slots.get(atom.text, [])
            if atom.text in IN_CONTEXT:
                can = [place for place in can if self._fits(atom, place)]
            found = self._places[atom] = frozenset(can)
        return found

    @cached_property
    def _slots(self) -> dict[str, list[Place]]:
        """The places of the words that can fit each slot."""
        found: dict[str, list[Place]] = {}
        for form, where in self._said.items():
            for slot in kinds(form, self.language):
                found[slot] = found.get(slot, []) + where
        return found

    def _fits(self, slot: Atom, place: Place) -> bool:
        turn, at = self.spot(place)
        line = self.lines[turn]
        return fits(
            slot.text, line.forms, line.places.sentences, at, self.pack, in_phrase=slot.content
        )

    def place(self, turn: int, at: int) -> Place:
        """Return the place of a word of a turn."""
        return self._bases[turn] + at

    def spot(self, place: Place) -> tuple[int, int]:
        """Return the turn and the word of a place."""
        i = bisect_right(self._begins, place) - 1
        return self._numbers[i], place - self._begins[i]


class Document:
    """A conversation with its languages, ready for every card.

    Parameters
    ----------
    parsers : for items that need sentence structure; without them those are for a human.
    """

    def __init__(
        self,
        safe: SafeConversation,
        *,
        parsers: Parsers | None = None,
        hours: BusinessHours | None = None,
    ) -> None:
        self.safe = safe
        #: When the call centre is open, for metrics; None where nobody said.
        self.hours = hours
        self.turns = {t.index: t for t in safe.turns}
        self.structure = Structure(self.turns, parsers)
        self._views: dict[str, View] = {}

    def fact(self, name: str) -> str | None:
        """Return what the source says under a name; "" = asked and nothing there, None = silent."""
        metadata = self.safe.metadata
        value: Any = metadata.extra.get(name)
        if value is None and name in type(metadata).model_fields and name != "extra":
            value = getattr(metadata, name)
        if isinstance(value, tuple):
            return ", ".join(value) or None
        return None if value is None else str(value).strip()

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages heard that have a pack, the most spoken first."""
        return tuple(c for c, _ in self._counted.most_common() if c in pack_languages())

    @cached_property
    def unknown_languages(self) -> tuple[str, ...]:
        """Languages heard that have no pack."""
        return tuple(sorted(c for c in self._counted if c and c not in pack_languages()))

    @property
    def mainly_unknown(self) -> bool:
        """Whether most of what was said is in a language without a pack."""
        [(language, _)] = self._counted.most_common(1)
        return language not in pack_languages()

    @cached_property
    def _counted(self) -> Counter[str]:
        """Words per language, those that make out too little of the whole left out."""
        counts: Counter[str] = Counter()
        for turn in self.safe.turns:
            if turn.role in {Role.AGENT, Role.CUSTOMER, Role.UNKNOWN}:
                counts[self._own(turn)] += len(turn.text.split())
        counts.pop("", None)
        if not counts:
            counts[self._given or self._guessed] += 1
        total = sum(counts.values())
        return Counter({c: n for c, n in counts.items() if n >= total * _HEARD_SHARE})

    @cached_property
    def _given(self) -> str:
        return base_language(self.safe.metadata.language or "")

    @cached_property
    def _guessed(self) -> str:
        return guess_language(" ".join(t.text for t in self.safe.turns))

    def _own(self, turn: SafeTurn) -> str:
        if turn.language and turn.language_confidence >= _SURE:
            return base_language(turn.language)
        return self._given

    def view(self, language: str) -> View:
        """Return the turns as words of that language; built on first use."""
        view = self._views.get(language)
        if view is None:
            view = self._views[language] = View(language, self._read_in(language))
        return view

    def _read_in(self, language: str) -> tuple[SafeTurn, ...]:
        """Return the turns to read in a language: its own, and all of unclear language."""
        return tuple(
            t
            for t in self.safe.turns
            if self._own(t) not in self.languages or self._own(t) == language
        )
