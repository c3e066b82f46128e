"""What an export hides besides what is hidden in the store: never less."""

from __future__ import annotations

from typing import get_args

from qa.records import Assessment, Evidence, Role, SafeConversation, SafeTurn
from qa.redact import redact
from qa.setting_parts import Leavable, redaction_of
from qa.settings import Settings
from qa.store import Kept


def stricter(kept: Kept, settings: Settings) -> Kept:
    """Return a conversation with what its rule hides in exports hidden, in text and in quotes."""
    heard = kept.conversation
    about = kept.metadata
    rule = redaction_of(settings.redaction, queue=about.queue, project=about.project)
    more = rule.stored_alone
    if heard is None or not more:
        return kept
    words = [*settings.company, *settings.keep]
    words += [p.name for p in heard.parties if p.name and p.role is Role.AGENT]
    turns, spans = redact(heard.turns, keep=words, leave=frozenset(get_args(Leavable)) - more)
    names = "PERSON" in more
    safe = heard.model_copy(
        update={
            "turns": turns,
            "redacted": (*heard.redacted, *spans),
            "parties": tuple(
                p.model_copy(update={"name": None}) if names and p.role is Role.CUSTOMER else p
                for p in heard.parties
            ),
        }
    )
    made = tuple(
        one.model_copy(update={"assessment": _quoted(one.assessment, heard, safe)})
        for one in kept.assessments
    )
    return kept.model_copy(update={"conversation": safe, "assessments": made})


def _quoted(made: Assessment, before: SafeConversation, after: SafeConversation) -> Assessment:
    old = {turn.index: turn for turn in before.turns}
    new = {turn.index: turn for turn in after.turns}
    findings = tuple(
        finding.model_copy(
            update={"evidence": tuple(_again(e, old, new) for e in finding.evidence)}
        )
        for finding in made.findings
    )
    return made.model_copy(update={"findings": findings})


def _again(found: Evidence, old: dict[int, SafeTurn], new: dict[int, SafeTurn]) -> Evidence:
    """Return evidence with its quote as the turn has it now; all of the turn where that changed."""
    if found.turn is None or not found.quote or old[found.turn].text == new[found.turn].text:
        return found
    text = new[found.turn].text
    start = text.find(found.quote)
    if start < 0:
        start, quote = 0, text
    else:
        quote = found.quote
    return found.model_copy(
        update={"quote": quote, "char_start": start, "char_end": start + len(quote)}
    )
