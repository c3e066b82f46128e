"""How figures of agreement are worded; pages and command line share it."""

from __future__ import annotations

from qa.api import words
from qa.api.i18n import hundredths
from qa.store.desk.agreement import Estimate
from qa.store.desk.estimates import Share


def share(found: Share | Estimate) -> tuple[str, str]:
    """Word a share in percent, and its interval; "" where there is none."""
    value = found.share if isinstance(found, Share) else found.value
    if value is None:
        return words.DASH, ""
    low, high = (100 * (end or 0) for end in (found.low, found.high))
    return f"{100 * value:.0f} %", f"{low:.0f}{words.DASH}{high:.0f}"


def coefficient(found: Estimate) -> tuple[str, str]:
    """Word a coefficient, and its interval: two decimals, three dots between its ends.

    A dash would be taken for the minus that a low end may have.
    """
    if found.value is None or found.low is None or found.high is None:
        return words.DASH, ""
    return hundredths(found.value), f"{hundredths(found.low)} … {hundredths(found.high)}"
