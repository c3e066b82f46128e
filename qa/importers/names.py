"""What the names of recordings say, as telephone systems write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from qa.records import Direction, Metadata, Role

#: FreePBX and Issabel: <kind>-<destination>-<source>-<date>-<time>-<epoch.sequence>
_PBX = re.compile(
    r"(?P<kind>[a-z]+)-(?P<to>[^-]+)-(?P<by>[^-]+)-(?P<day>\d{8})-(?P<time>\d{6})"
    r"(?:-(?P<id>(?P<epoch>\d{9,10})\.\d+))?"
)
_KINDS = {
    "in": Direction.INBOUND,
    "q": Direction.INBOUND,
    "rg": Direction.INBOUND,
    "external": Direction.INBOUND,
    "out": Direction.OUTBOUND,
    "exten": Direction.INTERNAL,
    "internal": Direction.INTERNAL,
    # Recorded on demand: says nothing of who called.
    "force": Direction.UNKNOWN,
    "ondemand": Direction.UNKNOWN,
}
#: Longer numbers belong to people outside: they never reach the metadata.
_EXTENSION = re.compile(r"\d{2,6}")
#: A zone is at most 14 hours off, in quarters of an hour.
_ZONE_MAX_S, _ZONE_STEP_S = 14 * 3600, 900

#: What ends the names of the two files of a call: the first side, and the second.
_PAIRS = (
    ("agent", "customer"),
    ("agent", "client"),
    ("agent", "caller"),
    ("operator", "client"),
    ("out", "in"),
    ("tx", "rx"),
)
_ROLES = {
    "agent": Role.AGENT,
    "operator": Role.AGENT,
    "customer": Role.CUSTOMER,
    "client": Role.CUSTOMER,
    "caller": Role.CUSTOMER,
}


def from_name(path: Path) -> Metadata:
    """Return what a recorder's file name says; the time is never guessed.

    A name that begins like a known recorder's and does not fit is told of in `extra`, so
    that a missing start time has a reason.
    """
    stem = path.stem
    kind = stem.split("-", 1)[0].lower()
    if kind not in _KINDS or stem.count("-") < 3:  # noqa: PLR2004  # four parts, or no such name
        return Metadata()
    match = _PBX.fullmatch(stem)
    started = _started(match) if match else None
    if match is None or started is None:
        return Metadata(extra={"file_name": "not in the FreePBX pattern: no start time taken"})
    direction = _KINDS[kind]
    extra = {"file_name": "FreePBX"}
    if not match["epoch"]:
        extra["started_at"] = "the name gives no zone; this machine's was taken"
    # The source of an outgoing call is the agent's extension, as is the destination of a
    # call put through to one; a queue's or a ring group's number is nobody's.
    agent = {"out": match["by"], "external": match["to"], "in": match["to"]}.get(kind, "")
    return Metadata(
        direction=direction,
        platform="freepbx",
        queue=match["to"] if kind in {"q", "rg"} else None,
        agent_id=agent if _EXTENSION.fullmatch(agent) else None,
        started_at=started,
        extra=extra,
    )


def id_of(path: Path) -> str | None:
    """Return the id that Asterisk gave the call (uniqueid), where a FreePBX name holds it."""
    match = _PBX.fullmatch(path.stem)
    return match["id"] if match else None


def caller_of(path: Path) -> str | None:
    """Return the customer's number, where a FreePBX name holds it; extensions are nobody's."""
    match = _PBX.fullmatch(path.stem)
    direction = _KINDS.get(match["kind"]) if match else None
    if match is None or direction not in {Direction.INBOUND, Direction.OUTBOUND}:
        return None
    number = match["by" if direction is Direction.INBOUND else "to"]
    return None if _EXTENSION.fullmatch(number) else number


def _started(match: re.Match[str]) -> datetime | None:
    """Return the start: the local time of the name, in the zone that its epoch implies."""
    try:
        local = datetime.strptime(match["day"] + match["time"], "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None
    if not match["epoch"]:
        return local.astimezone()
    ahead = local.replace(tzinfo=UTC).timestamp() - int(match["epoch"])
    zone = round(ahead / _ZONE_STEP_S) * _ZONE_STEP_S
    if abs(zone) > _ZONE_MAX_S:
        return None
    return local.replace(tzinfo=timezone(timedelta(seconds=zone)) if zone else UTC)


@dataclass(frozen=True)
class Side:
    """One file of a pair."""

    #: Name that both share, with their folder.
    call: Path
    #: What told it apart: "agent", "in".
    mark: str


def side_of(path: Path) -> Side | None:
    """Return which side a name says the file is, None where it says nothing."""
    match = re.fullmatch(r"(?P<call>.+)[-_.](?P<mark>[a-z]+)", path.stem, re.IGNORECASE)
    mark = match["mark"].lower() if match else ""
    if match is None or not any(mark in pair for pair in _PAIRS):
        return None
    return Side(path.with_name(match["call"]), mark)


def paired(one: str, other: str) -> tuple[str, str] | None:
    """Return two marks in order, the agent's first; None where they are no pair."""
    for pair in _PAIRS:
        if {one, other} == set(pair):
            return pair
    return None


def role_of(mark: str, direction: Direction) -> Role:
    """Return whose side a mark names.

    "in" and "rx" are what the recorder heard from the party who called, "out" and "tx" what
    was sent to it: whose voice that is depends on who called.
    """
    if mark in _ROLES:
        return _ROLES[mark]
    caller = {Direction.INBOUND: Role.CUSTOMER, Direction.OUTBOUND: Role.AGENT}.get(direction)
    if caller is None:
        return Role.UNKNOWN
    called = Role.AGENT if caller is Role.CUSTOMER else Role.CUSTOMER
    return caller if mark in {"in", "rx"} else called
