"""The store: records in, records out; rows and SQL stay behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from qa.access import EVERYTHING, Scope
from qa.errors import NotFound, StoreError
from qa.records import (
    Assessment,
    Conversation,
    Heard,
    Provenance,
    SafeConversation,
    SafeTurn,
    Turn,
    Verdict,
)
from qa.sealing import keys_of
from qa.settings import Settings
from qa.store import changes, database, journal, queue, results, reviews, roles, roster, rows
from qa.store.desk.blind import Blind
from qa.store.desk.looks import Looks
from qa.store.desk.reviewing import Reviewing
from qa.store.erasing.core import Erasing
from qa.store.finishing import TURNS, Finishing
from qa.store.names import shown
from qa.store.originals import Originals
from qa.store.tables import (
    ConversationRow,
    HeardRow,
    State,
    utc_now,
)
from qa.store.vault import Vault, with_contents, with_copies
from qa.store.views import Card, Logged, Reviewed


def open_store(settings: Settings) -> Store:
    """Open the store that the settings name.

    An embedded database that does not exist yet is made; any other one has to be
    brought up to date by hand (`upgrade`), since others may be using it.

    Raises
    ------
    DatabaseTooNew : a newer program made it.
    StoreError : it does not answer, or has to be upgraded: ``qa db upgrade``.
    """
    return Store(database.open_engine(settings), settings=settings)


class Store(Finishing):
    """Conversations, what was heard and judged of them, and what waits.

    Parameters
    ----------
    engine : a database at this program's revision.
    settings : for the vault's folder and how often a recording is tried.
    clock : now, in UTC.
    total : adds findings and overrides up by a card's text.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        settings: Settings,
        clock: Callable[[], datetime] = utc_now,
        total: reviews.Total = reviews.add_up,
    ) -> None:
        super().__init__(engine, settings=settings, clock=clock)
        self._total = total
        #: Who is at a conversation and through with it; blind verdicts; second looks.
        self.reviewing = Reviewing(engine, clock=clock, total=total)
        self.blind = Blind(engine, clock=clock, total=total)
        self.looks = Looks(engine, clock=clock, days=settings.second_look_days, total=total)
        #: What was said in the clear, and recordings.
        self.vault = Vault(settings.vault_folder, log=self._log_access, keys=keys_of(settings))
        #: What is kept no longer; holds; what is not to come back.
        self.erasing = Erasing(
            engine, vault=self.vault, settings=settings, callers=self._callers, clock=clock
        )
        #: What was said in the clear, for people.
        self.originals = Originals(engine, self.vault, self.audit, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @property
    def settings(self) -> Settings:
        """The settings that the store was opened with."""
        return self._settings

    def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises
        ------
        StoreError : there is none.
        """
        database.check(self._engine)

    # --- coming in -------------------------------------------------------------------

    def register(self, conversation: Conversation, scorecards: Sequence[str]) -> bool:
        """Take a conversation in; False when its content is known.

        Known content keeps what it has and is judged by those cards it was not
        judged by yet. Where its recording lies elsewhere now and it has not been
        heard, it is read from there. What was erased here is known, and stays erased.

        Raises
        ------
        InputError : its id belongs to other content.
        DiskFull, StoreError : nothing of it was kept.
        """
        try:
            return self._register(conversation, scorecards)
        except IntegrityError:  # another process took it in just now
            return self._register(conversation, scorecards)
        except StoreError:
            with suppress(StoreError), database.reading(self._engine) as session:
                if session.get(ConversationRow, conversation.id) is None:
                    self.vault.drop("conversation", conversation.id)
            raise

    def _register(self, conversation: Conversation, scorecards: Sequence[str]) -> bool:
        if self.erasing.erased_before([conversation]):
            return False
        now = self._now()
        with database.writing(self._engine) as session:
            row = queue.find_same(session, conversation)
            if row is not None:
                queue.add_wants(session, row, scorecards, now=now)
                moved = row.source != shown(conversation.source) and row.state != State.WORKING
                if moved and session.get(HeardRow, row.id) is None:
                    queue.found_elsewhere(row, conversation.source)
                    self._put_raw(conversation.model_copy(update={"id": row.id}))
                elif not self.vault.has("conversation", row.id):
                    self._put_raw(conversation.model_copy(update={"id": row.id}))
                return False
            if self._settings.keep_originals:
                conversation = with_copies(conversation, self.vault)
            self._put_raw(conversation)
            row = rows.conversation_row(
                conversation, now=now, caller_key=self.caller_key(conversation.caller)
            )
            session.add(row)
            roster.apply(session, [row.id])
            queue.add_wants(session, row, scorecards, now=now)
        return True

    def _put_raw(self, conversation: Conversation) -> None:
        conversation = with_contents(conversation, self.vault)
        content = conversation.model_dump_json().encode()
        self.vault.put("conversation", conversation.id, content, suffix=".json")

    def conversation(self, id: str) -> Conversation:
        """Return a conversation as it was found, unredacted: for the pipeline alone.

        Raises
        ------
        NotFound : there is none.
        """
        try:
            content = self.vault.read("conversation", id)
        except NotFound:
            with database.reading(self._engine) as session:
                results.existing(session, id)  # which says so in other words
            raise
        return Conversation.model_validate_json(content)

    # --- heard and judged ----------------------------------------------------------------

    def save_heard(self, id: str, heard: Heard) -> None:
        """Keep what was heard: raw turns in the vault, the safe half in the tables.

        Raises
        ------
        NotFound : no such conversation.
        InputError : a text that no database keeps.
        DiskFull, StoreError : nothing was changed.
        """
        with database.writing(self._engine) as session:
            results.save_heard(session, {id: heard}, now=self._now())
            roster.apply(session, [id])
            self._put_turns(id, heard.turns)

    def _put_turns(self, id: str, turns: Sequence[Turn]) -> None:
        self.vault.put("turns", id, TURNS.dump_json(tuple(turns)), suffix=".json")

    def heard(self, id: str) -> bool:
        """Say whether a conversation has been heard."""
        with database.reading(self._engine) as session:
            return session.get(HeardRow, id) is not None

    def safe(self, id: str, *, scope: Scope = EVERYTHING) -> SafeConversation:
        """Return the redacted conversation, agents named as far as a scope lets one see them.

        Raises
        ------
        NotFound : no such conversation, or not heard yet.
        """
        with database.reading(self._engine) as session:
            return results.safe(session, id, scope)

    def outline(self, id: str, *, scope: Scope = EVERYTHING) -> SafeConversation:
        """Return the redacted conversation with its turns, but not the times of their words.

        For a call of hours a tenth of the work of `safe`.

        Raises
        ------
        NotFound : no such conversation, or not heard yet.
        """
        with database.reading(self._engine) as session:
            return results.safe(session, id, scope, words=False)

    def turns(self, id: str, first: int, last: int) -> tuple[SafeTurn, ...]:
        """Return redacted turns with their words, from one index to another, both included."""
        with database.reading(self._engine) as session:
            return tuple(results.turns(session, id, first=first, last=last))

    def provenance(self, id: str) -> tuple[Provenance, ...]:
        """Return which engines and models a conversation was heard with, stage by stage."""
        with database.reading(self._engine) as session:
            return results.provenance(session, id)

    def raw_turns(self, id: str) -> tuple[Turn, ...]:
        """Return the turns unredacted: for the pipeline alone.

        Raises
        ------
        NotFound : no such conversation, or not heard yet.
        """
        return TURNS.validate_json(self.vault.read("turns", id))

    def save_assessments(self, id: str, card: Card, assessments: Sequence[Assessment]) -> None:
        """Keep what a card says of a conversation, and the card as it was.

        Humans' verdicts stay; those made on something else than is said now are
        marked "confirm again".
        """
        with database.writing(self._engine) as session:
            results.save_assessments(
                session, card, {id: assessments}, now=self._now(), total=self._total
            )

    def assessments(self, id: str, *, scope: Scope = EVERYTHING) -> tuple[Reviewed, ...]:
        """Return what counts of a conversation, by card and agent, humans' verdicts beside.

        Who took part in it sees their own alone.

        Raises
        ------
        NotFound : no such conversation.
        """
        with database.reading(self._engine) as session:
            results.existing(session, id)
            found = reviews.current(session, id, scope=scope)
            return tuple(reviews.reviewed(session, row) for row in found)

    def swap_roles(self, id: str, *, who: str, seen: str | None = None) -> int:
        """Let agent and customer change places; its cards are wanted again.

        Returns
        -------
        int : 1 when it now waits to be judged, 0 when no card is wanted.

        Raises
        ------
        NotFound : no such conversation, or not heard yet.
        Stale : it is another version than the `seen` one by now.
        UsageError : there is no agent and no customer to swap.
        """
        raw = self.raw_turns(id)
        with database.writing(self._engine) as session:
            changes.note(
                session, id, "roles swapped", who=who, detail={}, now=self._now(), seen=seen
            )
            self.erasing.refuse_words(session, id)
            before = results.safe(session, id)
            after = roles.swapped(before, who=who, min_seconds=self._settings.min_seconds)
            results.save_roles(session, id, after, now=self._now())
            roster.apply(session, [id])
            self._put_turns(id, roles.follow(raw, after.turns))
            return queue.want(session, [id], None, now=self._now())

    def card_source(self, hash: str) -> str:
        """Return the text of a scorecard as a score was made with it.

        Raises
        ------
        NotFound : no score was made with it.
        """
        with database.reading(self._engine) as session:
            return reviews.card_source(session, hash)

    # --- humans' verdicts ------------------------------------------------------------------

    def override(
        self,
        id: str,
        scorecard: str,
        item: str,
        verdict: Verdict,
        comment: str,
        who: str,
        *,
        party: str | None = None,
        value: float | None = None,
        seen: str | None = None,
    ) -> Reviewed:
        """Put a human's verdict beside the machine's; return what stands now.

        Parameters
        ----------
        party : which agent, where the card judged several.
        value : of a partial verdict, between 0 and 1.
        seen : the version that it was made on; see `Reviewing.version`.

        Raises
        ------
        Stale : it is another version by now.
        NotFound : no such conversation, or not judged by that card.
        UnknownName : the card has no such item.
        UsageError : no verdict a human gives, or it is not clear which agent is meant.
        """
        with database.writing(self._engine) as session:
            detail = {"card": scorecard, "item": item, "verdict": verdict.value}
            changes.note(
                session, id, "override", who=who, detail=detail, now=self._now(), seen=seen
            )
            row = reviews.the_one(session, id, scorecard, party)
            reviews.override(
                session,
                row,
                item,
                verdict,
                value=value,
                comment=comment,
                who=who,
                now=self._now(),
                total=self._total,
            )
            return reviews.reviewed(session, row)

    def undo_override(
        self,
        id: str,
        scorecard: str,
        item: str,
        who: str,
        *,
        party: str | None = None,
        seen: str | None = None,
    ) -> Reviewed:
        """Take the human's verdict on an item back; the machine's stands again.

        Raises
        ------
        Stale : it is another version by now.
        NotFound : no such conversation or score, or no human's verdict on that item.
        UsageError : it is not clear which agent is meant.
        """
        with database.writing(self._engine) as session:
            detail = {"card": scorecard, "item": item}
            changes.note(session, id, "undo", who=who, detail=detail, now=self._now(), seen=seen)
            row = reviews.the_one(session, id, scorecard, party)
            reviews.undo(session, row, item, who=who, now=self._now(), total=self._total)
            return reviews.reviewed(session, row)

    # --- the journal -------------------------------------------------------------------------

    def log(self, id: str) -> tuple[Logged, ...]:
        """Return who did what to a conversation, oldest first."""
        with database.reading(self._engine) as session:
            return journal.read(session, id)

    def _log_access(self, kind: str, id: str, who: str, reason: str) -> None:
        with database.writing(self._engine) as session:
            known = session.get(ConversationRow, id) is not None
            journal.write(
                session,
                "vault opened",
                who=who,
                conversation=id if known else None,
                detail={"object": kind, "id": id, "reason": reason},
                now=self._now(),
            )
