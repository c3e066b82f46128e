"""Rows to records and back; no decisions here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

from qa.records import (
    Assessment,
    AudioFacts,
    CardRef,
    Channel,
    Conversation,
    Event,
    Evidence,
    Finding,
    Metadata,
    Override,
    Party,
    Provenance,
    RedactedSpan,
    SafeConversation,
    SafeTurn,
    Score,
    SpeechSpan,
)
from qa.store.names import shown
from qa.store.tables import (
    MYSTERY,
    AssessmentRow,
    ConversationRow,
    FindingRow,
    HeardRow,
    OverrideRow,
    PartyRow,
    RedactedRow,
    TurnRow,
)

#: What a row of `TurnRow.words` holds.
_WORD = ("text", "start", "end", "confidence")


def conversation_row(
    conversation: Conversation, *, now: datetime, caller_key: str | None
) -> ConversationRow:
    """Make the row of a new conversation: waiting to be listened to."""
    return ConversationRow(**conversation_values(conversation, now=now, caller_key=caller_key))


def conversation_values(
    conversation: Conversation, *, now: datetime, caller_key: str | None
) -> dict[str, Any]:
    """Return the columns of a new conversation's row; the caller as a keyed hash alone."""
    meta = conversation.metadata
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "external_id": conversation.external_id,
        "source": shown(conversation.source),
        "checksum": conversation.checksum,
        "state": "waiting",
        "needs": "listen",
        "load": "speech" if conversation.needs_speech else "text",
        "at": meta.started_at or now,
        "registered_at": now,
        "updated_at": now,
        "caller_key": caller_key,
        **metadata_columns(meta),
    }


def metadata_columns(meta: Metadata) -> dict[str, Any]:
    """Return the columns that a conversation's metadata fills."""
    return {
        "direction": meta.direction,
        "platform": meta.platform,
        "queue": meta.queue,
        "project": meta.project,
        "team": meta.team,
        "agent_id": meta.agent_id,
        "agent_name": meta.agent_name,
        "ticket": meta.ticket,
        "language": meta.language,
        "started_at": meta.started_at,
        "mystery": any(tag.lower() == MYSTERY for tag in meta.tags),
        "details": meta.model_dump(mode="json"),
    }


def heard_values(safe: SafeConversation, provenance: Sequence[Provenance]) -> dict[str, Any]:
    """Return the columns of `HeardRow`, its keys apart."""
    return {
        "audio": safe.audio.model_dump(mode="json") if safe.audio else None,
        "speech": [[s.speaker, s.start, s.end, s.channel, s.confidence] for s in safe.speech],
        "events": [e.model_dump(mode="json") for e in safe.events],
        "provenance": [p.model_dump(mode="json") for p in provenance],
        "duration": safe.duration if safe.channel is Channel.CALL else None,
    }


def party_values(id: str, safe: SafeConversation) -> list[dict[str, Any]]:
    """Return the columns of a conversation's `PartyRow`s."""
    # What was typed was not recognised, whatever its source says.
    sure = _word_confidence(safe.turns) if safe.channel is Channel.CALL else {}
    return [
        {
            "conversation": id,
            "place": place,
            "party": p.id,
            "role": p.role,
            "role_confidence": p.role_confidence,
            "role_source": p.role_source,
            "name": p.name,
            "agent_id": p.agent_id,
            "word_confidence": sure.get(p.id),
            "starts": p.start,
            "ends": p.end,
        }
        for place, p in enumerate(safe.parties)
    ]


def _word_confidence(turns: Iterable[SafeTurn]) -> dict[str, float]:
    """Return how sure the words of each party are, on average, where their source says it."""
    found: dict[str, list[float]] = {}
    for turn in turns:
        known = [w.confidence for w in turn.words if w.confidence is not None]
        found.setdefault(turn.party, []).extend(known)
    return {party: fmean(sure) for party, sure in found.items() if sure}


def turn_values(id: str, turns: Iterable[SafeTurn]) -> list[dict[str, Any]]:
    """Return the columns of a conversation's `TurnRow`s."""
    return [
        {
            "conversation": id,
            "place": t.index,
            "party": t.party,
            "role": t.role,
            "text": t.text,
            "starts": t.start,
            "ends": t.end,
            "words": [[w.text, w.start, w.end, w.confidence] for w in t.words],
            "overlap": t.overlap,
            "language": t.language,
            "language_confidence": t.language_confidence,
            "confidence": t.confidence,
        }
        for t in turns
    ]


