"""Two cards side by side: what a change of a card changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qa.language.parsing import Parsers
from qa.records import Assessment, SafeConversation, Score, ScoreStatus, Verdict
from qa.scoring.document import Document
from qa.scoring.judging import judge
from qa.scoring.scorecard import Scorecard

#: A human has to look at these.
_FOR_A_HUMAN = frozenset([ScoreStatus.PROVISIONAL, ScoreStatus.CRITICAL_SUSPECTED])


@dataclass(frozen=True)
class Change:
    """What became of one agent's part of a conversation."""

    conversation: str
    party: str | None
    old: Score | None
    new: Score | None
    #: Item -> verdict before and after; None where the card has no such item.
    verdicts: Mapping[str, tuple[Verdict | None, Verdict | None]]

    @property
    def is_one(self) -> bool:
        """Whether anything is different."""
        return bool(self.verdicts) or _outcome(self.old) != _outcome(self.new)


def compare(
    conversations: Iterable[SafeConversation],
    old: Scorecard,
    new: Scorecard,
    *,
    parsers: Parsers | None = None,
) -> list[Change]:
    """Judge each conversation by both cards, as `judge` does; humans' verdicts are left out."""
    changes = []
    for safe in conversations:
        document = Document(safe, parsers=parsers)
        before = {a.party: a for a in judge(document, old)}
        after = {a.party: a for a in judge(document, new)}
        changes += [
            _change(safe.id, party, before.get(party), after.get(party))
            for party in dict.fromkeys((*before, *after))
        ]
    return changes


def _change(
    id: str, party: str | None, before: Assessment | None, after: Assessment | None
) -> Change:
    old, new = _verdicts(before), _verdicts(after)
    return Change(
        conversation=id,
        party=party,
        old=before.score if before else None,
        new=after.score if after else None,
        verdicts={
            item: (old.get(item), new.get(item))
            for item in dict.fromkeys((*old, *new))
            if old.get(item) is not new.get(item)
        },
    )


def _verdicts(assessment: Assessment | None) -> dict[str, Verdict]:
    return {f.item: f.verdict for f in assessment.findings} if assessment else {}


def _outcome(score: Score | None) -> tuple[object, ...] | None:
    if score is None:
        return None
    figures = (score.total, score.low, score.high)
    return (score.status, score.passed, *(f if f is None else round(f, 9) for f in figures))


def _needs_human(score: Score | None) -> bool:
    return score is not None and score.status in _FOR_A_HUMAN


def count_for_humans(changes: Iterable[Change]) -> tuple[int, int]:
    """Return how many conversations wait for a human by the old card and by the new one."""
    listed = list(changes)
    old = {c.conversation for c in listed if _needs_human(c.old)}
    new = {c.conversation for c in listed if _needs_human(c.new)}
    return len(old), len(new)
