"""Absences that may have been misses of ours, left open as long as nobody need listen.

"Not heard is not a fail" holds for light items too. A light item that is open leaves the
total where it was, within the few points that count as final; so it calls nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.records import Finding, Verdict
from qa.scoring.arithmetic import total
from qa.scoring.checks import Doubt
from qa.scoring.scorecard import Scorecard


def spare(
    card: Scorecard, findings: Sequence[Finding], doubts: Mapping[str, Doubt]
) -> tuple[Finding, ...]:
    """Leave absences open, the most doubtful first, as long as that calls nobody.

    Where a person is called all the same, what else is open would only be more to hear.

    Parameters
    ----------
    doubts : by item, of those that failed by absence.
    """
    kept = tuple(findings)
    wanted = {i: d for i, d in doubts.items() if d.missed > card.max_missed_light}
    if not wanted or total(card, kept).open_items:
        return kept
    for item in sorted(wanted, key=lambda i: (-wanted[i].missed, i)):
        opened = tuple(_opened(f, wanted[item]) if f.item == item else f for f in kept)
        if not total(card, opened).open_items:
            kept = opened
    return kept


def _opened(finding: Finding, doubt: Doubt) -> Finding:
    reason = f"{finding.reason} {doubt.reason}"
    return finding.model_copy(update={"verdict": Verdict.REVIEW, "value": None, "reason": reason})
