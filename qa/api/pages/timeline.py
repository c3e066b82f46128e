"""A conversation from end to end as one picture: who talks, together or not at all, and marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa.api.pages.cards import CardView, Chip, ItemView
from qa.api.pages.landmarks import Landmark, Span, landmarks
from qa.records import EvidenceKind, Role, SafeConversation, Verdict

#: Width of the picture; `Timeline.lanes` are drawn in these units.
WIDTH = 1000
#: Seconds without a word from which a silence is drawn.
SILENCE_S = 3.0
#: What lies closer together than this share of the width is drawn as one.
_BLUR = 0.8
#: A message of a chat has no length; it is drawn this wide.
_TICK = 3.0
#: Where a lane lies: its middle, from the top.
_AGENTS, _OTHERS, _BOTH = 6, 20, 13


@dataclass(frozen=True)
class Lane:
    """Stretches of one kind, as an SVG path of level strokes."""

    kind: str
    path: str


@dataclass(frozen=True)
class Mark:
    """One piece of evidence on the time line; leads to its item."""

    #: Percent of the length.
    x: float
    width: float
    tone: Verdict
    metric: bool
    #: Id of its item.
    item: str
    chip: str
    label: str


@dataclass(frozen=True)
class Timeline:
    """The whole picture."""

    #: Seconds.
    duration: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    landmarks: tuple[Landmark, ...] = ()


def timeline(safe: SafeConversation, cards: Sequence[CardView]) -> Timeline | None:
    """Draw a conversation; None where nothing is known of its times."""
    if not safe.duration:
        return None
    together, silent = overlaps(safe), silences(safe)
    drawn = {
        "agent": (_AGENTS, sides(safe)[0]),
        "customer": (_OTHERS, sides(safe)[1]),
        "overlap": (_BOTH, together),
        "silence": (_BOTH, silent),
        "redacted": (_BOTH, redacted(safe)),
    }
    scale = WIDTH / safe.duration
    lanes = (Lane(kind, _path(spans, y, scale)) for kind, (y, spans) in drawn.items())
    return Timeline(
        duration=safe.duration,
        lanes=tuple(lane for lane in lanes if lane.path),
        marks=tuple(_marks(cards, safe.duration)),
        landmarks=landmarks(safe, silences=silent, overlaps=together),
    )


def sides(safe: SafeConversation) -> tuple[list[Span], list[Span]]:
    """Return when agents talk, and when anybody else does; merged, in order."""
    roles: Mapping[str, Role] = {p.id: p.role for p in safe.parties}
    talk: tuple[list[Span], list[Span]] = ([], [])
    if safe.speech:
        for span in safe.speech:
            talk[roles.get(span.speaker) is not Role.AGENT].append((span.start, span.end))
    else:
        for turn in safe.turns:
            if turn.start is not None:
                end = turn.start if turn.end is None else turn.end
                talk[turn.role is not Role.AGENT].append((turn.start, end))
    return merged(talk[0]), merged(talk[1])


def overlaps(safe: SafeConversation) -> list[Span]:
    """Return when an agent and somebody else talk at once."""
    agents, others = sides(safe)
    found: list[Span] = []
    i = j = 0
    while i < len(agents) and j < len(others):
        (a, b), (x, y) = agents[i], others[j]
        if max(a, x) < min(b, y):
            found.append((max(a, x), min(b, y)))
        i, j = (i + 1, j) if b < y else (i, j + 1)
    return found


def talk(safe: SafeConversation) -> list[Span]:
    """Return when anybody talks."""
    agents, others = sides(safe)
    return merged([*agents, *others])


def silences(safe: SafeConversation) -> list[Span]:
    """Return when nobody has talked for a while; only a call can be silent."""
    if not safe.speech or not safe.duration:
        return []
    edges = [0.0, *(t for span in talk(safe) for t in span), safe.duration]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in gaps if b - a >= SILENCE_S]


def redacted(safe: SafeConversation) -> list[Span]:
    """Return what was silenced."""
    return merged(
        (s.start, s.end) for s in safe.redacted if s.start is not None and s.end is not None
    )


def merged(spans: Iterable[Span], *, gap: float = 0.0) -> list[Span]:
    """Return spans in order, those that touch or lie no farther than `gap` apart made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _path(spans: Sequence[Span], y: int, scale: float) -> str:
    """Return spans as level strokes, a three-hour call in some hundred of them."""
    wide = ((a * scale, max(b * scale, a * scale + _TICK * (a == b))) for a, b in spans)
    return "".join(f"M{a:.1f} {y}h{max(b - a, 0.6):.1f}" for a, b in merged(wide, gap=_BLUR))


def _marks(cards: Sequence[CardView], duration: float) -> Iterable[Mark]:
    for card in cards:
        for item in card.items:
            for chip in item.hits:
                if chip.start is not None:
                    yield _mark(item, chip, duration)


def _mark(item: ItemView, chip: Chip, duration: float) -> Mark:
    start = min(chip.start or 0.0, duration)
    end = min(start if chip.end is None else chip.end, duration)
    return Mark(
        x=round(100 * start / duration, 2),
        width=round(max(100 * (end - start) / duration, 0.3), 2),
        tone=item.verdict,
        metric=chip.kind is EvidenceKind.METRIC,
        item=item.id,
        chip=chip.id,
        label=item.finding.ask,
    )
