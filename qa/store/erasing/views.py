"""What erasing answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime

from qa.records import Record
from qa.store.erasing.policies import What

#: What became of one conversation: erased; held, or being worked on, so left alone; or some of
#: it is still there, and the next run tries again.
Ending = Literal["erased", "held", "busy", "failed"]


class Erased(Record):
    """What came of erasing something of a conversation, or (planned) would come."""

    conversation: str
    ending: Ending
    #: What went, and by which rule; "" = a customer's request.
    kinds: Mapping[What, str]
    #: Nothing of it is left.
    whole: bool = False
    #: Files that were removed: "playback", "original", "turns", "cache", "recording".
    files: tuple[str, ...] = ()
    #: Recordings elsewhere that are not ours to delete: a person must.
    outside: tuple[str, ...] = ()
    #: What could not be removed, or was found again afterwards.
    left: tuple[str, ...] = ()


class Fate(Record):
    """What happened, or will, to one kind of a conversation's content."""

    what: What
    #: Name of the rule; "" = a customer asked.
    rule: str
    #: When it was erased; None = not yet.
    erased_at: AwareDatetime | None = None
    #: Until when it is kept; None = it is erased, or kept for ever.
    until: AwareDatetime | None = None


class Hold(Record):
    """Nothing of a conversation may be erased."""

    number: int
    conversation: str
    reason: str
    who: str
    at: AwareDatetime
    removed_at: AwareDatetime | None = None
    removed_by: str = ""
