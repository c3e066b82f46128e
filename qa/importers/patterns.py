"""Patterns of recorders' file names, as the settings give them.

A pattern is the name without its ending, with `{field}` where something stands that is
worth reading: ``{agent_id}-{queue}-{started_at:%Y%m%d-%H%M%S}``. A field ends where the
character that follows it in the pattern comes; ``{*}`` says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.errors import SettingsError
from qa.importers.times import zone_of
from qa.importers.values import FIELDS, value_of
from qa.settings import NamePattern

_FIELD = re.compile(r"\{(?P<name>\*|[a-z_]+)(?::(?P<format>[^{}]+))?\}")
#: What each part of a time looks like in a name.
_PARTS = {
    "%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}",
    "%S": r"\d{2}", "%y": r"\d{2}", "%s": r"\d{9,10}", "%f": r"\d{1,6}", "%j": r"\d{3}",
    "%z": r"[+-]\d{4}|Z", "%b": r"[A-Za-z]{3}",
}  # fmt: skip
#: Recorders that are known beside FreePBX (`qa.importers.names`).
PRESETS = (NamePattern(pattern="{started_at:%Y%m%d-%H%M%S}_{*}-all"),)  # VICIdial


@dataclass(frozen=True)
class Read:
    """What a name says."""

    #: The pattern that it fits.
    pattern: str
    values: dict[str, Any]
    #: Fields whose values are not understood.
    strange: tuple[str, ...] = ()


def read_name(path: Path, patterns: Sequence[NamePattern], *, zone: str) -> Read | None:
    """Return what a file's name says by the first pattern that it fits; None for none.

    Parameters
    ----------
    zone : of times, where the pattern names none.

    Raises
    ------
    SettingsError : a pattern that cannot be used.
    """
    for one in patterns:
        levels = one.pattern.count("/") + 1
        shown = "/".join([*path.absolute().parts[-levels:-1], path.stem])
        match = _compiled(one).fullmatch(shown)
        if match is not None:
            return _read(one, match, zone=one.time_zone or zone)
    return None


def _read(one: NamePattern, match: re.Match[str], *, zone: str) -> Read:
    formats = {m["name"]: m["format"] for m in _FIELD.finditer(one.pattern)}
    values: dict[str, Any] = {}
    strange = []
    for name, text in match.groupdict().items():
        try:
            if name == "started_at" and formats[name]:
                values[name] = _time(text, formats[name], zone)
            else:
                known = one.directions.get(text, text) if name == "direction" else text
                values[name] = value_of(name, known, zone=zone)
        except ValueError:
            strange.append(name)
    return Read(one.pattern, values, tuple(strange))


def _time(text: str, format: str, zone: str) -> datetime:
    if format == "%s":
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.strptime(text, format)  # noqa: DTZ007 - the zone is added below
    if found.tzinfo is None:
        if not zone:
            raise ValueError("a time without a zone")
        found = found.replace(tzinfo=zone_of(zone))
    return found


def _compiled(one: NamePattern) -> re.Pattern[str]:
    made, at = "", 0
    for field in _FIELD.finditer(one.pattern):
        made += re.escape(one.pattern[at : field.start()])
        at = field.end()
        name, times = field["name"], field["format"]
        if name not in {"*", *FIELDS}:
            known = ", ".join(FIELDS)
            raise _wrong(one, f"no field named '{name}'", f"Known: {known}.")
        if times and name != "started_at":
            raise _wrong(one, f"'{name}' takes no format", "Only started_at does.")
        following = one.pattern[at : at + 1]
        ends = re.escape(following) if following not in {"", "{"} else ""
        inside = _shape(one, times) if times else f"[^/{ends}]+"
        if f"(?P<{name}>" in made:
            raise _wrong(one, f"'{name}' stands in it twice", "Name each field once.")
        made += f"(?:{inside})" if name == "*" else f"(?P<{name}>{inside})"
    rest = one.pattern[at:]
    if "{" in rest or "}" in rest or not made:
        raise _wrong(one, "a field that is not closed, or none", "Write fields as {agent_id}.")
    return re.compile(made + re.escape(rest))


def _shape(one: NamePattern, format: str) -> str:
    shape = ""
    for part in re.findall(r"%.|[^%]", format):
        if part.startswith("%") and part not in _PARTS:
            raise _wrong(one, f"'{part}' in a time", f"Known: {', '.join(_PARTS)}.")
        shape += _PARTS.get(part, re.escape(part))
    return shape


def _wrong(one: NamePattern, what: str, mend: str) -> SettingsError:
    return SettingsError(f"name_patterns: '{one.pattern}': {what}.", mend)
