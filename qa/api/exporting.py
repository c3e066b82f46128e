"""Exports as both doors begin them: what the store holds, given to a format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.access import EVERYTHING, Scope
from qa.api.stricter import stricter
from qa.exports import Chunk, Exported, Exporter, Scored, What, exporter
from qa.store import Filter, Kept, Store
from qa.store.views import ScoreLine, Standing


@dataclass(frozen=True)
class Export:
    """An export that is ready to run."""

    format: Exporter
    what: What
    chunks: Iterator[Chunk]

    @property
    def name(self) -> str:
        """File name for whoever keeps it: of the one file, or of a ZIP file of many."""
        return f"{self.what}{self.format.suffix}" + (".zip" if self.format.many else "")


def export(
    store: Store,
    format: str,
    filter: Filter,
    *,
    what: What = "conversations",
    scope: Scope = EVERYTHING,
    step: Callable[[int], None] = lambda _: None,
) -> Export:
    """Prepare an export; nothing is read before its first piece is asked for.

    Parameters
    ----------
    scope : which conversations may be exported at all.
    step : told how many conversations were read so far.

    Raises
    ------
    UnknownName : no such format.
    UsageError : it cannot hold what is asked for.
    MissingExtra : a package that it needs is not installed.
    """
    made = exporter(format, what=what)
    settings = store.settings
    depth = made.reads[what]
    if depth == "findings" and any(rule.stored_alone for rule in settings.redaction):
        depth = "all"  # what a quote may show is known from its whole conversation only

    def found() -> Iterator[Exported]:
        each = store.each(filter, depth=depth, scope=scope)
        for number, kept in enumerate(each, 1):
            yield exported(stricter(kept, settings), card=filter.card)
            step(number)

    return Export(made, what, made.chunks(found(), what=what))


def extent(
    store: Store, format: str, filter: Filter, *, what: What, scope: Scope = EVERYTHING
) -> dict[str, str | int]:
    """Return what of an export is written down: how, how much, and what it was limited to."""
    limits = filter.model_dump(mode="json", exclude_none=True, exclude={"caller_key", "ids"})
    given = {name: str(value) for name, value in limits.items() if value not in ("", [], False)}
    if filter.ids:
        given["ids"] = ", ".join(filter.ids)
    return {
        **given, "format": format, "of": what,
        "conversations": store.counts(filter, scope=scope).total,
    }  # fmt: skip


def exported(kept: Kept, *, card: str | None = None) -> Exported:
    """Return a conversation as exports take it.

    Parameters
    ----------
    card : leave out the scores by other cards.
    """
    s = kept.summary
    made = {(a.assessment.card.id, a.assessment.party): a for a in kept.assessments}
    return Exported(
        id=s.id,
        external_id=s.external_id,
        source=s.source,
        channel=s.channel,
        at=s.at,
        registered_at=s.registered_at,
        updated_at=s.updated_at,
        state=str(s.state),
        duration=s.duration,
        language=s.language,
        agent_id=s.agent_id,
        agent_name=s.agent_name,
        triage=s.triage,
        triage_reason=s.triage_reason,
        metadata=kept.metadata.model_copy(update={"extra": {}}),
        scores=tuple(
            _scored(line, made.get((line.card.id, line.party)))
            for line in s.scores
            if card in {None, line.card.id}
        ),
        conversation=kept.conversation
        and kept.conversation.model_copy(
            update={"metadata": kept.conversation.metadata.model_copy(update={"extra": {}})}
        ),
    )


def _scored(line: ScoreLine, made: Standing | None) -> Scored:
    return Scored(
        card=line.card,
        party=line.party,
        agent=line.agent,
        status=line.status,
        total=line.total,
        low=line.low,
        high=line.high,
        passed=line.passed,
        failed=line.failed,
        review=line.review,
        made_at=made.made_at if made else None,
        assessment=made.assessment if made else None,
        overrides={o.item: o for o in made.overrides} if made else {},
    )
