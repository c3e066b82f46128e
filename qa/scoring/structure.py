"""Sentence structure of a conversation's turns, parsed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping

from qa.language import load_pack
from qa.language.parsing import PARSED, Node, Parsers, Piece, nodes
from qa.records import SafeTurn

#: What hangs on a word that is denied is denied with it, over these links alone: an address
#: ("don't worry, you fool") or another clause is not.
_DENIED_WITH = frozenset(
    ["acomp", "attr", "ccomp", "xcomp", "dobj", "pobj", "prep", "pcomp", "oprd", "acl", "det"]
)
_NEVER = frozenset(["no", "never", "neither", "nor", "without", "nobody", "nothing", "hardly"])


class Structure:
    """The parsed turns of one conversation, shared by all its cards.

    Parameters
    ----------
    parsers : None = no parser is known.
    """

    def __init__(self, turns: Mapping[int, SafeTurn], parsers: Parsers | None) -> None:
        self._turns = turns
        self._parsers = parsers
        self._pieces: dict[tuple[int, str], tuple[Piece, ...]] = {}
        self._nodes: dict[tuple[int, str], tuple[Node, ...]] = {}

    def why_not(self, language: str) -> str:
        """Return why turns of a language cannot be parsed; "" when they can."""
        if self._parsers is not None and not self._parsers.why_not(language):
            return ""
        if language not in PARSED:
            return f"There is no parser for the language '{language}'."
        return f"The {load_pack(language).name} parser is not installed; qa models pull"

    def parser(self, language: str) -> str:
        """Return name and version of a language's parser; "" where there is none."""
        found = self._parsers.get(language) if self._parsers is not None else None
        return found.name if found else ""

    def pieces(self, turn: int, language: str) -> tuple[Piece, ...] | None:
        """Return a turn as spaCy read it; None without a parser."""
        found = self._parsers.get(language) if self._parsers is not None else None
        if found is None:
            return None
        if (turn, language) not in self._pieces:
            alike = self._alike(self._turns[turn])
            parsed = found.read([t.text for t in alike])
            self._pieces.update(zip(((t.index, language) for t in alike), parsed, strict=True))
        return self._pieces[turn, language]

    def _alike(self, turn: SafeTurn) -> list[SafeTurn]:
        """Return the turns to parse together with one: those of its role and language.

        Together is faster, and always the same ones, whatever is asked for first, lest the
        last digits of sums hang on the order of cards.
        """
        same = (turn.role, turn.language)
        return [t for t in self._turns.values() if (t.role, t.language) == same]

    def nodes(self, turn: int, language: str) -> tuple[Node, ...] | None:
        """Return the words of a turn with their links; None without a parser."""
        pieces = self.pieces(turn, language)
        if pieces is None:
            return None
        key = (turn, language)
        if key not in self._nodes:
            self._nodes[key] = nodes(pieces)
        return self._nodes[key]

    def negated(self, turn: int, start: int, end: int, language: str) -> bool:
        """Tell whether what stands at characters ``[start, end)`` of a turn is denied there."""
        words = self.nodes(turn, language) or ()
        inside = [i for i, n in enumerate(words) if n.start < end and start < n.end]
        if not inside:
            return False
        at = next((i for i in inside if words[i].head not in inside), inside[0])
        for _ in range(len(words)):
            if _denied(words, at, before=start):
                return True
            if words[at].head == at or words[at].dep not in _DENIED_WITH:
                return False
            at = words[at].head
        return False


def _denied(words: tuple[Node, ...], at: int, *, before: int) -> bool:
    """Tell whether a word has a negation of its own, one that stands before the phrase."""
    return any(
        n.head == at
        and i != at
        and n.start < before
        and (
            n.dep == "neg" or (n.text in _NEVER and n.dep in {"det", "advmod", "preconj", "nsubj"})
        )
        for i, n in enumerate(words)
    )
