"""The rights, and which of them each role has: the whole policy is this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """Something that a person may be allowed to do."""

    # About conversations: held for some of them, by team, project or agent.

    #: See conversations in lists, and count them.
    LIST = "list"
    #: Read the redacted text of a conversation, its scores and their evidence.
    READ = "read"
    #: Hear a conversation, what was redacted silenced.
    HEAR = "hear"
    #: Read the text and hear the sound before redaction; asks for a reason, and is logged.
    ORIGINAL = "original"
    #: Put a verdict beside the machine's, and take it back.
    OVERRIDE = "override"
    #: Confirm or dismiss a suspected critical fail.
    CONFIRM_CRITICAL = "confirm_critical"
    #: Swap roles, correct the language, ask for another score.
    CORRECT = "correct"
    #: Comment on a moment.
    COMMENT = "comment"
    #: Star a moment, with thanks.
    STAR = "star"
    #: Show a conversation to its agent, or take it back.
    RELEASE = "release"
    #: Draw conversations for review.
    SAMPLE = "sample"
    #: Give conversations to reviewers.
    ASSIGN = "assign"
    #: Acknowledge one's own result, or ask for a second look.
    SECOND_LOOK = "second_look"
    #: Answer a second look that an agent asked for.
    ANSWER = "answer"
    #: Search for moments worth hearing, names left out.
    EXAMPLES = "examples"
    #: Gather moments in collections and share them.
    COLLECT = "collect"
    #: Take conversations and scores out as files.
    EXPORT = "export"
    #: See the figures of teams and projects, and of each agent whose conversations one lists.
    FIGURES = "figures"

    # About the service: held as a whole.

    #: Read scorecards.
    CARDS = "cards"
    #: Change and publish scorecards.
    PUBLISH = "publish"
    #: Take recordings and chats in.
    IMPORT = "import"
    #: Keep accounts, roles and the agents' roster.
    USERS = "users"
    #: Make API tokens for oneself, never with more rights than one has.
    TOKENS = "tokens"
    #: Read the journal of who did what.
    AUDIT = "audit"
    #: Take out all that is stored about one agent, for that agent.
    AGENT_FILE = "agent_file"
    #: Set how long things are kept, hold them, erase one customer's data.
    RETENTION = "retention"
    #: Watch the service: queue, workers, metrics.
    METRICS = "metrics"


class UserRole(StrEnum):
    """What somebody is here. Several may be held, each for teams and projects."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"
    TRAINER = "trainer"
    #: Sees conversations of their own, once released.
    AGENT = "agent"
    #: Sees everything, changes nothing.
    AUDITOR = "auditor"
    #: A program: works by tokens, never logs in.
    SERVICE = "service"


#: Rights that are held for some conversations and not for others.
ABOUT_CONVERSATIONS = frozenset(
    {
        Right.LIST,
        Right.READ,
        Right.HEAR,
        Right.ORIGINAL,
        Right.OVERRIDE,
        Right.CONFIRM_CRITICAL,
        Right.CORRECT,
        Right.COMMENT,
        Right.STAR,
        Right.RELEASE,
        Right.SAMPLE,
        Right.ASSIGN,
        Right.SECOND_LOOK,
        Right.ANSWER,
        Right.EXAMPLES,
        Right.COLLECT,
        Right.EXPORT,
        Right.FIGURES,
    }
)

_SEES = frozenset({Right.LIST, Right.READ, Right.HEAR, Right.CARDS})
_REVIEWS = _SEES | {
    Right.OVERRIDE,
    Right.CONFIRM_CRITICAL,
    Right.CORRECT,
    Right.COMMENT,
    Right.STAR,
    Right.ANSWER,
    Right.EXAMPLES,
    Right.TOKENS,
}

#: What each role may do.
RIGHTS: Mapping[UserRole, frozenset[Right]] = {
    # Only an agent asks for a second look at their own result.
    UserRole.ADMINISTRATOR: frozenset(Right) - {Right.SECOND_LOOK},
    UserRole.SUPERVISOR: _REVIEWS
    | {
        Right.RELEASE,
        Right.SAMPLE,
        Right.ASSIGN,
        Right.COLLECT,
        Right.EXPORT,
        Right.FIGURES,
        Right.IMPORT,
    },
    UserRole.REVIEWER: _REVIEWS,
    # Moments without names, never whole conversations: a trainer need not know whose they are.
    UserRole.TRAINER: frozenset({Right.EXAMPLES, Right.COLLECT, Right.CARDS}),
    UserRole.AGENT: _SEES | {Right.SECOND_LOOK},
    UserRole.AUDITOR: _SEES | {Right.FIGURES, Right.AUDIT, Right.AGENT_FILE},
    # A critical fail is a person's to confirm, never a program's.
    UserRole.SERVICE: _SEES
    | {
        Right.OVERRIDE,
        Right.CORRECT,
        Right.SAMPLE,
        Right.EXPORT,
        Right.FIGURES,
        Right.IMPORT,
        Right.METRICS,
    },
}

#: Roles that are held everywhere: they know neither teams nor projects.
EVERYWHERE = frozenset({UserRole.ADMINISTRATOR, UserRole.AUDITOR})
