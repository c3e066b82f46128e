"""Taking many conversations in at once: a transaction and a wait for the disk for all of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress

from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, or_, select

from qa.errors import InputError, StoreError
from qa.records import Conversation
from qa.store import database, results, roster, rows
from qa.store.browsing import Browsing
from qa.store.erasing.core import Erasing
from qa.store.names import shown
from qa.store.queue import among
from qa.store.tables import ConversationRow, WantRow
from qa.store.vault import Vault, with_contents

#: A conversation, and the ids of the cards it wants.
Wanted = tuple[Conversation, Sequence[str]]


class Taking(Browsing):
    """The part of the `Store` that takes conversations in."""

    vault: Vault
    erasing: Erasing

    @abstractmethod
    def register(self, conversation: Conversation, scorecards: Sequence[str]) -> bool:
        """Take a conversation in; False when its content is known."""

    def register_all(self, given: Sequence[Wanted]) -> list[bool | InputError]:
        """Take conversations in, as `register` does one; what is new of them, or all of it fails.

        Returns
        -------
        For each of them: whether it is new, or why it cannot be taken in.

        Raises
        ------
        DiskFull, StoreError : nothing was kept of those that are new.
        """
        same = self._unchanged(given)
        places = [place for place in range(len(given)) if place not in same]
        new: set[int] = set()
        if not self._settings.keep_originals:  # else each waits for copies of its own anyway
            with suppress(IntegrityError):  # another process took one of them in just now
                new = self._register_new(given, places)
        return [
            place in new if place in new | same else self._register_one(conversation, cards)
            for place, (conversation, cards) in enumerate(given)
        ]

    def _unchanged(self, given: Sequence[Wanted]) -> set[int]:
        """Return the places of those that are known, lie where they lay and want nothing more.

        Most of what a night finds is that, and to register each would take milliseconds.
        """
        row = ConversationRow
        sums = [conversation.checksum for conversation, _ in given]
        with database.reading(self._engine) as session:
            same = select(row.checksum, row.id, row.source).where(
                among(session, row.checksum, sums)
            )
            known = {checksum: (name, source) for checksum, name, source in session.exec(same)}
            ids = [name for name, _ in known.values()]
            wants = select(WantRow.conversation, WantRow.card).where(
                among(session, WantRow.conversation, ids)
            )
            wanted = set(session.exec(wants).all()) if ids else set()
        found = set()
        for place, (conversation, cards) in enumerate(given):
            name, source = known.get(conversation.checksum, ("", ""))
            as_it_was = name and source == shown(conversation.source)
            if as_it_was and all((name, card) in wanted for card in cards):
                found.update([place] if self.vault.has("conversation", name) else [])
        return found

    def same_own_id(self, given: Sequence[Conversation]) -> dict[str, str]:
        """Return which of these have the user's own id of another one that was taken in before.

        The id counts within a channel and a project, as in one import.

        Returns
        -------
        The other one's source, by the id of the one given.
        """
        row = ConversationRow
        own = [c.external_id for c in given if c.external_id]
        if not own:
            return {}
        with database.reading(self._engine) as session:
            known = session.execute(
                columns(
                    col(row.channel),
                    col(row.project),
                    col(row.external_id),
                    col(row.id),
                    col(row.source),
                )
                .where(among(session, row.external_id, own))
                .order_by(col(row.registered_at), col(row.id))
            ).all()
        others: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for channel, project, external_id, name, source in known:
            others.setdefault(_scope(channel, project, external_id), []).append((name, source))
        found = {}
        for one in given:
            same = others.get(_scope(one.channel, one.metadata.project, one.external_id), ())
            other = next((source for name, source in same if name != one.id), None)
            if one.external_id and other is not None:
                found[one.id] = other
        return found

    def _register_one(self, conversation: Conversation, cards: Sequence[str]) -> bool | InputError:
        try:
            return self.register(conversation, cards)
        except InputError as err:
            return err

    def _register_new(self, given: Sequence[Wanted], among_places: Sequence[int]) -> set[int]:
        """Take in those, of some places, that nobody has; return their places."""
        if not among_places:
            return set()
        erased = self.erasing.erased_before([given[place][0] for place in among_places])
        places = [place for place in among_places if given[place][0].id not in erased]
        with database.reading(self._engine) as session:
            places = _strangers(session, given, places)
        kept = [with_contents(given[place][0], self.vault) for place in places]
        raw = {c.id: c.model_dump_json().encode() for c in kept}
        with (
            self.vault.staged("conversation", raw, suffix=".json") as keep,
            database.writing(self._engine) as session,
        ):
            places = _strangers(session, given, places)  # another process may have been quicker
            new = [given[place] for place in places]
            try:
                keep(c.id for c, _ in new)
                self._write_down(session, new)
                session.commit()
            except (StoreError, IntegrityError):
                session.rollback()
                self._forget(session, [c.id for c, _ in new])
                raise
        return set(places)

    def _write_down(self, session: Session, new: Sequence[Wanted]) -> None:
        """Add the rows of conversations that are new."""
        now = self._now()
        values = [
            rows.conversation_values(c, now=now, caller_key=self.caller_key(c.caller))
            for c, _ in new
        ]
        wants = [
            {"conversation": c.id, "card": card, "open": True, "asked_at": now}
            for c, cards in new
            for card in dict.fromkeys(cards)
        ]
        results.insert_all(session, ConversationRow, values)
        results.insert_all(session, WantRow, wants)
        roster.apply(session, [c.id for c, _ in new])

    def _forget(self, session: Session, ids: Iterable[str]) -> None:
        """Take what nobody else has taken in meanwhile out of the vault again."""
        kept = session.exec(
            select(ConversationRow.id).where(among(session, ConversationRow.id, list(ids)))
        ).all()
        for left in set(ids) - set(kept):
            self.vault.drop("conversation", left)


def _scope(channel: str, project: str | None, own: str | None) -> tuple[str, ...]:
    """Return where an id of the user's own counts, and the id."""
    return str(channel), project or "", own or ""


def _strangers(session: Session, given: Sequence[Wanted], places: Sequence[int]) -> list[int]:
    """Return those places whose id and content neither the store has nor one before."""
    row = ConversationRow
    some = [given[place][0] for place in places]
    known = session.exec(
        select(row.id, row.checksum).where(
            or_(
                among(session, row.id, [c.id for c in some]),
                among(session, row.checksum, [c.checksum for c in some]),
            )
        )
    ).all()
    seen = {value for pair in known for value in pair}
    found = []
    for place, one in zip(places, some, strict=True):
        names = {one.id, one.checksum}
        if not names & seen:
            found.append(place)
        seen |= names
    return found
