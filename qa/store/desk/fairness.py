"""Whether accents, headsets or languages cost points: fail rates by what an agent cannot help.

From everything that was scored, or from what was drawn by chance: as in `qa.store.desk.figures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, and_, case, func, literal
from sqlalchemy import select as columns_of
from sqlmodel import Session, col

from qa.access import EVERYTHING, Scope
from qa.records import ItemKind, ScoreStatus, Verdict
from qa.store import database
from qa.store.desk import figures, figuring
from qa.store.desk.fair import BANDS, FairItem, Fairness, Group, ItemCell, Rates, Trait
from qa.store.desk.figured import LeftOut, Question
from qa.store.desk.rates import Counted, Gap, gap, rate
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, PartyRow

_JUDGED = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
#: What is counted of verdicts: (of which, how many of them).
_COUNTS = {
    "failed": ("judged", "failed"),
    "machine": ("judged_before", "failed_before"),
    "open": ("asked", "open"),
    "skipped": ("asked", "skipped"),
}
_Counts = Mapping[str, Counted]


class FairnessReports:
    """The part of the store that compares whom the machine hears well with whom it does not."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def report(
        self, question: Question, *, by: Trait = "confidence", scope: Scope = EVERYTHING
    ) -> Fairness:
        """Return fail rates by a trait, over all items and for each.

        Its span is cut as that of `Figures.items`.
        """
        with database.reading(self._engine) as session:
            cards, left_out = figures.cards_of(session, question, scope)
            question = figures.with_card(question, cards)
            question, n = figures.cut(session, question, scope)
            edges = _thirds(session, question, scope)
            key = _key(by, edges)
            counted = _counted(session, question, scope, key)
            about = _about(session, question, scope, key)
            found = _counted(session, question, scope, key, by_item=True)
            asked = figures.texts(session, question.card, {item for item, _ in found})
            names = figures.names_of(session) if by == "agent" else {}
        overall = {name: counts for (_, name), counts in counted.items()}
        order = _order(by, overall, names)
        whole = _sum(overall)
        low, high = (overall.get(band, _none()) for band in (BANDS[0], BANDS[-1]))
        return Fairness(
            question=question,
            by=by,
            cards=cards,
            left_out=left_out.get(question.card, LeftOut()),
            n=n,
            whole=_rates(whole),
            groups=tuple(
                _group(name, names, overall[name], about.get(name, (0, None, None, None)), whole,
                       chances=len(order))
                for name in order
            ),
            items=tuple(
                _item(each, {n: c for (item, n), c in found.items() if item == each[0]}, order)
                for each in asked
            ),
            gap=gap(low["failed"], high["failed"]) if by == "confidence" else None,
            machine_gap=gap(low["machine"], high["machine"]) if by == "confidence" else None,
        )  # fmt: skip


def _key(by: Trait, edges: tuple[float, float] | None) -> Any:
    match by:
        case "language":
            return func.coalesce(ConversationRow.language, "")
        case "agent":
            return func.coalesce(figuring.person(), "")
        case "confidence":
            sure = col(PartyRow.word_confidence)
            if edges is None:
                return case((sure.is_(None), ""), else_=BANDS[1])
            return case(
                (sure.is_(None), ""),
                (sure < edges[0], BANDS[0]),
                (sure < edges[1], BANDS[1]),
                else_=BANDS[2],
            )


