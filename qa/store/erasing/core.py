"""Erasing: by rules or on request; in batches, each of which may be the last before a crash."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from qa.errors import NotFound
from qa.records import Conversation
from qa.settings import Settings
from qa.store import chain, database
from qa.store.acts import Act, Done, Kind
from qa.store.desk.callers import Callers
from qa.store.desk.tables import SearchableRow
from qa.store.erasing import ageing, asking, rows, scrubbing
from qa.store.erasing.asking import Customer, Request
from qa.store.erasing.files import Files, Removed
from qa.store.erasing.holding import Holding
from qa.store.erasing.policies import What, asks_scores, due, past
from qa.store.erasing.rows import Begun, Order
from qa.store.erasing.tables import ErasedRow
from qa.store.erasing.views import Ending, Erased, Fate
from qa.store.queue import among
from qa.store.tables import AssessmentRow, ConversationRow, HeardRow, State, TurnRow
from qa.store.vault import Vault

T = TypeVar("T")

#: Conversations that are looked at, and that are erased, in one transaction.
LOOKED_AT, AT_ONCE = 500, 100


class Erasing(Holding):
    """The part of the store that erases.

    Parameters
    ----------
    callers : make the hashes by which erased content is known again.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        vault: Vault,
        settings: Settings,
        callers: Callers,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(engine, clock=clock)
        self._files = Files(vault, settings)
        self._callers = callers
        self._rules = settings.retention
        #: Whether the database kept nothing of what was deleted, when it was last tried.
        self.scrubbed = True

    # --- by rules ------------------------------------------------------------------------

    def planned(self) -> Iterator[Erased]:
        """Yield what `run` would erase now; changes nothing."""
        with database.reading(self._engine) as session:
            begun = ageing.erased(session, ageing.unfinished(session))
        for name, left in begun.items():
            kinds = {what: one.rule for what, one in left.items() if one.done_at is None}
            yield Erased(conversation=name, ending="erased", kinds=kinds)
        for orders, held, busy in self._pages():
            for name, order in orders.items():
                ending = _ending(name, held, busy)
                yield Erased(conversation=name, ending=ending, kinds=order.kinds)

    def run(self, *, who: str) -> Iterator[Erased]:
        """Erase what the rules keep no longer, oldest first; go on where a run was stopped.

        Conversations that are held are left alone, and so are those that are being worked on:
        those come next time. Items that could not be taken in go with the first unredacted words.

        Raises
        ------
        StoreError : the database does not answer; all that was yielded is done.
        """
        self._files.forget_nameless()
        with database.reading(self._engine) as session:
            unfinished = ageing.unfinished(session)
        for names in _some(unfinished, AT_ONCE):
            yield from self._erase({name: Order({}) for name in names}, who)
        for orders, _, _ in self._pages():
            for some in _some(orders.items(), AT_ONCE):
                yield from self._erase(dict(some), who)
        shortest = [one for rule in self._rules if isinstance(one := rule.unredacted_days, int)]
        if shortest:
            self._files.forget_old_rejects(self._now() - timedelta(days=min(shortest)))
        self.scrubbed = scrubbing.scrub(self._engine)

    def _pages(self) -> Iterator[tuple[dict[str, Order], frozenset[str], frozenset[str]]]:
        """Yield, a page of conversations at a time, what is to be erased; who is held or busy."""
        rules, now = self._rules, self._now()
        after: tuple[datetime, str] | None = None
        while rules:
            with database.reading(self._engine) as session:
                found = ageing.page(session, after=after, limit=LOOKED_AT)
                ids = [row.id for row in found]
                known, held = ageing.erased(session, ids), ageing.held(session, ids)
                facts = list(ageing.aged(session, found, scores=asks_scores(rules)))
                busy = frozenset(row.id for row in found if row.state == State.WORKING)
                last = (found[-1].at, found[-1].id) if found else None
            orders = {}
            for one in facts:
                kinds = past(one, rules, now)
                new = {what: rule for what, rule in kinds.items() if what not in known[one.id]}
                if new:
                    orders[one.id] = Order(new)
            yield orders, held, busy
            if last is None:
                return
            after = last

    # --- on request ----------------------------------------------------------------------

    def request(
        self, customer: Customer, *, who: str, everything: bool = False, dry_run: bool = False
    ) -> Request:
        """Erase what is kept of one customer; return what went and what could not.

        Their scores stay, without any text and without what leads to them, unless everything
        is to go.

        Raises
        ------
        UsageError : it is not said whose data is meant.
        StoreError : the database does not answer; what was done is done, ask again.
        """
        wanted, now = asking.checked(customer), self._now()
        kinds = dict.fromkeys(set(What) if everything else set(What) - {What.SCORES}, "")
        name = asking.new_id()
        with database.reading(self._engine) as session:
            ids = list(asking.found(session, wanted, key=self._callers.key))
            held = ageing.held(session, ids)
            busy = [one.id for one in rows.of(session, ids) if one.state == State.WORKING]
        if dry_run:
            done = [
                Erased(conversation=one, ending=_ending(one, held, busy), kinds=kinds)
                for one in ids
            ]
            rejects = 0
        else:
            self._note_request(wanted, name, who, len(ids))
            done = list(self.erase({one: Order(kinds, request=name) for one in ids}, who=who))
            rejects = self._files.forget_rejects(lambda line: asking.speaks_of(wanted, line))
        return Request(
            id=name,
            at=now,
            who=who,
            known_by=wanted.known_by(),
            everything=everything,
            dry_run=dry_run,
            conversations=tuple(done),
            rejects=rejects,
            scrubbed=self.scrubbed,
        )

    def _note_request(self, customer: Customer, name: str, who: str, count: int) -> None:
        """Write down that it was asked for: by what, and never who the customer is."""
        with database.writing(self._engine) as session:
            for by in customer.known_by():
                typed = getattr(customer, by)
                digest = self._callers.key(typed) if by != "reference" else None
                done = Done(
                    at=self._now(),
                    who=who,
                    act=Act.ERASED,
                    kind=Kind.CALLER,
                    object=digest or self._callers.digest(by, typed),
                    detail={"request": name, "by": by, "conversations": count},
                )
                chain.note(session, done)

    # --- the work ------------------------------------------------------------------------

    def erase(self, orders: Mapping[str, Order], *, who: str) -> Iterator[Erased]:
        """Erase what orders say of conversations, by id; goes on where it was stopped.

        Raises
        ------
        StoreError : the database does not answer; all that was yielded is done.
        """
        for some in _some(orders.items(), AT_ONCE):
            yield from self._erase(dict(some), who)
        self.scrubbed = scrubbing.scrub(self._engine)

    def _erase(self, orders: Mapping[str, Order], who: str) -> Iterator[Erased]:
        with database.writing(self._engine) as session:
            made = rows.begin(session, orders, now=self._now())
            for one in made.begun:
                chain.note(session, self._done(one, who))
        for name in (*made.held, *made.busy):
            ending = _ending(name, made.held, made.busy)
            yield Erased(conversation=name, ending=ending, kinds=orders[name].kinds)
        removed = [(one, self._files.remove(one)) for one in made.begun]
        done = [one for one, became in removed if not became.failed]
        with database.writing(self._engine) as session:
            rows.end(session, done, {one.id: self._digests(one) for one in done}, now=self._now())
        left = self._left(made.begun)
        yield from (_told(one, became, left[one.id]) for one, became in removed)

    def _done(self, one: Begun, who: str) -> Done:
        detail = {
            "what": ", ".join(sorted(one.kinds)),
            "rules": ", ".join(sorted({rule for rule in one.kinds.values() if rule})),
            "request": one.request,
        }
        return Done(
            at=self._now(),
            who=who,
            act=Act.ERASED,
            kind=Kind.CONVERSATION,
            object=one.id,
            detail={key: value for key, value in detail.items() if value},
        )

    def _left(self, begun: Sequence[Begun]) -> dict[str, list[str]]:
        """Look again: return what is still there, by id."""
        left = {one.id: list(self._files.left(one)) for one in begun}
        tables: tuple[tuple[What, Any], ...] = (
            (What.TEXT, TurnRow), (What.TEXT, SearchableRow), (What.TEXT, HeardRow),
            (What.SCORES, AssessmentRow),
        )  # fmt: skip
        with database.reading(self._engine) as session:
            for what, table in tables:
                ids = [one.id for one in begun if what in one.kinds]
                still = select(table.conversation).where(among(session, table.conversation, ids))
                for name in session.exec(still.distinct()) if ids else ():
                    left[name].append(str(table.__tablename__))
        return left

    def _digests(self, one: Begun) -> Sequence[str]:
        digests = [self._content(one.checksum)]
        if one.request and one.external_id:
            digests.append(self._own(one.channel, one.project, one.external_id))
        return digests

    def _content(self, checksum: str) -> str:
        return self._callers.digest("content", checksum)

    def _own(self, channel: str, project: str | None, own: str) -> str:
        return self._callers.digest("own id", channel, project or "", own)

    # --- what is told of it --------------------------------------------------------------

    def fates(self, id: str) -> tuple[Fate, ...]:
        """Return what was erased of a conversation, and until when the rest is kept.

        What is kept for ever, or for as long as nobody sets a rule, is left out.
        """
        with database.reading(self._engine) as session:
            row = session.get(ConversationRow, id)
            if row is None:
                return ()
            gone = ageing.erased(session, [id])[id]
            (facts,) = ageing.aged(session, [row], scores=asks_scores(self._rules))
        kept = due(facts, self._rules)
        return tuple(
            Fate(what=what, rule=gone[what].rule, erased_at=gone[what].begun_at)
            if what in gone
            else Fate(what=what, rule=kept[what].rule, until=kept[what].at)
            for what in What
            if what in gone or (what in kept and kept[what].at is not None)
        )

    def forget_late(self, id: str) -> None:
        """Remove what a worker played of a conversation that was erased before it was through.

        Its claim was lost long ago then; whatever else it made is refused (`results.writable`).
        """
        with database.reading(self._engine) as session:
            row = session.get(ConversationRow, id)
            gone = row is None or row.state == State.ERASED
        if gone:
            self._files.forget_played(id)

    def checksums(self) -> frozenset[str]:
        """Return those of conversations whose sound and words were not erased."""
        row, gone = ConversationRow, ErasedRow
        erased = select(gone.conversation).where(col(gone.what).in_([What.AUDIO, What.UNREDACTED]))
        with database.reading(self._engine) as session:
            return frozenset(session.exec(select(row.checksum).where(col(row.id).not_in(erased))))

    def refuse_words(self, session: Session, id: str) -> None:
        """Refuse to write down again what was said, in a transaction that holds the conversation.

        Raises
        ------
        NotFound : its words before redaction were erased.
        """
        if What.UNREDACTED in ageing.erased(session, [id])[id]:
            raise NotFound(
                f"The words of conversation {id} before redaction were erased.",
                "What takes them can be done no more.",
            )

    def erased_before(self, given: Sequence[Conversation]) -> dict[str, datetime]:
        """Return which of these were erased here, by the id of the one given, and when.

        They are not to be taken in again.
        """
        if not given:
            return {}
        digests = {
            digest: one.id
            for one in given
            for digest in (
                self._content(one.checksum),
                *([self._own(one.channel, one.metadata.project, one.external_id)]
                  if one.external_id else []),
            )
        }  # fmt: skip
        with database.reading(self._engine) as session:
            stones = rows.stones(session, digests)
            found = {digests[stone.digest]: stone.at for stone in stones}
            there = {one.checksum: one.id for one in given}
            row = ConversationRow
            same = session.exec(
                select(row.id, row.checksum).where(among(session, row.checksum, there))
            )
            known = dict(same.all())
            for name, gone in ageing.erased(session, known).items():
                if What.UNREDACTED in gone or What.TEXT in gone:
                    found[there[known[name]]] = min(one.begun_at for one in gone.values())
        return found


def _ending(name: str, held: Collection[str], busy: Collection[str]) -> Ending:
    return "held" if name in held else "busy" if name in busy else "erased"


def _some(items: Iterable[T], count: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, count)):
        yield some


def _told(one: Begun, became: Removed, left: Sequence[str]) -> Erased:
    return Erased(
        conversation=one.id,
        ending="failed" if became.failed or left else "erased",
        kinds=one.kinds,
        whole=one.whole,
        files=tuple(became.gone),
        outside=tuple(became.outside),
        left=(*became.failed, *left),
    )
