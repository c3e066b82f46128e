"""Which calls a telephone system says were recorded, so that those without a recording show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from qa.importers import names
from qa.importers.knowing import read_rows
from qa.importers.values import value_of
from qa.settings import Join, Settings


def expected(join: Join, settings: Settings, *, since: datetime, until: datetime) -> frozenset[str]:
    """Return the keys of recorded calls that began in ``[since, until)``, as a table tells.

    Raises
    ------
    SettingsError : the table cannot be used.
    """
    zone = join.time_zone or settings.time_zone
    wanted = [said.strip().casefold() for said in join.recorded.values()]
    found = set()
    for key, (began, *cells) in read_rows(
        join, settings, (join.columns["started_at"], *join.recorded)
    ):
        if [cell.casefold() for cell in cells] != wanted:
            continue
        try:
            moment = value_of("started_at", began, zone=zone)
        except ValueError:
            continue
        if since <= moment < until:
            found.add(key)
    return frozenset(found)


def known(join: Join, calls: Iterable[tuple[str, str]]) -> set[str]:
    """Return the keys of calls that are here.

    Parameters
    ----------
    calls : the user's own id of each, and where it came from.
    """
    if join.on == "id":
        return {own for own, _ in calls if own}
    found = set()
    for _, source in calls:
        path = Path(source.partition("#")[0])
        side = names.side_of(path)
        found |= {path.stem, side.call.name if side else path.stem}
    return found
