"""Draws for review, for both doors: how a rule reads, and which schedules are due."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from qa.access import EVERYTHING, Scope
from qa.api import words
from qa.api.i18n import gettext, ngettext
from qa.errors import UsageError
from qa.records import Channel
from qa.settings import Day, SampleSchedule, Settings
from qa.store import Store
from qa.store.desk.draws import LARGEST_SEED, Drawing, Occasion, Rule

_BACK = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def draw(
    store: Store,
    rule: Rule,
    *,
    who: str,
    seed: int | None = None,
    blind: bool = True,
    dry_run: bool = False,
    scope: Scope = EVERYTHING,
) -> Drawing:
    """Draw by a rule, with a seed of chance where none is given; a dry run keeps nothing."""
    seed = new_seed() if seed is None else seed
    if dry_run:
        return store.draws.plan(rule, seed=seed, scope=scope)
    occasion = Occasion(who=who, reason=reason(rule), blind=blind)
    made = store.draws.draw(rule, occasion, seed=seed, scope=scope)
    if made is None:  # which it is for a schedule's alone
        raise AssertionError("a draw of nobody's schedule was taken for one")
    return made


def new_seed() -> int:
    """Return a seed that nobody chose."""
    return secrets.randbelow(LARGEST_SEED + 1)


def reason(rule: Rule) -> str:
    """Word why conversations of a draw are reviewed: "4 of each agent, from ..."."""
    parts = [
        ngettext("%(num)d of each agent, by chance", "%(num)d of each agent, by chance",
                 rule.per_agent) % {"num": rule.per_agent}
    ]  # fmt: skip
    if rule.since is not None:
        parts.append(gettext("since %(when)s") % {"when": words.moment(rule.since)})
    if rule.until is not None:
        parts.append(gettext("until %(when)s") % {"when": words.moment(rule.until)})
    if rule.min_seconds:
        parts.append(
            gettext("at least %(length)s long") % {"length": words.clock(rule.min_seconds)}
        )
    named = [
        (gettext("team"), rule.team),
        (gettext("project"), rule.project),
        (gettext("channel"), words.CHANNELS[rule.channel] if rule.channel else None),
        (gettext("card"), rule.card),
    ]
    parts += [f"{what} {name}" for what, name in named if name]
    return ", ".join(parts)


def moment_back(text: str, now: datetime) -> datetime | None:
    """Return a moment so long ago ("7d", "12h", "2w"); None where that is not what it says."""
    found = _BACK.fullmatch(text)
    return now - timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


@dataclass(frozen=True)
class Due:
    """What came of a schedule that was looked at."""

    schedule: SampleSchedule
    #: For which of its times: "2026-11-23T06:00".
    period: str
    #: None = drawn for that time before.
    made: Drawing | None


def draw_due(store: Store, settings: Settings, *, who: str, now: datetime) -> Sequence[Due]:
    """Draw for every schedule's last time, unless that was drawn for before.

    A machine that was off for weeks draws once, for the last time alone.

    Raises
    ------
    UsageError : there are no schedules.
    """
    if not settings.samples:
        raise UsageError(
            "No schedule is set.",
            "Add one to qa.toml: [[samples]] with name, days, at and per_agent.",
        )
    return [_draw_due(store, settings, one, who, now) for one in settings.samples]


def _draw_due(
    store: Store, settings: Settings, one: SampleSchedule, who: str, now: datetime
) -> Due:
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
    time = last_time(one, now.astimezone(zone))
    period = f"{time:%Y-%m-%dT%H:%M}"
    rule = Rule(
        per_agent=one.per_agent,
        since=time - timedelta(days=one.last_days),
        until=time,
        min_seconds=one.min_seconds,
        team=one.team or None,
        project=one.project or None,
        channel=Channel(one.channel) if one.channel else None,
        card=one.card or None,
    )
    occasion = Occasion(
        who=who, reason=f"{one.name}: {reason(rule)}", blind=one.blind, schedule=one.name,
        period=period,
    )  # fmt: skip
    return Due(one, period, store.draws.draw(rule, occasion, seed=new_seed()))


def last_time(one: SampleSchedule, now: datetime) -> datetime:
    """Return the last of a schedule's times that has come, in the zone of `now`."""
    for back in range(8):
        day = now.date() - timedelta(days=back)
        then = datetime.combine(day, one.at, now.tzinfo)
        if get_args(Day)[day.weekday()] in one.days and then <= now:
            return then
    raise UsageError(f"The schedule '{one.name}' has no day.", "Name its days in qa.toml.")
