"""What Presidio hides, as it comes: measured beside ours by `scripts/bench redaction`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benches._planted import Talk

#: Kinds that its English default hides besides, and that stay with us by intent.
COMMON = frozenset({"DATE_TIME", "LOCATION", "NRP", "URL"})


@dataclass(frozen=True)
class Hidden:
    """What is hidden of a turn."""

    #: Of each word, whether nothing of it is left.
    gone: tuple[bool, ...]
    #: Of each stretch that is hidden, the words that it touches.
    stretches: tuple[tuple[int, ...], ...]


Hide = Callable[[Talk], list[Hidden]]


def presidio(parser: str, *, without: Collection[str] = ()) -> Hide:
    """Return what hides with Presidio's English recognisers, all that it has by default.

    A conversation is one text, a turn a line, so that words of a question count as context.

    Parameters
    ----------
    parser : folder of the spaCy pipeline that it finds names with.
    without : kinds that are left.
    """
    engine = _engine(parser)

    def hide(talk: Talk) -> list[Hidden]:
        lines = [" ".join(word.text for word in said) for _, said in talk.turns]
        found = engine.analyze("\n".join(lines), language="en")
        spans = _joined([(r.start, r.end) for r in found if r.entity_type not in without])
        return _by_turn(talk, spans)

    return hide


def _engine(parser: str) -> Any:
    try:
        analyzer = import_module("presidio_analyzer")
        engines = import_module("presidio_analyzer.nlp_engine")
    except ImportError:
        sys.exit("presidio-analyzer is not installed: pip install presidio-analyzer, in .venv.")
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    models = [{"lang_code": "en", "model_name": parser}]
    made = engines.NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": models}
    )
    return analyzer.AnalyzerEngine(nlp_engine=made.create_engine(), supported_languages=["en"])


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _by_turn(talk: Talk, spans: list[tuple[int, int]]) -> list[Hidden]:
    hidden, at = [], 0
    for _, said in talk.turns:
        places = []
        for word in said:
            bare = [i for i, c in enumerate(word.text) if c.isalnum()]
            first, last = (bare[0], bare[-1] + 1) if bare else (0, len(word.text))
            places.append((at + first, at + last))
            at += len(word.text) + 1
        gone = tuple(any(a <= start and end <= b for a, b in spans) for start, end in places)
        touched = (
            tuple(k for k, (start, end) in enumerate(places) if start < b and a < end)
            for a, b in spans
        )
        hidden.append(Hidden(gone, tuple(words for words in touched if words)))
    return hidden
