"""What somebody has asked for in words: where it stands, and which turns may answer it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from qa.records import SafeTurn, Turn
from qa.redact.tokens import Row, Token

#: Turns after a question in which it is answered.
ANSWER_TURNS = 3
#: Words behind the last of a cue that its speaker has left open: "my address is".
OPEN = 2
#: Words with which who asked may urge an answer, where no other question can be among them.
URGES = 4
#: Said behind an answer, and no part of it.
POLITE = frozenset(
    """please thanks thank you that's that is it all okay ok right correct got great perfect
    спасибо пожалуйста все всё верно правильно отлично хорошо принято multumesc va rog atat corect
    bine perfect am notat koszonom kerem szepen ennyi rendben jo felirtam""".split()  # noqa: SIM905
)


class Phrases:
    """Finds in a row where phrases stand; to be asked by `Row.once`.

    Parameters
    ----------
    pattern : a regular expression over comparable words with one space between, which stands
        for a hyphen as well.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def __call__(self, row: Row) -> tuple[tuple[int, int], ...]:
        """Return the first and the last word of each place."""
        hits = list(self._pattern.finditer(row.once(spaced)))
        if not hits:
            return ()
        starts = [0, *accumulate(len(word) + 1 for word in row.words)]
        return tuple(
            (bisect_right(starts, hit.start()) - 1, bisect_right(starts, hit.end() - 1) - 1)
            for hit in hits
        )


def joined_words(row: Row) -> str:
    """Return the comparable words of a row as one text."""
    return " ".join(row.words)


def spaced(row: Row) -> str:
    """Return the comparable words of a row as one text, a space for each hyphen."""
    return row.once(joined_words).replace("-", " ")


def answers(
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    asked: int,
    last: int,
    *,
    patient: bool = True,
) -> Iterator[int]:
    """Yield the turns that may answer what a turn has asked for, in order.

    Parameters
    ----------
    last : the last word of the question; its speaker goes on where it has left it open.
    patient : an answer may come after more words of who asked.
    """
    party = turns[asked].party
    open_end = last >= len(tokens[asked]) - 1 - OPEN
    for i in range(asked + 1, min(asked + 1 + ANSWER_TURNS, len(turns))):
        if turns[i].party != party or (open_end and not turns[asked].text.rstrip().endswith("?")):
            yield i
        elif not patient and len(tokens[i]) > URGES:
            return


def behind(turn: Turn | SafeTurn, tokens: Sequence[Token], k: int) -> str:
    """Return what stands between a word and the next one: a space, or punctuation besides."""
    end = tokens[k + 1].start if k + 1 < len(tokens) else len(turn.text)
    return turn.text[tokens[k].end : end]


def hidden(row: Row, kind: str) -> bool:
    """Say whether an earlier pass has hidden something of a kind in a turn: it is answered."""
    mark = f"[{kind.lower()}"
    return "[" in row.text and any(word.startswith(mark) for word in row.words)
