"""The store's lists, and who may see what is in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import select

from qa.access import EVERYTHING, Facts, Scope
from qa.errors import NotFound
from qa.settings import Settings
from qa.store import changes, counting, database, lines, listing, results, scopes
from qa.store.accounts import Accounts
from qa.store.agents.file import AgentFiles
from qa.store.audit import Audit
from qa.store.desk.agreeing import Agreeing
from qa.store.desk.assigning import Assignments
from qa.store.desk.callers import Callers
from qa.store.desk.collections import Collections
from qa.store.desk.correcting import Correcting
from qa.store.desk.draws import Draws
from qa.store.desk.fairness import FairnessReports
from qa.store.desk.figured import Least
from qa.store.desk.figures import Figures
from qa.store.desk.inbox import Inbox
from qa.store.desk.moments import Moments
from qa.store.desk.own import Owning
from qa.store.desk.remarks import Remarks
from qa.store.desk.searching import Searching
from qa.store.queue import among
from qa.store.roster import Roster
from qa.store.sessions import Sessions
from qa.store.streaming import Streaming
from qa.store.tables import ConversationRow
from qa.store.throttle import Throttle
from qa.store.views import ConversationSummary, Counts, Filter, Number, Page


class Browsing(Streaming):
    """The part of the `Store` that people look through.

    What takes a `scope` answers as if nothing else existed; who took part in a
    conversation is told their own scores, not those and the names of other agents.
    """

    def __init__(
        self, engine: Engine, *, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(engine, settings=settings, clock=clock)
        #: Who did what, for good.
        self.audit = Audit(engine, clock=clock)
        #: Who may log in.
        self.accounts = Accounts(engine, clock=clock)
        #: Who is behind a session or a token.
        self.sessions = Sessions(
            engine,
            clock=clock,
            idle=timedelta(minutes=settings.session_idle_minutes),
            longest=timedelta(hours=settings.session_hours),
        )
        #: Who the recordings' agents are.
        self.roster = Roster(engine, clock=clock)
        #: Conversations drawn by chance for review.
        self.draws = Draws(engine, clock=clock)
        #: Whose turn conversations are.
        self.assignments = Assignments(engine, clock=clock)
        #: What people have to do.
        self.inbox = Inbox(engine, clock=clock)
        #: Moments worth hearing, names out, and collections of them.
        kept_words = (*settings.company, *settings.keep)
        self.moments = Moments(engine, keep=kept_words)
        self.collections = Collections(engine, keep=kept_words, clock=clock)
        #: What was said.
        self.searching = Searching(engine)
        #: All that is stored about one agent.
        self.agents = AgentFiles(engine, keep=kept_words, rules=settings.redaction, clock=clock)
        #: How agents, teams and projects are.
        self.figures = Figures(
            engine,
            least=Least(agents=settings.fewest_agents, conversations=settings.fewest_conversations),
        )
        #: Whether accents, headsets or languages cost points.
        self.fairness = FairnessReports(engine)
        self._callers = Callers(settings.data, region=settings.phone_region)
        #: How far people and the machine agree.
        self.agreeing = Agreeing(engine)
        #: Failed attempts to log in.
        self.throttle = Throttle(engine, clock=clock)
        #: Comments and stars.
        self.remarks = Remarks(engine, clock=clock)
        #: What agents do with their own results.
        self.own = Owning(engine, clock=clock, days=settings.second_look_days)
        #: The language put right, another score asked for.
        self.correcting = Correcting(engine, clock=clock)

    def list(
        self,
        filter: Filter | None = None,
        *,
        after: str | None = None,
        limit: int = 50,
        scope: Scope = EVERYTHING,
    ) -> Page:
        """Return a page of conversations, newest first.

        Raises
        ------
        UsageError : `after` is not what a page gave, or `limit` is not 1 to 500.
        """
        with database.reading(self._engine) as session:
            return listing.page(session, filter or Filter(), scope, after=after, limit=limit)

    def summary(self, id: str, *, scope: Scope = EVERYTHING) -> ConversationSummary:
        """Return one conversation as a list shows it.

        Raises
        ------
        NotFound : there is none.
        """
        with database.reading(self._engine) as session:
            return lines.summaries(session, [results.existing(session, id)], scope)[0]

    def counts(self, filter: Filter | None = None, *, scope: Scope = EVERYTHING) -> Counts:
        """Count conversations by state, triage and status."""
        with database.reading(self._engine) as session:
            return counting.counts(session, filter or Filter(), scope)

    def numbers(
        self,
        filters: Sequence[Filter],
        *,
        most: int,
        scope: Scope = EVERYTHING,
    ) -> tuple[Number, ...]:
        """Return how many conversations each of some lists holds, as far as `most`."""
        with database.reading(self._engine) as session:
            return counting.numbers(session, filters, scope, most=most)

    def resolve(self, typed: str, *, scope: Scope = EVERYTHING) -> str:
        """Return the id that is meant by an id, the beginning of one, or the user's own id.

        Raises
        ------
        NotFound : nothing fits.
        UsageError : several do; names them.
        """
        with database.reading(self._engine) as session:
            return listing.resolve(session, typed, scope)

    def caller_key(self, caller: str | None) -> str | None:
        """Return the keyed hash of a caller's number or address; None where there is neither.

        Raises
        ------
        StoreError : the key cannot be read or made.
        """
        return self._callers.key(caller)

    def by_checksum(self, checksum: str) -> str:
        """Return the id of the conversation that has this content.

        Raises
        ------
        NotFound : there is none.
        """
        with database.reading(self._engine) as session:
            row = ConversationRow
            found = session.exec(select(row.id).where(row.checksum == checksum)).first()
        if found is None:
            raise NotFound("No conversation has this content.", "Take it in with: qa import")
        return found

    # --- who may see it ------------------------------------------------------------------

    def within(self, ids: Collection[str], scope: Scope) -> frozenset[str]:
        """Return which of some conversations lie in a scope."""
        with database.reading(self._engine) as session:
            found = select(ConversationRow.id).where(
                among(session, ConversationRow.id, ids), scopes.within(scope)
            )
            return frozenset(session.exec(found))

    def facts(self, id: str) -> Facts:
        """Return what decides who may see a conversation.

        Raises
        ------
        NotFound : there is none.
        """
        with database.reading(self._engine) as session:
            return scopes.facts(session, results.existing(session, id))

    def release_to_agents(self, id: str, *, who: str, seen: str | None = None) -> None:
        """Show a conversation to its agents; a second time changes nothing.

        Raises
        ------
        NotFound : there is none.
        Stale : it is another version than the `seen` one by now.
        """
        with database.writing(self._engine) as session:
            row = results.existing(session, id)
            if row.released_at is not None:
                return
            changes.note(session, id, "released", who=who, detail={}, now=self._now(), seen=seen)
            row.released_at, row.released_by = self._now(), who

    def take_back_from_agents(self, id: str, *, who: str, seen: str | None = None) -> None:
        """Hide a conversation from its agents again.

        Raises
        ------
        NotFound : there is none.
        Stale : it is another version than the `seen` one by now.
        """
        with database.writing(self._engine) as session:
            row = results.existing(session, id)
            if row.released_at is None:
                return
            changes.note(session, id, "taken back", who=who, detail={}, now=self._now(), seen=seen)
            row.released_at = row.released_by = None
