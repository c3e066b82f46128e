"""A conversation as text: header, score, every item with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qa.api import words
from qa.records import (
    AudioFacts,
    Evidence,
    EvidenceKind,
    Finding,
    Party,
    Provenance,
    Role,
    SafeConversation,
    ScoreStatus,
    SectionScore,
    Verdict,
)
from qa.store.views import ConversationSummary, Reviewed

#: A line and its style.
Line = tuple[str, str]

_STYLES = {
    Verdict.PASS: "green",
    Verdict.PARTIAL: "yellow",
    Verdict.FAIL: "red",
    Verdict.REVIEW: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
}


def lines(
    summary: ConversationSummary,
    safe: SafeConversation | None,
    reviewed: Sequence[Reviewed],
    heard_by: Sequence[Provenance] = (),
    *,
    transcript: bool = False,
) -> Iterator[Line]:
    """Return the lines of a conversation with its scores."""
    yield from _head(summary, safe)
    if heard := words.heard_with(heard_by):
        yield f"  {heard}", "dim"
    for one in reviewed:
        yield "", ""
        yield from _assessment(one, safe)
    if transcript and safe is not None:
        yield "", ""
        yield from _transcript(safe)


def _head(summary: ConversationSummary, safe: SafeConversation | None) -> Iterator[Line]:
    yield summary.source.rsplit("/", 1)[-1], "bold"
    facts = [
        summary.id,
        words.CHANNELS[summary.channel].lower(),
        words.clock(summary.duration) if summary.duration is not None else "",
        summary.language or "",
        summary.agent_name or summary.agent_id or "",
        words.moment(summary.started_at) if summary.started_at else "",
        words.STATES[summary.state].lower(),
    ]
    yield " · ".join(f for f in facts if f), "dim"
    for party in safe.parties if safe else ():
        yield f"  {party.id}: {_role(party)}", "dim"
    if safe is not None and safe.audio is not None:
        yield from ((note, "yellow") for note in _recording(safe.audio))
    if summary.triage:
        kind = words.TRIAGES[summary.triage].lower()
        yield f"Counted, not scored: {kind}. {summary.triage_reason}".rstrip(), "yellow"
    if summary.error_reason:
        yield f"{summary.error_reason} {summary.error_mend}".rstrip(), "red"
    if summary.wanted:
        yield f"Waits to be scored by: {', '.join(summary.wanted)}", "yellow"


def _recording(facts: AudioFacts) -> Iterator[str]:
    if facts.truncated:
        yield "The recording breaks off before its end."
    yield from facts.notes


def _role(party: Party) -> str:
    name = f" {party.name}" if party.name and party.role is Role.AGENT else ""
    source = f": {party.role_source}" if party.role_source else ""
    return f"{words.ROLES[party.role].lower()}{name} ({party.role_confidence:.0%} sure{source})"


def _assessment(one: Reviewed, safe: SafeConversation | None) -> Iterator[Line]:
    made, score = one.assessment, one.score
    about = f" · {made.party}" if made.party else ""
    yield f"{made.card.id} version {made.card.version}{about}", "bold"
    yield f"  {words.judged_with(made.provenance)}", "dim"
    known = score.status is not ScoreStatus.NOT_SCORABLE
    status = words.STATUSES[score.status].lower() if known else ""
    parts = [words.score(score), status, words.outcome(score)]
    if known:
        parts.append(
            f"pass mark {words.number(score.pass_mark)}, {words.MODES.get(score.mode, score.mode)}"
        )
    if score.deductions:
        parts.append(f"{words.number(score.deductions)} deducted")
    if score.bonus:
        parts.append(f"{words.number(score.bonus)} bonus")
    if score.low_coverage:
        parts.append(f"only {score.coverage:.0%} of the card applied")
    yield "Score " + ", ".join(p for p in parts if p), _tone(score)
    if one.overrides:
        yield f"Machine alone: {words.score(made.score)}", "dim"
    if score.reason:
        yield score.reason, ""
    titles = {s.id: s for s in score.sections}
    section = ""
    for finding in made.findings:
        if finding.section != section:
            section = finding.section
            yield _section(section, titles), "bold"
        yield from _item(finding, one, safe)


def _section(id: str, titles: Mapping[str, SectionScore]) -> str:
    score = titles.get(id)
    title = getattr(score, "title", "") or id
    low, high = getattr(score, "low", None), getattr(score, "high", None)
    if low is None:
        return f"  {title}"
    span = (
        words.number(low) if low == high else f"{words.number(low)}{words.DASH}{words.number(high)}"
    )
    return f"  {title}  {span}"


def _item(finding: Finding, one: Reviewed, safe: SafeConversation | None) -> Iterator[Line]:
    verdict = one.standing(finding)
    tags = [
        words.KINDS[finding.kind],
        words.CRITICALS[finding.critical] if finding.critical else "",
    ]
    tail = "".join(f"  [{t}]" for t in tags if t)
    sign, worded = words.SIGNS[verdict], words.VERDICTS[verdict].lower()
    yield (
        f"    {sign} {worded:<14} {finding.ask} ({finding.item}, {finding.weight:g}){tail}",
        _STYLES[verdict],
    )
    over = one.override(finding.item)
    if over:
        machine = words.VERDICTS[finding.verdict].lower()
        yield (
            f"        machine: {machine}; {over.who or 'human'}: {worded}. {over.comment}".rstrip(),
            "",
        )
        if over.confirm_again:
            yield "        scored again since, on other words: please look again", "yellow"
    if finding.reason:
        yield f"        {finding.reason}", ""
    for evidence in finding.evidence:
        yield f"        {_evidence(evidence, safe)}", "dim"
    if finding.advice and verdict in {Verdict.FAIL, Verdict.PARTIAL}:
        yield f"        advice: {finding.advice}", ""


def _evidence(e: Evidence, safe: SafeConversation | None) -> str:
    at = words.clock(e.start) if e.start is not None else ""
    turn = f"turn {e.turn + 1}" if e.turn is not None else ""
    rule = f"  <- {e.rule}" if e.rule else ""
    sure = f" {e.score:.0%}" if e.score is not None and e.score < 1 else ""
    if e.kind is EvidenceKind.WINDOW:
        if e.turn is None:
            return f"searched: no such turn{rule}"
        last = e.turn if e.last_turn is None else e.last_turn
        times = f"{at} to {words.clock(e.end)}, " if at else ""
        return f"searched {times}turns {e.turn + 1} to {last + 1}{rule}"
    who = _speaker(e, safe)
    place = ", ".join(p for p in (at, turn, who) if p)
    if e.kind is EvidenceKind.NEAR_MISS:
        return f'nearest{sure}: {place}: "{e.quote}"{rule}'
    if e.kind is EvidenceKind.METRIC and not e.quote:
        return f"measured: {at} to {words.clock(e.end)}{rule}"
    return f'{place}: "{e.quote}"{rule}{sure}'


def _speaker(e: Evidence, safe: SafeConversation | None) -> str:
    if safe is None or e.turn is None:
        return ""
    found = next((t for t in safe.turns if t.index == e.turn), None)
    return words.ROLES[found.role].lower() if found else ""


def _transcript(safe: SafeConversation) -> Iterator[Line]:
    yield "Transcript", "bold"
    for turn in safe.turns:
        at = words.clock(turn.start) if turn.start is not None else f"#{turn.index + 1}"
        style = "cyan" if turn.role is Role.AGENT else ""
        yield f"  {at}  {words.ROLES[turn.role]}: {turn.text}", style


def _tone(score: words.Scored) -> str:
    return {"good": "green", "bad": "red", "alarm": "bold red", "open": "yellow"}.get(
        words.tone(score), ""
    )
