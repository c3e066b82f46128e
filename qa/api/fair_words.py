"""How a report on fairness is worded; pages and command line share it."""

from __future__ import annotations

from collections.abc import Mapping

from qa.api import words
from qa.api.i18n import N_, Texts, gettext, hundredths
from qa.store.desk.estimates import Share
from qa.store.desk.fair import Fairness, Group, Trait
from qa.store.desk.rates import Gap

TRAITS: Mapping[Trait, str] = Texts(
    {
        "confidence": N_("How well the machine understood"),
        "language": N_("Language"),
        "agent": N_("Agent"),
    }
)
_BANDS: Mapping[str, str] = Texts(
    {
        "low": N_("The third understood worst"),
        "middle": N_("The middle third"),
        "high": N_("The third understood best"),
    }
)
_UNKNOWN: Mapping[Trait, str] = Texts(
    {
        "confidence": N_("Written, or not known how well understood"),
        "language": N_("Language not known"),
        "agent": N_("Not joined to the roster"),
    }
)


def name(by: Trait, group: Group) -> str:
    """Name a group."""
    if not group.key:
        return _UNKNOWN[by]
    return _BANDS.get(group.key, group.name) if by == "confidence" else group.name


def share(found: Share) -> tuple[str, str]:
    """Word a share in percent, and its interval; "too few" without one."""
    if found.share is None:
        return (gettext("too few") if found.n else words.DASH), ""
    low, high = (100 * (end or 0) for end in (found.low, found.high))
    return f"{100 * found.share:.0f} %", f"{low:.0f}{words.DASH}{high:.0f}"


def points(found: Gap | None) -> tuple[str, str]:
    """Word a difference in points of a hundred, signed, and between what it lies."""
    if found is None:
        return words.DASH, ""
    ends = f"{_signed(found.low)} … {_signed(found.high)}"
    return _signed(found.difference), ends


def _signed(value: float) -> str:
    rounded = round(100 * value)
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def confidence(group: Group) -> tuple[str, str]:
    """Word how sure the words of a group are, and between what that lies."""
    if group.confidence is None or group.least is None or group.most is None:
        return words.DASH, ""
    between = f"{hundredths(group.least)}{words.DASH}{hundredths(group.most)}"
    return hundredths(group.confidence), between


def said(found: Fairness) -> tuple[str, ...]:
    """Say in sentences what the figures say, and what they do not."""
    if not found.groups:
        return ()
    return _of_thirds(found) if found.by == "confidence" else _of_groups(found)


def _of_thirds(found: Fairness) -> tuple[str, ...]:
    by_key = {group.key: group.rates for group in found.groups}
    if found.gap is None:
        return (
            gettext("Too few conversations to say whether being understood badly costs points."),
        )
    (low, _), (high, _) = (share(by_key[key].failed) for key in ("low", "high"))
    difference, ends = points(found.gap)
    about = {"low": low, "high": high, "points": difference, "range": ends}
    first = gettext(
        "Where the machine understood agents worst, %(low)s of what was judged failed;"
        " where it understood them best, %(high)s."
    )
    if not found.gap.clear:
        second = gettext("The difference (%(points)s points, %(range)s) may be chance.")
        return (first % about, second % about)
    second = gettext("The difference (%(points)s points, %(range)s) is more than chance makes.")
    return (first % about, second % about, _advice())


def _of_groups(found: Fairness) -> tuple[str, ...]:
    clear = [name(found.by, g) for g in found.groups if g.gap is not None and g.gap.clear]
    if not clear:
        return (gettext("No line is clearly apart from all others."),)
    first = gettext("Clearly apart from all others: %s.") % ", ".join(clear)
    return (first, _advice())


def _advice() -> str:
    return gettext(
        "Why, figures cannot tell: it may be the microphones, the kind of calls or the work"
        " itself. Listen to some of these conversations before you compare people."
    )
