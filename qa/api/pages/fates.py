"""What was erased of a conversation, and until when the rest is kept, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.api import words
from qa.api.i18n import N_, Texts, gettext
from qa.store.erasing.policies import What
from qa.store.erasing.views import Fate

KINDS: Mapping[What, str] = Texts(
    {
        What.AUDIO: N_("Sound"),
        What.UNREDACTED: N_("Words before redaction"),
        What.TEXT: N_("Text"),
        What.SCORES: N_("Scores"),
    }
)


def gone(fates: Sequence[Fate]) -> list[str]:
    """Word what was erased, when and why."""
    return [_gone(fate) for fate in fates if fate.erased_at is not None]


def _gone(fate: Fate) -> str:
    about = {"what": KINDS[fate.what], "day": _day(fate), "rule": fate.rule}
    if not fate.rule:
        return gettext("%(what)s: erased on %(day)s, as the customer asked.") % about
    return gettext("%(what)s: erased on %(day)s by the rule “%(rule)s”.") % about


def kept(fates: Sequence[Fate]) -> str:
    """Word until when the rest is kept; "" = no rule ends it."""
    return "; ".join(
        gettext("%(what)s until %(day)s by the rule “%(rule)s”")
        % {"what": KINDS[fate.what], "day": _day(fate), "rule": fate.rule}
        for fate in fates
        if fate.until is not None
    )


def _day(fate: Fate) -> str:
    at = fate.erased_at or fate.until
    return words.day(at) if at else ""
