"""Pieces of metadata as names of files and columns of tables hold them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qa.importers.times import moment
from qa.records import Direction, EndedBy

#: Pieces that can be told.
FIELDS = (
    "id", "direction", "platform", "queue", "project", "team", "agent_id", "agent_name",
    "customer_ref", "ticket", "disposition", "started_at", "ended_by", "transferred", "language",
    "topics", "tags", "survey", "caller",
)  # fmt: skip
_DIRECTIONS = {
    Direction.INBOUND: "inbound in incoming i received",
    Direction.OUTBOUND: "outbound out outgoing o dialed dialled",
    Direction.INTERNAL: "internal local",
}
_DIRECTION = {word: side for side, words in _DIRECTIONS.items() for word in words.split()}
_TRUE, _FALSE = {"1", "true", "yes", "y"}, {"0", "false", "no", "n"}


def value_of(field: str, text: str, *, zone: str = "") -> Any:
    """Return the value of a piece of metadata that a text stands for.

    Raises
    ------
    ValueError : it stands for none; a time without a zone is none.
    """
    text = text.strip()
    if field == "started_at":
        found = moment(text, zone=zone)
        if found.tzinfo is None:
            raise ValueError("a time without a zone")
        return found
    return _READ[field](text) if field in _READ else text


def _direction(text: str) -> Direction:
    return _DIRECTION.get(text.casefold()) or Direction(text)


def _yes(text: str) -> bool:
    if text.casefold() not in _TRUE | _FALSE:
        raise ValueError("neither yes nor no")
    return text.casefold() in _TRUE


def _several(text: str) -> tuple[str, ...]:
    return tuple(t.strip() for t in text.split(";") if t.strip())


_READ: dict[str, Callable[[str], Any]] = {
    "direction": _direction,
    "ended_by": lambda text: EndedBy(text.casefold()),
    "survey": lambda text: float(text.replace(",", ".")),
    "transferred": _yes,
    "topics": _several,
    "tags": _several,
}
