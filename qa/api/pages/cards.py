"""A scorecard as the page shows it: sections, items, verdicts, and where to hear them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.api import words
from qa.api.i18n import gettext
from qa.records import (
    Assessment,
    Evidence,
    EvidenceKind,
    Finding,
    ItemKind,
    Override,
    Score,
    SectionScore,
    Verdict,
)
from qa.store.views import Reviewed, ReviewEvent

#: Seconds of run-up before a quote, so that its first word is not cut off.
LEAD = 1.0


@dataclass(frozen=True)
class Chip:
    """One piece of evidence that can be clicked."""

    id: str
    kind: EvidenceKind
    #: Where playing begins, in seconds; None for a chat.
    play: float | None
    start: float | None
    end: float | None
    at: str
    until: str
    turn: int | None
    last_turn: int | None
    quote: str
    rule: str
    score: float | None

    @property
    def turns(self) -> str:
        """Word the turns as people count them: "turn 3", "turns 1 to 6"."""
        if self.turn is None:
            return gettext("no turn")
        first, last = self.turn + 1, (self.turn if self.last_turn is None else self.last_turn) + 1
        if first == last:
            return gettext("turn %d") % first
        return gettext("turns %(first)d to %(last)d") % {"first": first, "last": last}


@dataclass(frozen=True)
class ItemView:
    """One item with both verdicts and all its evidence."""

    id: str
    finding: Finding
    override: Override | None
    verdict: Verdict
    hits: tuple[Chip, ...]
    windows: tuple[Chip, ...]
    near: tuple[Chip, ...]
    #: An unconfirmed critical fail that waits for a human.
    suspected: bool
    #: Short remarks: critical, deducts, bonus.
    tags: tuple[str, ...]

    @property
    def attention(self) -> bool:
        """Whether somebody should look: it failed, is open, or must be confirmed again."""
        again = self.override is not None and self.override.confirm_again
        if self.finding.kind in {ItemKind.ADVICE, ItemKind.BONUS}:  # costs nothing: never urged
            return again
        return again or self.verdict in {Verdict.FAIL, Verdict.PARTIAL, Verdict.REVIEW}


@dataclass(frozen=True)
class SectionView:
    """One section with what it came to."""

    id: str
    title: str
    score: SectionScore | None
    items: tuple[ItemView, ...]


@dataclass(frozen=True)
class HistoryLine:
    """One verdict of the past, in words."""

    iso: str
    at: str
    who: str
    what: str
    comment: str


@dataclass(frozen=True)
class CardView:
    """One assessment as it is shown."""

    id: str
    title: str
    #: Whom it is about.
    who: str
    assessment: Assessment
    #: The score that stands, humans' verdicts applied.
    score: Score
    sections: tuple[SectionView, ...]
    #: Newest first.
    history: tuple[HistoryLine, ...]

    @property
    def items(self) -> tuple[ItemView, ...]:
        """All items in the card's order."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def attention(self) -> tuple[ItemView, ...]:
        """What somebody should look at, suspected criticals first."""
        return tuple(sorted((i for i in self.items if i.attention), key=lambda i: not i.suspected))

    @property
    def unseen(self) -> int:
        """How many of the machine's verdicts no human has looked at."""
        return sum(i.override is None and i.verdict is not Verdict.REVIEW for i in self.items)

    @property
    def overridden(self) -> bool:
        """Whether a human's verdict counts in the score."""
        return any(item.override is not None for item in self.items)


def card_view(reviewed: Reviewed, *, number: int, title: str, who: str) -> CardView:
    """Return an assessment ready to be shown.

    Parameters
    ----------
    number : its place on the page; makes the ids of its evidence unique.
    title : the card's title.
    who : whom it is about, as worded for the transcript.
    """
    score = reviewed.score
    scored = {s.id: s for s in score.sections}
    groups: dict[str, list[ItemView]] = {}
    for n, finding in enumerate(reviewed.assessment.findings):
        view = _item(finding, reviewed, id=f"a{number}i{n}")
        groups.setdefault(finding.section, []).append(view)
    return CardView(
        id=f"a{number}",
        title=title,
        who=who,
        assessment=reviewed.assessment,
        score=score,
        sections=tuple(
            SectionView(
                id=name,
                title=scored[name].title if name in scored else name,
                score=scored.get(name),
                items=tuple(items),
            )
            for name, items in groups.items()
        ),
        history=tuple(_line(event) for event in reversed(reviewed.history)),
    )


def _item(finding: Finding, reviewed: Reviewed, *, id: str) -> ItemView:
    chips = [_chip(e, f"{id}e{n}") for n, e in enumerate(finding.evidence)]
    tags = (
        words.CRITICALS[finding.critical] if finding.critical else "",
        words.KINDS[finding.kind],
    )
    return ItemView(
        id=id,
        finding=finding,
        override=reviewed.override(finding.item),
        verdict=reviewed.standing(finding),
        hits=tuple(c for c in chips if c.kind in {EvidenceKind.HIT, EvidenceKind.METRIC}),
        windows=tuple(c for c in chips if c.kind is EvidenceKind.WINDOW),
        near=tuple(c for c in chips if c.kind is EvidenceKind.NEAR_MISS),
        suspected=finding.item in reviewed.score.suspected,
        tags=tuple(t for t in tags if t),
    )


def _line(event: ReviewEvent) -> HistoryLine:
    verdict = words.VERDICTS[event.verdict]
    what = {
        "scored": gettext("scored %(item)s: %(verdict)s"),
        "override": gettext("decided %(item)s: %(verdict)s"),
        "undo": gettext("took back %(verdict)s on %(item)s; the machine's verdict stands"),
    }[event.action] % {"item": event.item, "verdict": verdict}
    return HistoryLine(
        iso=event.at.isoformat(timespec="seconds"),
        at=words.moment(event.at),
        who=event.who or gettext("Machine"),
        what=what,
        comment=event.comment,
    )


def _chip(e: Evidence, id: str) -> Chip:
    # A window is heard from its very start; before a quote there is a run-up.
    lead = 0.0 if e.kind is EvidenceKind.WINDOW else LEAD
    return Chip(
        id=id,
        kind=e.kind,
        play=None if e.start is None else round(max(e.start - lead, 0.0), 3),
        start=e.start,
        end=e.end,
        at=words.clock(e.start),
        until=words.clock(e.end),
        turn=e.turn,
        last_turn=e.last_turn,
        quote=e.quote,
        rule=e.rule,
        score=e.score,
    )


def evidence_by_id(cards: Sequence[CardView]) -> Mapping[str, Evidence]:
    """Return all evidence of a page under the ids that its chips have."""
    return {
        f"{item.id}e{n}": e
        for card in cards
        for item in card.items
        for n, e in enumerate(item.finding.evidence)
    }
