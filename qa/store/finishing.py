"""Keeping what came of many claims at once: a transaction and a wait for the disk for all."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from qa.records import Turn
from qa.store import claiming, database, results, reviews, roster
from qa.store.tables import State
from qa.store.taking import Taking
from qa.store.views import Judged

TURNS: TypeAdapter[tuple[Turn, ...]] = TypeAdapter(tuple[Turn, ...])


class Finishing(Taking):
    """The part of the `Store` that keeps what many claims came to."""

    _total: reviews.Total

    def finish_all(self, judged: Sequence[Judged]) -> dict[str, State]:
        """Keep what came of many claims and close them, as `save_heard` and the others do one.

        Returns
        -------
        The new states by id. Those that another worker has by now are not among them, and
        nothing is kept of them.

        Raises
        ------
        InputError : one has a text that no database keeps; nothing was changed.
        DiskFull, StoreError : nothing was changed.
        """
        now = self._now()
        turns = {
            one.job.id: TURNS.dump_json(one.heard.turns) for one in judged if one.heard is not None
        }
        with (
            self.vault.staged("turns", turns, suffix=".json") as keep,
            database.writing(self._engine) as session,
        ):
            mine = claiming.held(session, [one.job for one in judged])
            kept = [one for one in judged if one.job.id in mine]
            heard = {one.job.id: one.heard for one in kept if one.heard is not None}
            results.save_heard(session, heard, now=now)
            roster.apply(session, list(heard))
            for card, made in results.by_card(kept):
                results.save_assessments(session, card, made, now=now, total=self._total)
            states = claiming.finish(session, [one.job for one in kept], now=now)
            keep(heard)
        return states
