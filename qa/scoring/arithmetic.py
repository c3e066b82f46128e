"""What findings add up to. Pure; docs/explanation/scoring.md works examples by hand.

- What must be said earns, what must not be said only takes away.
- An open review makes the score a range, from "all fail" to "all pass".
- A critical fail of the machine is suspected; only a person's verdict confirms it
  (unless the card says `automatic`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.records import (
    Critical,
    Finding,
    ItemKind,
    Override,
    Score,
    ScoreStatus,
    SectionScore,
    Verdict,
)
from qa.scoring.scorecard import Mode, Scorecard

#: So much must a sum of fractions be forgiven (0.1 + 0.2).
SLACK = 1e-9
#: A range at most this wide that does not straddle the pass mark counts as final.
NARROW = 5.0
#: An open item that moves the total by this many points or more is for a person.
HEAVY = 2.5


@dataclass(frozen=True)
class _Answer:
    """A finding with the human's verdict, where there is one, in the machine's place."""

    finding: Finding
    verdict: Verdict
    #: Credit if every open item fails, and if every open item passes.
    low: float
    high: float
    #: A human gave the verdict.
    by_human: bool

    @property
    def open(self) -> bool:
        return self.verdict is Verdict.REVIEW

    @property
    def counts(self) -> bool:
        return self.verdict is not Verdict.NOT_APPLICABLE


@dataclass(frozen=True)
class _End:
    """One end of the range."""

    raw: float | None
    sections: Mapping[str, float | None]
    deductions: float
    bonus: float


def total(
    card: Scorecard, findings: Sequence[Finding], overrides: Iterable[Override] = ()
) -> Score:
    """Add up one agent's findings.

    Parameters
    ----------
    overrides : humans' verdicts; each stands in for the machine's on its item, the last
        of several on one item counts. One that must be confirmed again leaves its item open.
    """
    given = {o.item: o for o in overrides}
    answers = [_answer(f, given.get(f.item)) for f in findings]
    confirmed = [a for a in answers if _is_confirmed(card, a)]
    zeroed = frozenset(
        a.finding.section for a in confirmed if a.finding.critical is Critical.SECTION
    )
    low, high = (_end(card, answers, best=best) for best in (False, True))
    if low.raw is None or high.raw is None:
        return _nothing(card, "Nothing that earns points applied.")
    low_after, high_after = (
        (_end(card, answers, best=best, zeroed=zeroed) for best in (False, True))
        if zeroed
        else (low, high)
    )
    if any(a.finding.critical is Critical.WHOLE for a in confirmed):
        low_after, high_after = replace(low_after, raw=0.0), replace(high_after, raw=0.0)
    return _score(card, answers, confirmed, low, high, low_after, high_after)


def _score(
    card: Scorecard,
    answers: Sequence[_Answer],
    confirmed: Sequence[_Answer],
    low: _End,
    high: _End,
    low_after: _End,
    high_after: _End,
) -> Score:
    suspected = tuple(a.finding.item for a in answers if _is_suspected(card, a))
    bottom, top = low_after.raw or 0.0, high_after.raw or 0.0
    unsure = _unsure(card, answers, bottom, top, settled=_is_zero(confirmed))
    status = _status(confirmed, suspected, unsure=unsure)
    coverage = _coverage(card, answers)
    return Score(
        status=status,
        mode=card.mode.value,
        total=None if unsure else (bottom + top) / 2,
        raw=_middle(low.raw, high.raw, unsure=unsure),
        low=bottom,
        high=top,
        passed=_passed(card, confirmed, bottom, top, blocked=bool(suspected) or _waits(answers)),
        pass_mark=card.pass_mark,
        coverage=coverage,
        low_coverage=coverage < card.low_coverage - SLACK,
        sections=tuple(
            SectionScore(
                id=s.id,
                title=s.title,
                weight=s.weight,
                low=low_after.sections[s.id],
                high=high_after.sections[s.id],
            )
            for s in card.sections
        ),
        deductions=(low.deductions + high.deductions) / 2,
        bonus=(low.bonus + high.bonus) / 2,
        open_items=_open_items(card, answers, unsure=unsure),
        suspected=suspected,
        reason=_reason(status, suspected, confirmed),
    )


def _middle(low: float | None, high: float | None, *, unsure: bool) -> float | None:
    if low is None or high is None or high - low > NARROW + SLACK or (unsure and low != high):
        return None
    return (low + high) / 2


# --- one finding -------------------------------------------------------------------


def _answer(finding: Finding, override: Override | None) -> _Answer:
    verdict, value = finding.verdict, finding.value
    if override is not None:
        verdict, value = override.verdict, override.value
        if override.confirm_again:
            verdict = Verdict.REVIEW
    low, high = _credit(verdict, value)
    by_human = override is not None and not override.confirm_again
    return _Answer(finding, verdict, low, high, by_human)


def _credit(verdict: Verdict, value: float | None) -> tuple[float, float]:
    match verdict:
        case Verdict.PASS:
            return 1.0, 1.0
        case Verdict.PARTIAL:
            credit = 0.5 if value is None else min(max(value, 0.0), 1.0)
            return credit, credit
        case Verdict.REVIEW:
            return 0.0, 1.0
    return 0.0, 0.0


def _is_critical(answer: _Answer) -> bool:
    return answer.finding.critical is not None and answer.finding.kind is not ItemKind.ADVICE


def _is_confirmed(card: Scorecard, answer: _Answer) -> bool:
    if not _is_critical(answer) or answer.verdict is not Verdict.FAIL:
        return False
    return answer.by_human or answer.finding.item in _automatic(card)


def _is_suspected(card: Scorecard, answer: _Answer) -> bool:
    failed = _is_critical(answer) and answer.verdict is Verdict.FAIL
    return failed and not _is_confirmed(card, answer)


def _automatic(card: Scorecard) -> frozenset[str]:
    return frozenset(i.id for _, i in card.items if i.critical == "automatic")


# --- adding up ---------------------------------------------------------------------


def _end(
    card: Scorecard,
    answers: Sequence[_Answer],
    *,
    best: bool,
    zeroed: frozenset[str] = frozenset(),
) -> _End:
    """Add up one end of the range; `zeroed` sections earn nothing."""
    by_section: dict[str, list[_Answer]] = {s.id: [] for s in card.sections}
    for answer in answers:
        by_section.setdefault(answer.finding.section, []).append(answer)
    earned, possible, sections = 0.0, 0.0, {}
    for section in card.sections:
        got, most = _pool(by_section[section.id], best=best)
        got = 0.0 if section.id in zeroed else got
        sections[section.id] = 100 * got / most if most > 0 else None
        if card.mode is Mode.SECTIONS:
            got, most = (section.weight * got / most, section.weight) if most > 0 else (0.0, 0.0)
        earned += got
        possible += most
    points = 100 / possible if card.mode is Mode.POINTS and possible > 0 else 1.0
    deductions = points * sum(
        a.finding.weight * (1 - (a.high if best else a.low))
        for a in answers
        if a.finding.kind is ItemKind.DEDUCTS and a.counts
    )
    bonus = points * sum(
        a.finding.weight * (a.high if best else a.low)
        for a in answers
        if a.finding.kind is ItemKind.BONUS and a.counts
    )
    raw = None
    if possible > 0:
        raw = max(0.0, 100 * earned / possible - deductions)
        raw = min(raw + bonus, card.bonus_cap)
    return _End(raw, sections, deductions, bonus)


def _pool(answers: Iterable[_Answer], *, best: bool) -> tuple[float, float]:
    """Return the weight earned and the weight possible, of earning items that apply."""
    got = most = 0.0
    for answer in answers:
        if answer.finding.kind is ItemKind.EARNS and answer.counts:
            got += answer.finding.weight * (answer.high if best else answer.low)
            most += answer.finding.weight
    return got, most


def _coverage(card: Scorecard, answers: Sequence[_Answer]) -> float:
    """Return the share of the card's earning weight that applied, as the mode weighs it."""
    applicable = all_of_it = 0.0
    for section in card.sections:
        earning = [
            a
            for a in answers
            if a.finding.section == section.id and a.finding.kind is ItemKind.EARNS
        ]
        weight = sum(a.finding.weight for a in earning)
        counted = sum(a.finding.weight for a in earning if a.counts)
        scale = section.weight / weight if card.mode is Mode.SECTIONS and weight > 0 else 1.0
        applicable += scale * counted
        all_of_it += scale * weight
    return applicable / all_of_it if all_of_it > 0 else 0.0


