"""Taking conversations in: find, say what is known already, register the rest."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.addresses import Address
from qa.api.actions import cards_for
from qa.cli import say
from qa.cli.auditing import did
from qa.errors import InputError
from qa.importers import About, Rejected, find
from qa.importers.knowing import notes
from qa.importers.settling import Settling
from qa.jobs import recorder
from qa.records import Conversation, as_json
from qa.settings import Settings
from qa.store import Store
from qa.store.recorded import Recorded
from qa.store.taking import Wanted

#: Conversations that are registered together: a wait for the disk each time.
BATCH = 200


@dataclass(frozen=True)
class Found:
    """One conversation that was found."""

    id: str
    channel: str
    source: str
    #: It was there before.
    known: bool
    #: How many messages or utterances it holds; 0 for a recording that is yet to be heard.
    turns: int
    #: Parties by role, as the source says: "agent, customer, unknown 2".
    sides: str
    #: The pieces of its metadata that a rehearsal shows.
    metadata: dict[str, Any]
    #: What could not be read of it, or was mended.
    notes: list[str]


@dataclass
class Taken:
    """What came of taking conversations in."""

    #: By id, in the order they were found; new and known, each once.
    found: dict[str, Found] = field(default_factory=dict)
    #: (where it lies now, where the same content lay before).
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    #: Where the rejected items lie that can be mended and imported again.
    rejects_file: Path | None = None

    #: (where it lies, where one of the same own id was taken in from before); both are kept.
    namesakes: list[tuple[str, str]] = field(default_factory=list)

    #: (where it lies, day on which the same was erased here); not taken in again.
    erased: list[tuple[str, str]] = field(default_factory=list)

    #: Calls without a recording, by table of the telephone system.
    recorded: tuple[Recorded, ...] = ()

    #: By the user's own id and where it counts: the first conversation that has it.
    by_own_id: dict[tuple[str, ...], str] = field(default_factory=dict)

    def has(self, conversation: Conversation) -> bool:
        """Say whether the same conversation was found before, and note under which other name.

        The same content has the same id of ours. The same id of the user's own in one file
        is a mistake, to be mended; in two it is one conversation as two tools tell of it.
        """
        first = self.found.get(conversation.id)
        if first is not None:
            if first.source != conversation.source:
                self.duplicates.append((conversation.source, first.source))
            return True
        if not conversation.external_id:
            return False
        meta = conversation.metadata
        scope = (conversation.channel, meta.project or "", conversation.external_id)
        other = self.by_own_id.setdefault(scope, conversation.source)
        if other == conversation.source:
            return False
        if other.partition("#")[0] == conversation.source.partition("#")[0]:
            self.rejected.append(_twice(conversation, other))
        else:
            self.duplicates.append((conversation.source, other))
        return True

    def add(self, conversation: Conversation, *, new: bool) -> None:
        """Take note of a conversation that was not found before."""
        given = conversation.transcript
        roles = Counter(str(party.role) for party in conversation.parties)
        self.found[conversation.id] = Found(
            conversation.id,
            str(conversation.channel),
            conversation.source,
            known=not new,
            turns=len(given.utterances) if given else len(conversation.messages),
            sides=", ".join(f"{role} {n}" if n > 1 else role for role, n in roles.items()),
            metadata=conversation.metadata.model_dump(mode="json", include=set(_METADATA)),
            notes=notes(conversation),
        )

    def as_json(self) -> dict[str, object]:
        """Return it as JSON-ready values."""
        return {
            "conversations": [asdict(f) for f in self.found.values()],
            "duplicates": [{"source": a, "same_as": b} for a, b in self.duplicates],
            "erased": [{"source": a, "on": b} for a, b in self.erased],
            "same_own_id": [{"source": a, "as": b} for a, b in self.namesakes],
            "rejected": [
                {"source": r.source, "reason": r.error.reason, "mend": r.error.mend}
                for r in self.rejected
            ],
            "rejects_file": str(self.rejects_file or ""),
            "recorded": [as_json(one) for one in self.recorded],
        }


def _twice(conversation: Conversation, other: str) -> Rejected:
    place = conversation.source.partition("#")[2]
    error = InputError(
        f"{conversation.source}: its id stands already at {other}, with other content.",
        "Give every conversation an id of its own.",
    )
    return Rejected(conversation.source, error, place)


def take_in(
    store: Store,
    settings: Settings,
    paths: Sequence[Path | Address],
    *,
    format: str,
    cards: Sequence[str],
    transcribe: bool = False,
    settling: Settling | None = None,
) -> Taken:
    """Register what is found; what cannot be taken in is named and the rest goes on.

    Rejected items are kept in the vault, to be mended and imported again.

    Parameters
    ----------
    transcribe : what comes with words and a recording is heard again.
    settling : leaves out what is not whole yet, and what it let through before.

    Raises
    ------
    UsageError : no such path, nothing found, no such scorecard, or one with mistakes.
    """
    routed = (card for route in settings.routes for card in route.scorecards)
    for card in cards or dict.fromkeys((*settings.default_scorecards, *routed)):
        _known_card(card, settings, store)
    taken, batch = Taken(), list[Wanted]()
    with _swept_when_told() as sweep:
        for found in _find(
            paths, settings, format=format, transcribe=transcribe, settling=settling
        ):
            if isinstance(found, Rejected):
                taken.rejected.append(found)
                continue
            if taken.has(found):  # registered already, from the place that was found first
                continue
            batch.append((found, tuple(cards) or cards_for(found, settings)))
            taken.add(found, new=True)
            # A recording that came inside another file waits in memory until it is kept.
            if len(batch) >= BATCH or any(source.content for source in found.audio):
                _register(store, batch, taken)
                sweep()
        _register(store, batch, taken)
    taken.rejects_file = store.vault.keep_rejects(
        [
            {
                "source": r.source,
                "place": r.place,
                "format": r.format,
                "reason": r.error.reason,
                "mend": r.error.mend,
                "raw": r.raw,
            }
            for r in taken.rejected
            if r.raw is not None
        ]
    )
    taken.recorded = recorder.look(store, settings, now=datetime.now(UTC))
    return taken


@contextmanager
def _swept_when_told() -> Iterator[Callable[[], None]]:
    """Look for garbage when told to alone, among what came since the last time.

    What is loaded, and what is told of each conversation, stays to the end: to look through it
    time and again takes longer than to write the conversations down.
    """
    swept = gc.isenabled()
    gc.disable()
    gc.freeze()

    def sweep() -> None:
        gc.collect()
        gc.freeze()

    try:
        yield sweep
    finally:
        gc.unfreeze()
        if swept:
            gc.enable()


def _register(store: Store, batch: list[Wanted], taken: Taken) -> None:
    """Register a batch, and note what came of it."""
    known = []
    for (found, _), came in zip(batch, store.register_all(batch), strict=True):
        if isinstance(came, InputError):
            taken.rejected.append(Rejected(source=found.source, error=came))
            del taken.found[found.id]
        elif not came:
            known.append(found)
    erased = store.erasing.erased_before(known)
    for found in known:
        if found.id in erased:
            taken.erased.append((found.source, erased[found.id].date().isoformat()))
            del taken.found[found.id]
        else:
            taken.found[found.id] = replace(taken.found[found.id], known=True)
    new = [c for c, _ in batch if c.id in taken.found and not taken.found[c.id].known]
    if new:
        did(store, "imported", {"number": len(new)})
    others = store.same_own_id(new)
    taken.namesakes += [(c.source, others[c.id]) for c in new if c.id in others]
    batch.clear()


def _find(
    paths: Sequence[Path | Address],
    settings: Settings,
    *,
    format: str,
    transcribe: bool,
    settling: Settling | None,
) -> Iterator[Conversation | Rejected]:
    for found in find(paths, settings, format=format, settling=settling):
        if transcribe and not isinstance(found, Rejected) and found.audio:
            yield found.model_copy(update={"transcript": None})
        else:
            yield found


def rehearse(settings: Settings, paths: Sequence[Path | Address], *, format: str) -> Taken:
    """Find, and change nothing.

    Raises
    ------
    UsageError : no such path, or nothing found.
    """
    taken = Taken()
    for found in find(paths, settings, format=format):
        if isinstance(found, Rejected):
            taken.rejected.append(found)
        elif not taken.has(found):
            taken.add(found, new=True)
    return taken


def _known_card(card: str, settings: Settings, store: Store) -> None:
    from qa.jobs.cards import card_in_use

    card_in_use(card, settings, store)


def report(taken: Taken) -> None:
    """Say on stderr what was new, known, double and rejected."""
    from qa.api.words import count

    known = sum(f.known for f in taken.found.values())
    parts = [f"{len(taken.found) - known} new"]
    if known:
        parts.append(f"{known} known already")
    if taken.duplicates:
        parts.append(count(len(taken.duplicates), "duplicate"))
    if taken.erased:
        parts.append(f"{len(taken.erased)} that were erased here and are not taken in again")
    if taken.namesakes:
        parts.append(f"{len(taken.namesakes)} with an id that is known")
    if taken.rejected:
        parts.append(f"{len(taken.rejected)} rejected")
    say.note(f"Found: {', '.join(parts)}.")
    for here, there in taken.duplicates:
        say.note(f"{here}: the same as {there}; taken once.")
    for here, there in taken.namesakes:
        say.note(f"{here}: has the id of {there}, with other content; both are kept.")
    _report_recorded(taken)
    _report_notes(taken)
    for rejected in taken.rejected:
        say.failure(rejected.source, rejected.error.reason, rejected.error.mend)
    if taken.rejects_file is not None:
        say.note(f"Mend 'raw' in {taken.rejects_file}, then: qa import {taken.rejects_file}")


#: What a rehearsal shows of the metadata -> the head of its column.
_METADATA = {
    "started_at": "Started",
    "direction": "Direction",
    "queue": "Queue",
    "agent_id": "Agent",
    "language": "Language",
}
#: Conversations that a note names.
_NAMED = 3


def _report_recorded(taken: Taken) -> None:
    for one in taken.recorded:
        if one.missing:
            say.warn(f"{one.missing} of {one.calls} calls in {one.table} have no recording.")


def _report_notes(taken: Taken) -> None:
    """Say what could not be read, each once, with how many it is about and some of them."""
    about: dict[str, list[str]] = {}
    for found in taken.found.values():
        for note in found.notes:
            about.setdefault(note, []).append(found.source.rsplit("/", 1)[-1])
    for note, sources in about.items():
        more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
        say.note(f"{len(sources)}: {note} ({', '.join(sources[:_NAMED])}{more})")


def print_found(taken: Taken) -> None:
    """Print what would be taken in, as a table."""
    rows = [
        [
            f.id[:12],
            f.channel,
            str(f.turns or ""),
            f.sides,
            *(str(f.metadata[name] or "").replace("unknown", "") for name in _METADATA),
            f.source,
        ]
        for f in taken.found.values()
    ]
    if rows:
        head = ["Id", "Channel", "Turns", "Parties", *_METADATA.values(), "Source"]
        say.table(head, rows, right=(2,))


def print_formats(known: Mapping[str, About]) -> None:
    """Print the formats and what each carries, as a table."""
    rows = [[name, *row(about)] for name, about in known.items()]
    say.table(["Name", *COLUMNS], rows)


#: What a table of formats tells of each.
COLUMNS = ("What it is", "Channels", "Times of", "Confidence", "Sides", "Metadata", "Audio")


def row(about: About) -> list[str]:
    """Return what is told of a format, for `COLUMNS`."""
    return [
        about.title,
        ", ".join(about.channels),
        about.times or "none",
        "yes" if about.confidence else "no",
        about.roles or "not told",
        about.metadata or "none",
        "yes" if about.audio else "no",
    ]
