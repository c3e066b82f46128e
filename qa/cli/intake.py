"""Taking conversations in: find, say what is known already, register the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from qa.api.actions import cards_for
from qa.cli import say
from qa.errors import InputError
from qa.importers import Rejected, find
from qa.records import Conversation
from qa.settings import Settings
from qa.store import Store


@dataclass(frozen=True)
class Found:
    """One conversation that was found."""

    id: str
    channel: str
    source: str
    #: It was there before.
    known: bool


@dataclass
class Taken:
    """What came of taking conversations in."""

    #: By id, in the order they were found; new and known, each once.
    found: dict[str, Found] = field(default_factory=dict)
    #: (where it lies now, where the same content lay before).
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def has(self, conversation: Conversation) -> bool:
        """Say whether the same content was found before, and note under which other name."""
        # The id is made from the content, so the same content has the same id.
        first = self.found.get(conversation.id)
        if first is not None and first.source != conversation.source:
            self.duplicates.append((conversation.source, first.source))
        return first is not None

    def add(self, conversation: Conversation, *, new: bool) -> None:
        """Take note of a conversation that was not found before."""
        self.found[conversation.id] = Found(
            conversation.id, str(conversation.channel), conversation.source, known=not new
        )

    def as_json(self) -> dict[str, object]:
        """Return it as JSON-ready values."""
        return {
            "conversations": [asdict(f) for f in self.found.values()],
            "duplicates": [{"source": a, "same_as": b} for a, b in self.duplicates],
            "rejected": [
                {"source": r.source, "reason": r.error.reason, "mend": r.error.mend}
                for r in self.rejected
            ],
        }


def take_in(
    store: Store, settings: Settings, paths: Sequence[Path], *, format: str, cards: Sequence[str]
) -> Taken:
    """Register what is found; what cannot be taken in is named and the rest goes on.

    Raises
    ------
    UsageError : no such path, nothing found, no such scorecard, or one with mistakes.
    """
    routed = (card for route in settings.routes for card in route.scorecards)
    for card in cards or dict.fromkeys((*settings.default_scorecards, *routed)):
        _known_card(card, settings, store)
    taken = Taken()
    for found in find(paths, settings, format=format):
        if isinstance(found, Rejected):
            taken.rejected.append(found)
            continue
        if taken.has(found):  # registered already, from the place that was found first
            continue
        try:
            new = store.register(found, tuple(cards) or cards_for(found, settings))
        except InputError as err:
            taken.rejected.append(Rejected(source=found.source, error=err))
            continue
        taken.add(found, new=new)
    return taken


def rehearse(settings: Settings, paths: Sequence[Path], *, format: str) -> Taken:
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
    if taken.rejected:
        parts.append(f"{len(taken.rejected)} rejected")
    say.note(f"Found: {', '.join(parts)}.")
    for here, there in taken.duplicates:
        say.note(f"{here}: the same content as {there}; taken once.")
    for rejected in taken.rejected:
        say.failure(rejected.source, rejected.error.reason, rejected.error.mend)
