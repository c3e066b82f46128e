"""How politely somebody speaks: named strategies, each with the words that show it.

Strategies come from word lists in every language, from the structure of sentences in
English, and from forms of words elsewhere. Their weights are set by hand and published
in ``weights.yaml``; nothing is fitted. The English structure needs a parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.language import tokenise
from qa.language.parsing import PARSED, Node
from qa.scoring.politeness import english, surface
from qa.scoring.politeness.lexicon import Lexicon, lexicon
from qa.scoring.politeness.surface import Strategy
from qa.scoring.politeness.table import Register, Table, table

__all__ = ["PARSED", "Reading", "Register", "Strategy", "Table", "lexicon", "read", "table"]

#: Words that lose their own sense within a formula: "no problem".
_PLAIN = frozenset(["negation", "positive", "negative"])


class Reading(NamedTuple):
    """How polite one turn is."""

    #: What was found, in order of place; a strategy may be there several times.
    strategies: tuple[Strategy, ...]
    #: Sum of the strategies' weights, each counted once.
    total: float
    #: The sum on the published scale, 0 (rude) to 1 (very polite).
    level: float
    #: Words in the turn.
    words: int


def read(
    text: str, language: str, *, nodes: Sequence[Node] | None = None, register: Register = "agent"
) -> Reading | None:
    """Read one turn.

    Parameters
    ----------
    nodes : the parsed text; without it English gives what words and signs tell.
    register : which column of the weights counts.

    Returns
    -------
    Reading | None : None for a language without lists.
    """
    lists = lexicon(language)
    if lists is None:
        return None
    tokens = tokenise(text, lists.language)
    found = set(surface.signs(text))
    for name, first, last in lists.find(tokens):
        found.add(Strategy(tokens[first].start, tokens[last].end, name))
    if nodes is not None and lists.language in PARSED:
        found.update(_structure(nodes, lists))
    elif lists.language not in PARSED:
        found.update(surface.forms(text, tokens, lists))
    weights = table()
    known = sorted(s for s in found if s.name in weights.strategies)
    formulas = {i for s in known if s.name not in _PLAIN for i in range(s.start, s.end)}
    kept = tuple(
        s for s in known if s.name not in _PLAIN or not formulas.issuperset(range(s.start, s.end))
    )
    total = weights.sum((s.name for s in kept), register)
    return Reading(kept, total, weights.level(total - weights.cut[register]), len(tokens))


def _structure(nodes: Sequence[Node], lists: Lexicon) -> Iterator[Strategy]:
    sentences = english.Sentences(nodes, lists.words)
    for name, rule in english.RULES.items():
        for first, last in rule(sentences):
            yield Strategy(nodes[first].start, nodes[last].end, name)