# --- what it means -----------------------------------------------------------------


def _is_zero(confirmed: Sequence[_Answer]) -> bool:
    return any(a.finding.critical is Critical.WHOLE for a in confirmed)


def _waits(answers: Sequence[_Answer]) -> bool:
    """Tell whether a critical item is open."""
    return any(a.open and _is_critical(a) for a in answers)


def _unsure(
    card: Scorecard, answers: Sequence[_Answer], low: float, high: float, *, settled: bool
) -> bool:
    """Tell whether the range is open: wide, across the pass mark, or a critical item waits.

    A critical item that waits may turn into a zero, however little it weighs.
    """
    if settled:
        return False
    if _waits(answers):
        return True
    straddles = low < card.pass_mark - SLACK and high >= card.pass_mark - SLACK
    return high - low > NARROW + SLACK or straddles


def _passed(
    card: Scorecard, confirmed: Sequence[_Answer], low: float, high: float, *, blocked: bool
) -> bool | None:
    if confirmed or high < card.pass_mark - SLACK:
        return False
    return None if blocked or low < card.pass_mark - SLACK else True


def _status(confirmed: Sequence[_Answer], suspected: Sequence[str], *, unsure: bool) -> ScoreStatus:
    if suspected and not _is_zero(confirmed):  # nothing suspected can lower a nought
        return ScoreStatus.CRITICAL_SUSPECTED
    if confirmed:
        return ScoreStatus.CRITICAL_CONFIRMED
    return ScoreStatus.PROVISIONAL if unsure else ScoreStatus.FINAL


