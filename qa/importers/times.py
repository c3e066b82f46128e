"""Times as other programs write them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: 12:03, 1:02:03.5, 00:00:12,345
_CLOCK = re.compile(r"(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):(?P<s>\d{2}(?:[.,]\d{1,9})?)")
#: ISO 8601: PT1M2.5S
_PERIOD = re.compile(
    r"P(?:(?P<d>\d+)D)?T?(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:[.,]\d+)?)S)?"
)
_EPOCH = re.compile(r"\d{9,14}(\.\d+)?")
#: Epochs beyond this are counted in milliseconds.
_LATEST_S = 4_102_444_800  # 2100


def clock(text: str) -> float:
    """Return the seconds of "12:03", "1:02:03.5" or "00:00:12,345".

    Raises
    ------
    ValueError : it is none.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time like 01:02:03.5")
    seconds = float(match["s"].replace(",", "."))
    return int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + seconds


def period(text: str) -> float:
    """Return the seconds of an ISO 8601 duration such as "PT1M2.5S".

    Raises
    ------
    ValueError : it is none.
    """
    match = _PERIOD.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError("no duration like PT1M2.5S")
    days, hours, minutes = (int(match[k] or 0) for k in ("d", "h", "m"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + float((match["s"] or "0").replace(",", "."))


def moment(value: object, *, zone: str = "") -> datetime:
    """Return the point in time that a text or an epoch (s, or ms) names.

    Parameters
    ----------
    zone : IANA name of the zone that a time without one is in; "" = it stays without,
        since guessing would put it hours off: `making` counts with it and drops the start.

    Raises
    ------
    ValueError : no point in time.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("no point in time")  # noqa: TRY004 - like every other value that is none
    if isinstance(value, (int, float)) or _EPOCH.fullmatch(value.strip()):
        number = float(value)
        if not math.isfinite(number):
            raise ValueError("no point in time")
        number = number / 1000 if number > _LATEST_S else number
        if not 0 <= number <= _LATEST_S:
            raise ValueError("a time before 1970 or after 2100")
        return datetime.fromtimestamp(number, UTC)
    found = datetime.fromisoformat(value.strip())
    return found.replace(tzinfo=zone_of(zone)) if found.tzinfo is None and zone else found


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises
    ------
    ValueError : there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise ValueError(f"no time zone named '{name[:40]}'") from err


def between(begin: datetime | None, at: datetime | None) -> float | None:
    """Return the seconds from one point in time to another; None where a zone is missing."""
    if begin is None or at is None or (begin.tzinfo is None) != (at.tzinfo is None):
        return None
    return (at - begin).total_seconds()
