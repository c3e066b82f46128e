"""How the inbox and draws are worded for people."""

from __future__ import annotations

from collections.abc import Mapping

from qa.api import words
from qa.api.i18n import N_, Texts, gettext
from qa.store.desk.inbox import Group
from qa.store.desk.reasons import Reason, Why

GROUPS: Mapping[Group, str] = Texts(
    {
        Group.CRITICAL: N_("A critical fail is suspected"),
        Group.HUMAN: N_("Needs a human"),
        Group.SAMPLE: N_("Drawn for review"),
    }
)

REASONS: Mapping[Reason, str] = Texts(
    {
        Reason.SUSPECTED: N_("Confirm or dismiss"),
        Reason.SECOND_LOOK: N_("The agent asks for a second look"),
        Reason.FAILED: N_("Could not be processed"),
        Reason.ROLES: N_("Not clear who the agent is"),
        Reason.AGAIN: N_("Confirm again, something else is said now"),
        Reason.PERSON: N_("A person answers this"),
        Reason.UNHEARD: N_("Not heard or seen well enough"),
    }
)


def why(reason: Why) -> str:
    """Word why a conversation needs a human: "A person answers this: tone"."""
    text = REASONS[reason.reason]
    if not reason.items:
        return text
    items = words.listing(item.replace("_", " ") for item in reason.items)
    return gettext("%(why)s: %(items)s") % {"why": text, "items": items}