def _open_items(card: Scorecard, answers: Sequence[_Answer], *, unsure: bool) -> tuple[str, ...]:
    """Return what a human must look at: critical items, and heavy ones while the range is open.

    Where no open item is heavy alone, all of them together keep the range open.
    """
    waiting = [a for a in answers if a.open and a.finding.kind is not ItemKind.ADVICE]
    critical = [a for a in waiting if _is_critical(a)]
    moving = [(a, _swing(card, answers, a)) for a in waiting] if unsure else []
    heavy = [a for a, points in moving if points >= HEAVY] or [a for a, points in moving if points]
    wanted = {a.finding.item for a in (*critical, *heavy)}
    return tuple(a.finding.item for a in waiting if a.finding.item in wanted)


def _swing(card: Scorecard, answers: Sequence[_Answer], one: _Answer) -> float:
    """Return by how many points this open item alone moves the total."""
    ends = []
    for value in (0.0, 1.0):
        changed = [replace(a, low=value, high=value) if a is one else a for a in answers]
        ends.append(_end(card, changed, best=False).raw or 0.0)
    return ends[1] - ends[0]


def _reason(status: ScoreStatus, suspected: Sequence[str], confirmed: Sequence[_Answer]) -> str:
    match status:
        case ScoreStatus.CRITICAL_SUSPECTED:
            return f"A person must confirm: {', '.join(suspected)}."
        case ScoreStatus.CRITICAL_CONFIRMED:
            return f"Critical: {', '.join(a.finding.item for a in confirmed)}."
        case ScoreStatus.PROVISIONAL:
            return "Open items leave a range."
    return ""


def _nothing(card: Scorecard, reason: str) -> Score:
    return Score(
        status=ScoreStatus.NOT_SCORABLE,
        mode=card.mode.value,
        pass_mark=card.pass_mark,
        reason=reason,
    )
