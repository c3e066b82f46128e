"""Judging: a conversation and a card in, one assessment per agent out.

Pure: the same input gives identical bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qa.language import lemmas_by, load_pack
from qa.language.parsing import Parsers
from qa.records import (
    Assessment,
    Evidence,
    Finding,
    Provenance,
    Role,
    SafeConversation,
    Score,
    ScoreStatus,
    Verdict,
)
from qa.scoring import applies, hearing
from qa.scoring.arithmetic import total
from qa.scoring.checks import Outcome, made_by
from qa.scoring.compiled import Compiled, compiled
from qa.scoring.context import Context
from qa.scoring.document import Document
from qa.scoring.likeness import COMPARED_BY
from qa.scoring.marks import find_mark
from qa.scoring.parts import LEFT_ALONE, Part, parts
from qa.scoring.politeness import lexicon
from qa.scoring.politeness import table as politeness_table
from qa.scoring.scorecard import Item, Scorecard, Section
from qa.scoring.sparing import spare

#: Changes whenever the same card may judge the same conversation differently.
ENGINE_VERSION = "9"

#: Credit of each verdict that has a fixed one.
_VALUE = {Verdict.PASS: 1.0, Verdict.FAIL: 0.0}
#: What an item comes to where something was not said.
_OWED = frozenset([Verdict.PARTIAL, Verdict.FAIL, Verdict.REVIEW])


def judge(
    safe: SafeConversation | Document, card: Scorecard, *, parsers: Parsers | None = None
) -> tuple[Assessment, ...]:
    """Judge a conversation by a card: one assessment per agent, each on their own part.

    A conversation that cannot be scored gives one assessment of status not_scorable,
    with the reason. Give a `Document` to judge by several cards: it is analysed once.

    Parameters
    ----------
    parsers : for items that read sentence structure; without them those are for a human.
        A `Document` brings its own.
    """
    document = safe if isinstance(safe, Document) else Document(safe, parsers=parsers)
    reason = _unscorable(document, card)
    if reason:
        return (_not_scored(document, card, reason),)
    ready = compiled(card)
    return tuple(_judge_part(part, ready) for part in parts(document))


def _judge_part(part: Part, ready: Compiled) -> Assessment:
    answered = [(s, i, answer(Context(part, i, ready))) for s, i in ready.card.items]
    doubts = {i.id: outcome.doubt for _, i, outcome in answered if outcome.doubt}
    findings = spare(ready.card, [_finding(*one) for one in answered], doubts)
    return Assessment(
        conversation=part.document.safe.id,
        card=ready.card.ref,
        party=part.agent.id,
        findings=findings,
        score=total(ready.card, findings),
        provenance=_provenance(part.document, ready.card),
    )


def _finding(section: Section, item: Item, outcome: Outcome) -> Finding:
    value = _VALUE.get(outcome.verdict)
    if outcome.verdict is Verdict.PARTIAL:
        value = min(max(outcome.value if outcome.value is not None else 0.5, 0.0), 1.0)
    return Finding(
        item=item.id,
        section=section.id,
        ask=item.ask,
        verdict=outcome.verdict,
        kind=item.effect,
        value=value,
        weight=item.weight,
        critical=item.criticality,
        evidence=outcome.evidence,
        reason=outcome.reason,
        advice=item.advice,
    )


def answer(context: Context) -> Outcome:
    """Ask, in order: does it apply, is it waived, what does the check say."""
    item = context.item
    if item.only:
        against = applies.reason_against(context, item.only)
        if against:
            return Outcome(Verdict.NOT_APPLICABLE, reason=against)
    groundless = applies.without_ground(context)
    if groundless:
        return Outcome(Verdict.NOT_APPLICABLE, reason=groundless)
    after = None
    if item.only:
        missing, after = applies.trigger(context, item.only)
        if missing:
            return missing
    context, evidence, missing = _between(replace(context, after=after))
    if missing:
        return missing
    outcome = applies.waived(context) or item.check.run(context)
    if outcome.verdict in _OWED and applies.left_alone(context):
        outcome = Outcome(Verdict.NOT_APPLICABLE, reason=LEFT_ALONE)
    if evidence and outcome.verdict is not Verdict.PASS:
        return replace(outcome, evidence=(*evidence, *outcome.evidence))
    return outcome


def _between(context: Context) -> tuple[Context, tuple[Evidence, ...], Outcome | None]:
    """Narrow the search to what comes after and before what the item says.

    Returns the outcome when that never came, and what was found of it.
    """
    evidence: tuple[Evidence, ...] = ()
    for name, mark in (("after", context.item.after), ("before", context.item.before)):
        if mark is None:
            continue
        found = find_mark(context, mark, answer)
        if isinstance(found, str):
            reason = f"What it must come {name} {found}"
            return context, (), Outcome(Verdict.NOT_APPLICABLE, reason=reason)
        evidence += found.evidence
        if name == "after":
            context = replace(context, since=found.end)
        else:
            context = replace(context, before=found.begin)
    return context, evidence, None


# --- what cannot be scored ---------------------------------------------------------


def _unscorable(document: Document, card: Scorecard) -> str:
    safe = document.safe
    if safe.triage is not None:
        return safe.triage_reason or f"Counted as {safe.triage.value}, not scored."
    if card.channels and safe.channel not in card.channels:
        return f"The card is not meant for {safe.channel.value}s."
    if not any(p.role is Role.AGENT for p in safe.parties):
        return "It is not clear who the agent is."
    return _foreign(document, card)


def _foreign(document: Document, card: Scorecard) -> str:
    """Return why the language rules scoring out; "" when it does not."""
    if not document.languages:
        heard = ", ".join(document.unknown_languages) or "unknown"
        return f"No language pack for what is spoken here ({heard})."
    if document.unknown_languages and document.mainly_unknown:
        return f"Mostly in {document.unknown_languages[0]}, which has no language pack."
    if card.languages and not set(card.languages) & set(document.languages):
        return f"The card is not written for {', '.join(document.languages)}."
    return ""


def _not_scored(document: Document, card: Scorecard, reason: str) -> Assessment:
    agents = [p.id for p in document.safe.parties if p.role is Role.AGENT]
    return Assessment(
        conversation=document.safe.id,
        card=card.ref,
        party=agents[0] if len(agents) == 1 else None,
        findings=(),
        score=Score(
            status=ScoreStatus.NOT_SCORABLE,
            mode=card.mode.value,
            pass_mark=card.pass_mark,
            reason=reason,
        ),
        provenance=_provenance(document, card),
    )


def _provenance(document: Document, card: Scorecard) -> Provenance:
    return Provenance(
        stage="judge",
        engine="qa.scoring",
        version=ENGINE_VERSION,
        options={"card": card.hash, **{k: v for k, v in _made_with(document, card) if v}},
    )


def _made_with(document: Document, card: Scorecard) -> Iterator[tuple[str, str]]:
    """Yield all that a verdict hangs on besides card and engine, with its version."""
    yield "hearing", str(hearing.table().version)
    yield "likeness", COMPARED_BY
    for language in document.languages:
        yield f"pack_{language}", str(load_pack(language).version)
        yield f"lemmas_{language}", lemmas_by(language)
    if card.parses:
        yield "politeness", str(politeness_table().version)
        for language in document.languages:
            lists = lexicon(language)
            yield f"politeness_{language}", str(lists.words.version) if lists else ""
            yield f"parser_{language}", document.structure.parser(language)
    for kind in dict.fromkeys(item.kind for _, item in card.items):
        yield f"check_{kind}", made_by(kind)
    if document.hours is not None:
        yield "business_hours", document.hours.model_dump_json()
