"""JSON Lines: everything, one value on each line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from qa.exports.base import Chunk, Depth, Exported, Scored, What
from qa.exports.columns import Value, cells, columns
from qa.records import Channel, SafeConversation, SafeTurn, as_json


class JsonlExport:
    """A line a conversation with all that is known of it, or a line a verdict."""

    suffix = ".jsonl"
    media_type = "application/x-ndjson"
    many = False
    reads: Mapping[What, Depth] = {"conversations": "all", "findings": "findings"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:
        """Yield the lines."""
        name = f"{what}{self.suffix}"
        if what == "findings":
            names = [c[0] for c in columns(what)]
            for _, row in cells(found, what):
                yield _line(name, dict(zip(names, map(_plain, row), strict=True)))
            return
        for each in found:
            yield _line(name, document(each))


def _line(name: str, value: dict[str, Any]) -> Chunk:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Chunk(name, text.encode("utf-8", "replace") + b"\n")


def _plain(value: Value) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return list(value) if isinstance(value, tuple) else value


def moment(value: datetime) -> str:
    """Return a moment as ISO 8601 in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def document(each: Exported) -> dict[str, Any]:
    """Return all that is known of a conversation, as JSON-ready values."""
    return {
        "id": each.id,
        "external_id": each.external_id,
        "source": each.source,
        "at": moment(each.at),
        "registered_at": moment(each.registered_at),
        "state": each.state,
        "language": each.language,
        "duration": _rounded(each.duration),
        "triage": each.triage and str(each.triage),
        "triage_reason": each.triage_reason,
        "conversation": each.conversation and own_json(each, each.conversation),
        "assessments": [assessment(score) for score in each.scores],
    }


def own_json(each: Exported, heard: SafeConversation) -> dict[str, Any]:
    """Return a conversation as our own importer reads it: docs/reference/conversation-json.md."""
    made: dict[str, Any] = {
        "id": each.external_id or each.id,
        "channel": str(each.channel),
        "metadata": as_json(each.metadata),
        "parties": [as_json(party) for party in heard.parties],
        "events": [as_json(event) for event in heard.events],
    }
    if heard.channel is Channel.CALL:
        said = [_utterance(turn) for turn in heard.turns]
        made["transcript"] = {"engine": "callcenter-qa", "utterances": said}
    else:
        made["messages"] = [
            {"party": t.party, "text": t.text, "at": _rounded(t.start), "html": False}
            for t in heard.turns
        ]
    return made


def _utterance(turn: SafeTurn) -> dict[str, Any]:
    return {
        "party": turn.party,
        "text": turn.text,
        "start": _rounded(turn.start),
        "end": _rounded(turn.end),
        "words": [as_json(word) for word in turn.words],
        "language": turn.language,
    }


def assessment(score: Scored) -> dict[str, Any]:
    """Return a score with its verdicts, the machine's and the humans', as JSON-ready values."""
    made = score.assessment
    findings = as_json(made)["findings"] if made else []
    for finding in findings:
        over = score.overrides.get(finding["item"])
        finding["human"] = (
            {"verdict": str(over.verdict), "value": over.value, "who": over.who,
             "at": moment(over.at), "confirm_again": over.confirm_again}
            if over else None
        )  # fmt: skip
    return {
        "card": as_json(score.card),
        "party": score.party,
        "agent": score.agent,
        "made_at": moment(score.made_at) if score.made_at else None,
        "status": str(score.status),
        "total": _rounded(score.total),
        "low": _rounded(score.low),
        "high": _rounded(score.high),
        "passed": score.passed,
        "failed": list(score.failed),
        "review": list(score.review),
        "findings": findings,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
