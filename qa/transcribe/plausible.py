"""What a speech model may not claim: tests of recognised words against the sound they came from.

Whisper writes fluent text for noise and music, and repeats itself when it loses
its place. Both leave traces: it doubts itself (no-speech probability, token
probabilities), it says one thing over and over, or it says more than a mouth can.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from math import log

from qa.records import Word

#: Text that packs better than this repeats itself (Radford et al. 2022, section 4.5).
MAX_COMPRESSION = 2.4
#: Mean log probability per token below which a reading is guesswork (same source).
MIN_LOG_PROBABILITY = -1.0
#: Nothing was said, if the reading is also doubtful (same source).
MAX_NO_SPEECH = 0.6
#: Words a second; the fastest speakers stay below it over a whole region.
MAX_RATE = 8.0
#: Times a phrase may follow itself before it counts as a loop.
MAX_REPEATS = 4
#: Longest phrase, in words, that is looked for in loops.
_PHRASE = 8
#: Fewest words, and most seconds for all of them, that count as said in no time.
_IN_NO_TIME = 3
_NO_TIME = 0.3
#: What subtitled video taught the model to write where nobody speaks.
_CREDITS = (
    "thanks for watching",
    "thank you for watching",
    "please subscribe",
    "subtitles by",
    "transcription by",
    "продолжение следует",
    "редактор субтитров",
    "субтитры",
    "спасибо за просмотр",
    "подписывайтесь",
    "vă mulțumim pentru vizionare",
    "nu uitați să dați like",
    "köszönöm, hogy megnézted",
    "feliratok",
)


def compression(text: str) -> float:
    """Return how many times smaller the text packs; loops pack well."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def doubtful(text: str, log_probability: float) -> bool:
    """Say whether a reading of a window should be tried another way."""
    return log_probability < MIN_LOG_PROBABILITY or compression(text) > MAX_COMPRESSION


def invented(
    words: Sequence[Word], *, duration: float, no_speech: float, log_probability: float
) -> bool:
    """Say whether the words of a region were not said there.

    Parameters
    ----------
    duration : seconds of the region.
    no_speech : probability that nothing was said in its window, 0..1.
    log_probability : mean over the region's tokens.
    """
    if not words:
        return False
    text = " ".join(w.text for w in words).casefold()
    doubt = no_speech > MAX_NO_SPEECH
    if log_probability < (MIN_LOG_PROBABILITY if doubt else 2 * MIN_LOG_PROBABILITY):
        return True
    unsure = doubt or log_probability < MIN_LOG_PROBABILITY / 2
    if unsure and any(credit in text for credit in _CREDITS):
        return True
    return len(words) / max(duration, 0.1) > MAX_RATE and log_probability < log(0.5)


def key(text: str) -> str:
    """Return a word as it is compared: lower case, no punctuation around it."""
    return text.strip(" .,!?…").casefold()


def without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    """Cut a phrase that follows itself more often than people say it.

    Keeps the first of the repeats ("no no no" stays; the fifth "thank you." in a row goes).
    """
    keys = [key(w.text) for w in words]
    kept: list[int] = []
    at = 0
    while at < len(words):
        size, times = _loop(keys, at)
        if times > MAX_REPEATS:
            kept += range(at, at + size)
            at += size * times
        else:
            kept.append(at)
            at += 1
    return tuple(words[i] for i in kept)


def said_in_no_time(
    times: Sequence[tuple[float, float]], keys: Sequence[str]
) -> tuple[int, int] | None:
    """Return the run of words ``[first, last)`` that took no time and were said just before.

    A model that is given less sound than it writes about repeats its last sentence;
    the alignment then finds no sound for it.

    Parameters
    ----------
    times : start and end of each word, in order.
    keys : the words, in lower case without punctuation.
    """
    for first in range(len(times) - _IN_NO_TIME + 1):
        last = first
        while last < len(times) and times[last][1] - times[first][0] <= _NO_TIME:
            last += 1
        size = last - first
        if size >= _IN_NO_TIME and list(keys[first:last]) == list(
            keys[max(0, first - size) : first]
        ):
            return first, last
    return None


def _loop(keys: Sequence[str], at: int) -> tuple[int, int]:
    """Return the length in words and the number of the repeats that begin there."""
    best = (1, 1)
    for size in range(1, _PHRASE + 1):
        phrase = keys[at : at + size]
        times = 1
        while keys[at + size * times : at + size * (times + 1)] == phrase:
            times += 1
        if times > best[1]:
            best = (size, times)
    return best
