"""The agents' roster as a CSV file: ``agents.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from qa.errors import FormatError
from qa.store.joining import Agent

COLUMNS = ("id", "name", "extension", "team", "project", "from", "to")
_NEEDED = {"id", "name"}


def read_roster(path: Path) -> tuple[Agent, ...]:
    """Read a roster from a file; see `parse_roster`.

    Raises
    ------
    FormatError : names every line that cannot be used, and the field.
    """
    try:
        content = path.read_bytes()
    except OSError as err:
        raise FormatError(f"{path} cannot be read.", "Name a file that is there.") from err
    return parse_roster(content, name=str(path))


def parse_roster(content: bytes, *, name: str) -> tuple[Agent, ...]:
    """Read a roster: comma or semicolon, UTF-8, a head line, days as 2026-01-31.

    Parameters
    ----------
    name : what errors call it.

    Raises
    ------
    FormatError : names every line that cannot be used, and the field.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise FormatError(
            f"{name} cannot be read as UTF-8 text.", "Export the roster as CSV in UTF-8."
        ) from err
    head = text.partition("\n")[0]
    rows = csv.DictReader(text.splitlines(), delimiter=";" if ";" in head else ",")
    columns = [c.strip().lower() for c in rows.fieldnames or ()]
    if not set(columns) >= _NEEDED or unknown(columns):
        raise FormatError(
            f"{name}:1: the head line is '{head.strip()[:80]}'.",
            f"Name the columns {', '.join(COLUMNS)}; id and name are needed.",
        )
    rows.fieldnames = columns
    found, wrong = [], []
    for row in rows:
        mistakes = list(_mistakes(row))
        wrong += [f"{name}:{rows.line_num}: {mistake}" for mistake in mistakes]
        if not mistakes:
            found.append(_agent(row))
    if wrong:
        raise FormatError("\n".join(wrong), "Mend these lines; nothing was taken.")
    if not found:
        raise FormatError(f"{name} names nobody.", "Give the roster at least one line.")
    return tuple(found)


def unknown(columns: list[str]) -> list[str]:
    """Return the columns that no roster has."""
    return [c for c in columns if c not in COLUMNS]


def _mistakes(row: Mapping[str | None, str | list[str] | None]) -> Iterator[str]:
    if row.get(None) is not None or any(row.get(c) is None for c in row if c is not None):
        yield "the line has more or fewer fields than the head."
        return
    for name in sorted(_NEEDED):
        if not _field(row, name):
            yield f"'{name}' is empty."
    days = []
    for name in ("from", "to"):
        try:
            days.append(_day(row, name))
        except ValueError:
            yield f"'{name}' is '{_field(row, name)[:20]}', which is no day: write 2026-01-31."
            return
    if days[0] and days[1] and days[0] > days[1]:
        yield f"'from' ({days[0]}) comes after 'to' ({days[1]})."


def _agent(row: Mapping[str | None, str | list[str] | None]) -> Agent:
    return Agent(
        id=_field(row, "id"),
        name=_field(row, "name"),
        extension=_field(row, "extension"),
        team=_field(row, "team"),
        project=_field(row, "project"),
        valid_from=_day(row, "from"),
        valid_to=_day(row, "to"),
    )


def _field(row: Mapping[str | None, str | list[str] | None], name: str) -> str:
    return str(row.get(name) or "").strip()


def _day(row: Mapping[str | None, str | list[str] | None], name: str) -> date | None:
    text = _field(row, name)
    return date.fromisoformat(text) if text else None