def redacted_values(id: str, spans: Iterable[RedactedSpan]) -> list[dict[str, Any]]:
    """Return the columns of a conversation's `RedactedRow`s."""
    return [
        {
            "conversation": id,
            "place": place,
            "kind": s.kind,
            "turn": s.turn,
            "starts": s.start,
            "ends": s.end,
        }
        for place, s in enumerate(spans)
    ]


def party(row: PartyRow) -> Party:
    """Read a party back."""
    return Party.model_validate(
        {
            "id": row.party,
            "role": row.role,
            "role_confidence": row.role_confidence,
            "role_source": row.role_source,
            "name": row.name,
            "agent_id": row.agent_id,
            "start": row.starts,
            "end": row.ends,
        }
    )


def safe_turn(row: TurnRow, *, words: bool = True) -> SafeTurn:
    """Read a redacted turn back; without its words they are not even fetched."""
    return SafeTurn.model_validate(
        {
            "index": row.place,
            "party": row.party,
            "role": row.role,
            "text": row.text,
            "start": row.starts,
            "end": row.ends,
            "words": [dict(zip(_WORD, w, strict=True)) for w in row.words] if words else (),
            "overlap": row.overlap,
            "language": row.language,
            "language_confidence": row.language_confidence,
            "confidence": row.confidence,
        }
    )


def safe_conversation(
    row: ConversationRow,
    heard: HeardRow,
    parties: Iterable[PartyRow],
    turns: Iterable[SafeTurn],
    redacted: Iterable[RedactedRow],
) -> SafeConversation:
    """Put a redacted conversation together again."""
    return SafeConversation.model_validate(
        {
            "id": row.id,
            "channel": row.channel,
            "metadata": Metadata.model_validate(row.details),
            "parties": tuple(party(p) for p in parties),
            "turns": tuple(turns),
            "speech": tuple(
                SpeechSpan(speaker=who, start=a, end=b, channel=channel, confidence=sure)
                for who, a, b, channel, sure in heard.speech
            ),
            "events": tuple(Event.model_validate(e) for e in heard.events),
            "duration": row.duration,
            "audio": AudioFacts.model_validate(heard.audio) if heard.audio else None,
            "redacted": tuple(
                RedactedSpan(kind=r.kind, turn=r.turn, start=r.starts, end=r.ends) for r in redacted
            ),
            "triage": row.triage,
            "triage_reason": row.triage_reason,
        }
    )


def score_columns(score: Score) -> dict[str, Any]:
    """Return the columns that the standing score fills."""
    return {
        "standing": score.model_dump(mode="json"),
        "status": score.status,
        "total": score.total,
        "raw": score.raw,
        "low": score.low,
        "high": score.high,
        "passed": score.passed,
    }


def finding_values(assessment: int, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the columns of an assessment's `FindingRow`s."""
    return [
        {
            **f.model_dump(mode="json"),
            "assessment": assessment,
            "place": place,
            "standing": f.verdict,
        }
        for place, f in enumerate(findings)
    ]


def finding(row: FindingRow) -> Finding:
    """Read the machine's verdict back."""
    return Finding.model_validate(
        {
            "item": row.item,
            "section": row.section,
            "ask": row.ask,
            "verdict": row.verdict,
            "kind": row.kind,
            "value": row.value,
            "weight": row.weight,
            "critical": row.critical,
            "evidence": tuple(Evidence.model_validate(e) for e in row.evidence),
            "reason": row.reason,
            "advice": row.advice,
        }
    )


def card_ref(row: AssessmentRow) -> CardRef:
    """Return the card an assessment was made with."""
    return CardRef(id=row.card, version=row.card_version, hash=row.card_hash)


def assessment(row: AssessmentRow, findings: Iterable[FindingRow]) -> Assessment:
    """Read a machine's assessment back."""
    return Assessment(
        conversation=row.conversation,
        card=card_ref(row),
        party=row.party,
        findings=tuple(finding(f) for f in findings),
        score=Score.model_validate(row.machine),
        provenance=Provenance.model_validate(row.provenance),
    )


def override(row: OverrideRow) -> Override:
    """Read a human's verdict back."""
    return Override.model_validate(
        {
            "item": row.item,
            "verdict": row.verdict,
            "value": row.value,
            "comment": row.comment,
            "who": row.who,
            "at": row.at,
            "basis": row.basis,
            "confirm_again": row.confirm_again,
        }
    )
