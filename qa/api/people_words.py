"""How roles, rights and what became of a recording's agent are worded for people."""

from __future__ import annotations

from collections.abc import Mapping

from qa.access import ALL, EVERYWHERE, Grant, Right, UserRole
from qa.api.i18n import N_, Texts, gettext
from qa.store.joining import Joined

ROLES: Mapping[UserRole, str] = Texts(
    {
        UserRole.ADMINISTRATOR: N_("Administrator"),
        UserRole.SUPERVISOR: N_("Supervisor"),
        UserRole.REVIEWER: N_("Reviewer"),
        UserRole.TRAINER: N_("Trainer"),
        UserRole.AGENT: N_("Agent"),
        UserRole.AUDITOR: N_("Auditor"),
        UserRole.SERVICE: N_("Program"),
    }
)

#: What each role is for, in the words of whoever gives it.
DUTIES: Mapping[UserRole, str] = Texts(
    {
        UserRole.ADMINISTRATOR: N_("everything, accounts included"),
        UserRole.SUPERVISOR: N_("reviews, draws samples, gives work out, sees figures"),
        UserRole.REVIEWER: N_("reviews what they are given"),
        UserRole.TRAINER: N_("finds examples, without names"),
        UserRole.AGENT: N_("sees their own conversations once released"),
        UserRole.AUDITOR: N_("sees everything, changes nothing"),
        UserRole.SERVICE: N_("works by tokens, never logs in"),
    }
)

RIGHTS: Mapping[Right, str] = Texts(
    {
        Right.LIST: N_("list conversations"),
        Right.READ: N_("read conversations and scores"),
        Right.HEAR: N_("hear conversations"),
        Right.ORIGINAL: N_("read and hear what was redacted"),
        Right.OVERRIDE: N_("give verdicts"),
        Right.CONFIRM_CRITICAL: N_("confirm critical fails"),
        Right.CORRECT: N_("correct roles and language, score again"),
        Right.COMMENT: N_("comment"),
        Right.STAR: N_("star moments"),
        Right.RELEASE: N_("release conversations to their agents"),
        Right.SAMPLE: N_("draw samples"),
        Right.ASSIGN: N_("give conversations to reviewers"),
        Right.SECOND_LOOK: N_("ask for a second look"),
        Right.ANSWER: N_("answer second looks"),
        Right.EXAMPLES: N_("search for examples"),
        Right.COLLECT: N_("make collections"),
        Right.EXPORT: N_("export"),
        Right.FIGURES: N_("see figures"),
        Right.CARDS: N_("read scorecards"),
        Right.PUBLISH: N_("publish scorecards"),
        Right.IMPORT: N_("take recordings in"),
        Right.USERS: N_("keep accounts and the roster: whoever may can take every right"),
        Right.TOKENS: N_("make tokens"),
        Right.AUDIT: N_("read the journal"),
        Right.AGENT_FILE: N_("take out all that is stored about an agent"),
        Right.RETENTION: N_("set how long things are kept"),
        Right.METRICS: N_("watch the service"),
    }
)

JOINED: Mapping[Joined, str] = Texts(
    {
        Joined.UNNAMED: N_("The recording names no agent"),
        Joined.UNKNOWN: N_("Not in the roster on that day"),
        Joined.AMBIGUOUS: N_("Several people could be meant"),
    }
)


def grant(held: Grant) -> str:
    """Word a role and where it is held: "Supervisor: team north, project retail"."""
    role = ROLES[held.role]
    if held.role in EVERYWHERE or held.role is UserRole.AGENT:
        return role
    # Outside of the string below: catalogues find no text within one.
    everywhere = gettext("everywhere")
    named = [(gettext("team"), held.team), (gettext("project"), held.project)]
    where = ", ".join(f"{what} {name}" for what, name in named if name != ALL)
    return f"{role}: {where or everywhere}"
