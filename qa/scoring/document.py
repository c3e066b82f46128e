"""A conversation made ready for looking things up: words, places, an index.

Built once per conversation and shared by all cards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from qa.language import (
    Breaks,
    Form,
    base_language,
    breaks,
    forms,
    guess_language,
    load_pack,
    pack_languages,
    spans,
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
#: Some sentences of a conversation: a bit for each, the first one's lowest. Which sentences
#: several words share is one operation.
Sentences = int
#: Where each phrase stands: its first word, and where it ends.
Rows = Mapping[Variant, Mapping[Place, Place]]


class View:
    """All turns of a conversation that are read in one language, their words in a row."""

    def __init__(self, language: str, turns: Sequence[SafeTurn]) -> None:
        self.language = language
        self.pack = load_pack(language)
        self.turns = {turn.index: turn for turn in turns}
        #: All words, None after the last of each turn: no phrase goes beyond it.
        self.words: list[Form | None] = []
        #: The turn that each place is in.
        self.turn_of: list[int] = []
        self._firsts: dict[int, Place] = {}
        for turn in turns:
            said = forms(turn.text, language)
            self._firsts[turn.index] = len(self.words)
            self.words += said
            self.words.append(None)
            self.turn_of += [turn.index] * (len(said) + 1)
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._slotted: dict[Atom, frozenset[Place]] = {}
        self._spots: dict[Atom, dict[Place, float]] = {}
        self._present: dict[Tree, tuple[int, dict[Atom, Sentences]]] = {}
        #: What was found of whole trees of phrases, and how large those were.
        self.rows: dict[Tree, tuple[int, Rows]] = {}

    @cached_property
    def breaks(self) -> Breaks:
        """The clause and the sentence that each word stands in."""
        return breaks([turn.text for turn in self.turns.values()], self.language)

    def span(self, place: Place) -> tuple[int, int]:
        """Return the characters ``[start, end)`` of its turn's text that a word is."""
        turn = self.turn_of[place]
        return self.spans(turn)[place - self._firsts[turn]]

    def spans(self, turn: int) -> list[tuple[int, int]]:
        """Return the characters of each word of a turn."""
        found = self._spans.get(turn)
        if found is None:
            found = self._spans[turn] = spans(self.turns[turn].text, self.language)
        return found

    def place(self, turn: int, start: int) -> Place:
        """Return where the word stands that begins at a character of a turn."""
        begins = [begin for begin, _ in self.spans(turn)]
        return self._firsts[turn] + begins.index(start)

    @cached_property
    def said(self) -> Mapping[Form, list[Place]]:
        """The places of each form."""
        said: defaultdict[Form, list[Place]] = defaultdict(list)
        for place, form in enumerate(self.words):
            if form is not None:
                said[form].append(place)
        return said

    @cached_property
    def forms(self) -> Mapping[str, list[Place]]:
        """The places of each word as it was said."""
        found: dict[str, list[Place]] = {}
        for form, where in self.said.items():
            found[form.text] = found[form.text] + where if form.text in found else where
        return found

    @cached_property
    def index(self) -> Mapping[str, list[Place]]:
        """The places of each key."""
        found: dict[str, list[Place]] = {}
        for form, where in self.said.items():
            for key in form.keys:
                found[key] = found[key] + where if key in found else where
        return found

    def present(self, tree: Tree) -> Mapping[Atom, Sentences]:
        """Return where the content words sought of a tree are said, or words like them."""
        size, present = self._present.get(tree, (0, {}))
        if size != tree.sought:
            present = self._present_words(tree)
            self._present[tree] = tree.sought, present
        return present

    def _present_words(self, tree: Tree) -> dict[Atom, Sentences]:
        present: defaultdict[Atom, Sentences] = defaultdict(int)
        for said, sought in ((self.index, tree.by_key), (self.forms, tree.by_exact)):
            for key in said.keys() & sought.keys():
                within = self._sentences_of(said[key])
                for atom in sought[key]:
                    present[atom] |= within
        near = self._near_words()
        for word in near.keys() & tree.by_word.keys():
            within = self._sentences_of(
                place for form, _ in near[word] for place in self.forms[form]
            )
            for atom in tree.by_word[word]:
                present[atom] |= within
        return present

    def _sentences_of(self, places: Iterable[Place]) -> Sentences:
        sentences, bits = 0, self.sentence_of
        for place in places:
            sentences |= bits[place]
        return sentences

    @cached_property
    def sentence_of(self) -> list[Sentences]:
        """The sentence of each place, as one of `Sentences`."""
        return [1 << sentence for sentence in self.breaks.sentences]

    def _near_words(self) -> Mapping[str, list[tuple[str, float]]]:
        """Return, by word looked for, the forms said here that are like it, and how like.

        Complete for every card that was made ready in this language before.
        """
        memory = likeness(self.language)
        if self._near is None or self._near[0] != memory.size:
            near: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
            for form, alike in memory.among(self.forms.keys()):
                for word, ratio in alike.items():
                    near[word].append((form, ratio))
            self._near = (memory.size, near)
            self._spots.clear()
        return self._near[1]

    _near: tuple[int, Mapping[str, list[tuple[str, float]]]] | None = None

    def spots(self, atom: Atom) -> Mapping[Place, float]:
        """Return, in order, where a word is said or one like it, and how like it is (0..1)."""
        found = self._spots.get(atom)
        if found is None:
            like: dict[Place, float] = {}
            for form, ratio in self._alike(atom):
                for place in self.forms[form]:
                    like[place] = max(like.get(place, 0.0), ratio)
            like.update(dict.fromkeys(self._said_as(atom), 1.0))
            found = self._spots[atom] = dict(sorted(like.items()))
        return found

    def _alike(self, atom: Atom) -> Iterator[tuple[str, float]]:
        if atom.kind == "word" and atom.content:
            near = self._near_words()
            for word in atom.words:
                yield from near.get(word, ())

    def _said_as(self, atom: Atom) -> Iterable[Place]:
        """Return where a word is said in any of its forms; of an exact one in that form."""
        where = self.forms if atom.kind == "exact" else self.index
        return {place for key in atom.keys & where.keys() for place in where[key]}

    def sentences(self, turns: Iterable[int]) -> Sentences:
        """Return the sentences of some turns, those left out that are in another language."""
        known = self._sentences_in
        sentences = 0
        for turn in turns:
            sentences |= known.get(turn, 0)
        return sentences

    @cached_property
    def _sentences_in(self) -> Mapping[int, Sentences]:
        """The sentences of each turn."""
        found: defaultdict[int, Sentences] = defaultdict(int)
        for turn, bit in zip(self.turn_of, self.sentence_of, strict=True):
            found[turn] |= bit
        return found

    def slotted(self, slot: Atom) -> frozenset[Place]:
        """Return where a word stands that fits a slot."""
        found = self._slotted.get(slot)
        if found is None:
            can: Iterable[Place] = self._slots.get(slot.text, ())
            if slot.text in IN_CONTEXT:
                can = [place for place in can if self._fits(slot, place)]
            found = self._slotted[slot] = frozenset(can)
        return found

    @cached_property
    def _slots(self) -> Mapping[str, list[Place]]:
        """The places of the words that can fit each slot."""
        found: defaultdict[str, list[Place]] = defaultdict(list)
        for form, where in self.said.items():
            for slot in kinds(form, self.language):
                found[slot] += where
        return found

    def _fits(self, slot: Atom, place: Place) -> bool:
        form, after = self.words[place : place + 2]
        return form is not None and fits(
            slot.text,
            form,
            after,
            self.pack,
            in_phrase=slot.content,
            begins=lambda: self._begins_sentence(place),
        )

    def _begins_sentence(self, place: Place) -> bool:
        sentences = self.breaks.sentences
        return place == 0 or sentences[place - 1] != sentences[place]


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
        self._confidences: dict[int, list[float]] = {}

    def confidences(self, turn: int) -> Sequence[float]:
        """Return how sure the words of a turn are, those left out of which nobody said it."""
        found = self._confidences.get(turn)
        if found is None:
            words = self.turns[turn].words
            found = [w.confidence for w in words if w.confidence is not None]
            self._confidences[turn] = found
        return found

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
            if (own := self._own(t)) == language or own not in self.languages
        )