def _thirds(session: Session, question: Question, scope: Scope) -> tuple[float, float] | None:
    """Return where the second and the last third begin; None where all are equally sure."""
    sure = col(PartyRow.word_confidence)
    query = figuring.parts(question, scope, sure, named=True).where(sure.is_not(None))
    values = sorted(session.scalars(query))
    if not values or values[0] == values[-1]:
        return None
    first, second = (values[len(values) * n // 3] for n in (1, 2))
    return (first, second) if first > values[0] else (min(v for v in values if v > first), second)


def _counted(
    session: Session, question: Question, scope: Scope, key: Any, *, by_item: bool = False
) -> dict[tuple[str, str], dict[str, Counted]]:
    """Count verdicts by item ("" = all of them) and group, conversation by conversation."""
    made, found = AssessmentRow, FindingRow
    # A critical fail that nobody confirmed waits for a human, whatever stands.
    suspected = and_(
        col(made.status) == ScoreStatus.CRITICAL_SUSPECTED,
        col(found.critical).is_not(None),
        col(found.standing) == Verdict.FAIL,
    )
    kinds = {
        "judged": and_(col(found.standing).in_(_JUDGED), ~suspected),
        "failed": and_(col(found.standing) == Verdict.FAIL, ~suspected),
        "judged_before": col(found.verdict).in_(_JUDGED),
        "failed_before": col(found.verdict) == Verdict.FAIL,
        "open": (col(found.standing) == Verdict.REVIEW) | suspected,
        "skipped": col(found.standing) == Verdict.NOT_APPLICABLE,
    }
    columns: list[Any] = [(col(found.item) if by_item else literal("")).label("item")]
    columns += [key.label("key"), func.coalesce(ConversationRow.id, "").label("id")]
    columns += [func.sum(case((fits, 1), else_=0)).label(name) for name, fits in kinds.items()]
    columns.append(func.count().label("asked"))
    each = (
        figuring.parts(question, scope, *columns, named=True)
        .join(found, col(found.assessment) == made.id)
        .where(col(found.kind).in_((ItemKind.EARNS, ItemKind.DEDUCTS)))
        .group_by(*columns[:3])
        .subquery()
    )
    c = each.c
    sums: list[Any] = []
    for of, which in _COUNTS.values():
        n, k = c[of], c[which]
        some = func.sum(case((n > 0, 1), else_=0))
        sums += [some, func.sum(n), func.sum(k), func.sum(n * n), func.sum(k * k), func.sum(n * k)]
    rows = session.execute(columns_of(c.item, c.key, *sums).group_by(c.item, c.key))
    return {(item, name): _split(values) for item, name, *values in rows}


def _split(values: list[Any]) -> dict[str, Counted]:
    fields = tuple(Counted.model_fields)
    width = len(fields)
    parts = (values[n * width : (n + 1) * width] for n in range(len(_COUNTS)))
    return {
        name: Counted(**dict(zip(fields, map(int, part), strict=True)))
        for name, part in zip(_COUNTS, parts, strict=True)
    }


def _about(
    session: Session, question: Question, scope: Scope, key: Any
) -> dict[str, tuple[int, float | None, float | None, float | None]]:
    """Return of each group how many agents it has, and how sure their words are."""
    sure = col(PartyRow.word_confidence)
    part = figuring.parts(
        question, scope, key.label("key"), figuring.named().label("agent"), sure.label("sure"),
        named=True,
    ).subquery()  # fmt: skip
    c = part.c
    query = columns_of(
        c.key, func.count(func.distinct(c.agent)), func.min(c.sure), func.max(c.sure),
        func.avg(c.sure),
    ).group_by(c.key)  # fmt: skip
    return {name: (n, low, high, mean) for name, n, low, high, mean in session.execute(query)}


def _order(by: Trait, found: Mapping[str, _Counts], names: Mapping[str, str]) -> list[str]:
    """Order groups: thirds from the worst, all others by name, what is not known last."""
    if by == "confidence":
        return [name for name in (*BANDS, "") if name in found]
    return sorted(found, key=lambda k: (not k, names.get(k, k).casefold(), k))


def _sum(found: Mapping[str, _Counts]) -> dict[str, Counted]:
    return {name: sum((counts[name] for counts in found.values()), Counted()) for name in _COUNTS}


def _none() -> dict[str, Counted]:
    return {name: Counted() for name in _COUNTS}


def _rates(counts: _Counts) -> Rates:
    shares = {name: rate(counts[name]) for name in _COUNTS}
    return Rates(conversations=counts["open"].conversations, **shares)


def _above(counts: _Counts, whole: _Counts, which: str, *, chances: int) -> Gap | None:
    return gap(counts[which], whole[which] - counts[which], chances=chances)


def _group(
    key: str,
    names: Mapping[str, str],
    counts: _Counts,
    about: tuple[int, float | None, float | None, float | None],
    whole: _Counts,
    *,
    chances: int,
) -> Group:
    agents, least, most, sure = about
    return Group(
        key=key,
        name=names.get(key, key),
        agents=agents,
        least=least,
        most=most,
        confidence=sure,
        rates=_rates(counts),
        gap=_above(counts, whole, "failed", chances=chances),
        machine_gap=_above(counts, whole, "machine", chances=chances),
    )


def _item(asked: tuple[str, str, str], counts: Mapping[str, _Counts], order: list[str]) -> FairItem:
    item, section, ask = asked
    whole = _sum(counts)
    gaps = {
        name: found
        for name in order
        if name in counts
        and (found := _above(counts[name], whole, "failed", chances=len(order))) is not None
    }
    # Of clear ones the widest; else of all.
    widest = max(gaps, key=lambda name: (gaps[name].clear, abs(gaps[name].difference)), default="")
    return FairItem(
        item=item,
        section=section,
        ask=ask,
        whole=_rates(whole),
        cells=tuple(ItemCell(key=name, rates=_rates(counts.get(name, _none()))) for name in order),
        widest=widest,
        gap=gaps.get(widest),
    )
