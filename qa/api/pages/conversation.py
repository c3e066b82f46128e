"""One conversation as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from qa.access import Principal, Right
from qa.api import words
from qa.api.actions import card_title
from qa.api.collecting import LINES
from qa.api.i18n import N_, Texts, gettext
from qa.api.pages import fates
from qa.api.pages.cards import CardView, card_view, evidence_by_id
from qa.api.pages.desk import desk_view
from qa.api.pages.listing import name_of
from qa.api.pages.looks import looks_view
from qa.api.pages.timeline import timeline
from qa.api.pages.transcript import Part, parts, party_names, turn_views
from qa.api.routes.conversations import audio_address
from qa.errors import NotFound
from qa.records import AudioFacts, Channel, Evidence, Layout, Role, SafeConversation
from qa.store import Store
from qa.store.erasing.policies import What
from qa.store.tables import State
from qa.store.views import ConversationSummary

#: Below this confidence in who is the agent, the page says so.
_UNSURE = 0.75

_LAYOUTS: Mapping[Layout, str] = Texts(
    {
        Layout.FAKE_STEREO: N_("Recording: two channels with the same mix, heard as one."),
        Layout.ONE_SIDE_SILENT: N_(
            "Recording: one channel is silent, so only one side was recorded."
        ),
    }
)

_PENDING: Mapping[tuple[bool, bool], str] = Texts(
    {
        (True, True): N_("This conversation is being heard."),
        (True, False): N_("This conversation is being scored."),
        (False, True): N_("This conversation waits to be heard."),
        (False, False): N_("This conversation waits to be scored."),
    }
)


@dataclass(frozen=True)
class Head:
    """What stands above the transcript."""

    id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    #: What it waits for; empty when nothing.
    pending: str
    error: str
    triage: str
    triage_reason: str
    notes: tuple[str, ...]
    #: Whether it has been heard at all.
    heard: bool
    audio: str | None
    duration: float | None
    #: Whether it was spoken; what was written has no sound to miss.
    call: bool
    #: Whether who asks may hear it.
    hears: bool
    #: Whether its text was erased.
    erased: bool = False


def conversation_page(store: Store, id: str, who: Principal, *, part: int = 0) -> dict[str, Any]:
    """Return all that the page's template needs.

    Parameters
    ----------
    part : which part of a long transcript is loaded; a script loads the others.
    """
    found = scores_of(store, id, who)
    safe: SafeConversation | None = found["safe"]
    cards: tuple[CardView, ...] = found["cards"]
    shown = parts(safe) if safe else ()
    evidence = evidence_by_id(cards)
    return {
        **found,
        "title": found["c"].name,
        "here": "",
        "parts": tuple(
            _loaded(store, p, safe, evidence) if safe and p.number == part else p for p in shown
        ),
        "timeline": timeline(safe, cards) if safe else None,
    }


def scores_of(store: Store, id: str, who: Principal) -> dict[str, Any]:
    """Return what the cards beside the transcript need, and what both are made from."""
    mine = who.scope(Right.READ)
    summary = store.summary(id, scope=mine)
    safe = store.outline(id, scope=mine) if store.heard(id) else None
    names = party_names(safe.parties) if safe else {}
    cards: tuple[CardView, ...] = tuple(
        card_view(
            reviewed,
            number=n,
            title=card_title(store, reviewed.assessment.card),
            who=names.get(
                reviewed.assessment.party or "", reviewed.assessment.party or gettext("team")
            ),
        )
        for n, reviewed in enumerate(store.assessments(id, scope=mine))
    )
    heard_with = words.heard_with(store.provenance(id))
    facts = store.facts(id)
    hears = who.may(Right.HEAR, facts)
    audio = audio_address(store, id) if hears else None
    head = _head(summary, safe, audio=audio, heard_with=heard_with, hears=hears)
    fated = store.erasing.fates(id)
    head = replace(
        head,
        facts=(*head.facts, *([(gettext("Kept"), kept)] if (kept := fates.kept(fated)) else [])),
        notes=(*fates.gone(fated), *head.notes),
        erased=any(fate.what is What.TEXT and fate.erased_at for fate in fated),
    )
    return {
        "c": head,
        "safe": safe,
        "cards": cards,
        "place": Places(parts(safe) if safe else ()),
        "facts": facts,
        "desk": desk_view(store, id, who, facts, language=summary.language),
        "looks": looks_view(store, id, who, facts, cards),
        **LINES,
    }


def part_of(store: Store, id: str, who: Principal, number: int) -> dict[str, Any]:
    """Return one part of a transcript, loaded.

    Raises
    ------
    NotFound : there is no such part.
    """
    found = scores_of(store, id, who)
    safe: SafeConversation | None = found["safe"]
    known = parts(safe) if safe else ()
    if safe is None or not 0 <= number < len(known):
        raise NotFound(f"The transcript has no part {number}.", "Open the conversation again.")
    evidence = evidence_by_id(found["cards"])
    return {**found, "part": _loaded(store, known[number], safe, evidence)}


def _loaded(
    store: Store, part: Part, safe: SafeConversation, evidence: Mapping[str, Evidence]
) -> Part:
    turns = store.turns(safe.id, part.first, part.last)
    return replace(part, turns=turn_views(safe, evidence, turns))


class Places:
    """Where a turn is found, whether or not the page has loaded it."""

    def __init__(self, known: tuple[Part, ...]) -> None:
        self._known = known

    def __call__(self, turn: int) -> str:
        """Return the address of a turn as seen from the conversation's own."""
        number = next((p.number for p in self._known if p.first <= turn <= p.last), 0)
        return f"?part={number}#t{turn}" if number else f"#t{turn}"


