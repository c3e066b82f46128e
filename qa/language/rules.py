"""Rules of a spaCy pipeline over single words, each worked out once.

The attribute ruler of the English pipeline has 180 rules, all but a few over one word, and asks
every one of them at each word: a fifth of the time that parsing takes. What such rules say hangs
on the word, its tag and its link alone, so it is remembered by these.
"""

from __future__ import annotations

from typing import Any

#: What the word itself decides; with tag and link all that remembered rules may ask for.
_OF_THE_WORD = frozenset(["ORTH", "TEXT", "LOWER", "NORM", "SHAPE", "IS_SPACE", "IS_PUNCT"])
_ASKED = _OF_THE_WORD | {"TAG", "DEP"}
#: Words remembered; when there are more, all is forgotten (memory stays bounded).
_MOST = 100_000

#: A rule, its name as spaCy keeps it, and the words ``[first, end)`` that it fits.
Match = tuple[int, int, int, int]


class Rules:
    """What an attribute ruler finds, with what it says of single words remembered.

    Parameters
    ----------
    ruler : a `spacy.pipeline.AttributeRuler` that `rememberable` holds of.
    """

    def __init__(self, ruler: Any) -> None:
        from spacy.matcher import Matcher  # noqa: PLC0415 - loaded with the first parser

        self._all = ruler.match
        self._names = ruler.vocab.strings
        self._alone: dict[tuple[int, int, int], tuple[tuple[int, int], ...]] = {}
        self._longer = Matcher(ruler.vocab)
        for number, rule in enumerate(ruler.patterns):
            if longer := [pattern for pattern in rule["patterns"] if len(pattern) > 1]:
                self._longer.add(str(number), longer)

    def match(self, doc: Any) -> list[Match]:
        """Return what `AttributeRuler.match` does: all that fits, later rules last."""
        found = [
            (int(self._names[name]), name, first, end)
            for name, first, end in self._longer(doc, allow_missing=True)
        ]
        for place, token in enumerate(doc):
            key = (token.orth, token.tag, token.dep)
            rules = self._alone.get(key)
            if rules is None:
                if len(self._alone) >= _MOST:
                    self._alone.clear()
                fits = self._all(doc[place : place + 1])
                rules = self._alone[key] = tuple((rule, name) for rule, name, *_ in fits)
            found += [(rule, name, place, place + 1) for rule, name in rules]
        return sorted(found)


def rememberable(ruler: Any) -> bool:
    """Tell whether the rules ask for nothing but words, tags and links, one each."""
    asked = {
        key for rule in ruler.patterns for words in rule["patterns"] for w in words for key in w
    }
    return asked <= _ASKED
