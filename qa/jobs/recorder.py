"""Whether the recorder recorded: calls that the telephone system tells of, without a recording."""

from __future__ import annotations

from datetime import datetime, timedelta

from qa.importers.expecting import expected, known
from qa.settings import Settings
from qa.store import Store
from qa.store.recorded import Recorded

#: How far back it is looked, and how old a call is by when its recording has arrived.
BACK, SETTLED = timedelta(days=1), timedelta(hours=1)


def look(store: Store, settings: Settings, *, now: datetime) -> tuple[Recorded, ...]:
    """Hold each table that says which calls were recorded against those that came in; keep it.

    Raises
    ------
    SettingsError : a table cannot be used.
    """
    found = []
    for join in settings.joins:
        if not join.recorded:
            continue
        keys = expected(join, settings, since=now - BACK, until=now - SETTLED)
        # A recording comes in after its call began; a day more where clocks disagree.
        here = known(join, store.calls_since(now - 2 * BACK))
        found.append(Recorded(table=join.file.name, calls=len(keys), missing=len(keys - here)))
    store.note_recorded(found)
    return tuple(found)