def _head(
    summary: ConversationSummary,
    safe: SafeConversation | None,
    *,
    audio: str | None,
    heard_with: str,
    hears: bool,
) -> Head:
    error = f"{summary.error_reason} {summary.error_mend}".strip()
    return Head(
        id=summary.id,
        name=name_of(summary),
        facts=(*_facts(summary), *([(gettext("Heard"), heard_with)] if heard_with else [])),
        pending=_pending(summary),
        error=error,
        triage=words.TRIAGES[summary.triage] if summary.triage else "",
        triage_reason=summary.triage_reason,
        notes=tuple(_notes(safe)) if safe else (),
        heard=safe is not None,
        audio=audio,
        duration=summary.duration,
        call=summary.channel is Channel.CALL,
        hears=hears,
    )


def _pending(summary: ConversationSummary) -> str:
    if summary.state not in {State.WAITING, State.WORKING}:
        return ""
    return _PENDING[summary.state is State.WORKING, summary.needs == "listen"]


def _facts(summary: ConversationSummary) -> list[tuple[str, str]]:
    given = {
        gettext("Channel"): words.CHANNELS[summary.channel],
        gettext("Length"): words.clock(summary.duration) if summary.duration is not None else "",
        gettext("Agent"): summary.agent_name or summary.agent_id or "",
        gettext("When"): words.moment(summary.started_at) if summary.started_at else "",
        gettext("Direction"): words.DIRECTIONS[summary.direction],
        gettext("Language"): summary.language or "",
        gettext("Queue"): summary.queue or "",
        gettext("Project"): summary.project or "",
        gettext("Your id"): summary.external_id or "",
        gettext("State"): words.standing(summary),
    }
    return [(label, value) for label, value in given.items() if value]


def _notes(safe: SafeConversation) -> list[str]:
    notes = []
    for party in safe.parties:
        if party.role is Role.UNKNOWN:
            notes.append(
                gettext(
                    "It is not clear who is the agent and who the customer, so what depends on "
                    "it waits for a human."
                )
            )
            break
        if party.role is Role.AGENT and party.role_confidence < _UNSURE:
            sure = round(party.role_confidence * 100)
            notes.append(gettext("Who is the agent was told by what was said; %d %% sure.") % sure)
            break
    return notes + (_audio_notes(safe.audio) if safe.audio else [])


def _audio_notes(facts: AudioFacts) -> list[str]:
    notes = []
    if facts.layout in {Layout.FAKE_STEREO, Layout.ONE_SIDE_SILENT}:
        notes.append(_LAYOUTS[facts.layout])
    if facts.truncated:
        notes.append(gettext("The recording breaks off before its end."))
    if facts.all_silent:
        notes.append(gettext("The recording is silent."))
    return notes
