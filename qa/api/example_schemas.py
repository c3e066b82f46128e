"""What the API takes and answers about examples and collections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api.blanks import FromForms
from qa.api.clips import can_be_heard
from qa.api.schemas import LARGEST, Number, Public
from qa.records import Channel, Verdict
from qa.store import Store
from qa.store.desk.candidates import Wanted
from qa.store.desk.collected import Collected, Collection, Listed, Share
from qa.store.desk.excerpts import CONTEXT, MOST_CONTEXT, Moment, Said


class ExamplesQuery(FromForms):
    """Which moments, and which page of them; starred ones first, then what humans confirmed."""

    model_config = ConfigDict(extra="forbid")

    item: str = Field(default="", description="Id of an item.")
    card: str = Field(default="", description="Id of a scorecard.")
    verdict: Verdict | None = Field(default=None, description="pass, partial or fail.")
    starred: bool = Field(default=False, description="Only those that somebody starred.")
    language: str = Field(default="", description="BCP-47.")
    team: str = ""
    project: str = ""
    channel: Channel | None = None
    min_seconds: float | None = Field(default=None, ge=0, description="With its context.")
    max_seconds: float | None = Field(default=None, ge=0)
    max_turns: int | None = Field(default=None, ge=1, le=LARGEST)
    text: str = Field(default="", max_length=200, description="Words that are said in it.")
    before: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT, description="Turns before it.")
    after: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT, description="Turns after it.")
    place: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=10, ge=1, le=100)

    def wanted(self) -> Wanted:
        """Return the conditions as the store takes them."""
        return Wanted(**self.model_dump(exclude={"place", "limit"}))


class MomentOut(Public):
    """A moment: redacted, without names, and without what would lead to whose it is."""

    ref: str = Field(description="Names it in searches; empty in a collection.")
    conversation: str | None = Field(description="For who may read all of it; else null.")
    card: str
    item: str
    ask: str
    verdict: Verdict | None
    confirmed: bool = Field(description="A human gave the verdict.")
    starred: bool
    channel: Channel
    language: str
    project: str
    seconds: float | None
    audio: str | None = Field(description="Where it can be heard; null where it cannot be.")
    said: tuple[Said, ...]

    @classmethod
    def of(cls, store: Store, moment: Moment, readable: frozenset[str], *, audio: str) -> Self:
        """Build it; `audio` is where it would be heard, `readable` what `readable_by` returned."""
        left = {"conversation", "first", "last", "start", "end", "hush", "sound", "said"}
        return cls(
            **moment.model_dump(exclude=left),
            conversation=moment.conversation if moment.conversation in readable else None,
            seconds=moment.seconds,
            audio=audio if can_be_heard(store, moment) else None,
            said=moment.said,
        )


def readable_by(store: Store, who: Principal, moments: Iterable[Moment]) -> frozenset[str]:
    """Return which of the moments' conversations somebody may read anyway."""
    return store.within({m.conversation for m in moments}, who.scope(Right.READ))


class ExamplesOut(Public):
    """Some moments."""

    items: tuple[MomentOut, ...]
    next: str | None = Field(description="Give it as `place` for more; null at the end.")


class CollectionIn(BaseModel):
    """A new collection."""

    model_config = ConfigDict(extra="forbid")

    name: str
    note: str = ""


class CollectionChange(BaseModel):
    """What of a collection changes; null stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    note: str | None = None


class CollectIn(BaseModel):
    """A moment to collect: an example that was found, or turns of a conversation."""

    model_config = ConfigDict(extra="forbid")

    example: str = Field(default="", description="`ref` of an example.")
    before: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)
    after: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)
    conversation: str = Field(default="", description="For who may read it: its id,")
    first: int = Field(default=0, ge=0, description="the first turn, counted from 0,")
    last: int = Field(default=0, ge=0, description="and the last one.")
    card: str = ""
    item: str = Field(default="", description="What it is an example of.")
    note: str = ""


class CollectedChange(BaseModel):
    """Another note, or another place, counted from 0; null stays."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None
    place: Number | None = None


class AddedOut(Public):
    """Where a moment was put."""

    collection: str
    moment: int


class CollectedOut(Public):
    """A moment of a collection, with what is said of it."""

    id: int
    note: str
    moment: MomentOut

    @classmethod
    def of(cls, store: Store, one: Collected, readable: frozenset[str], *, at: str) -> Self:
        """Build it; `at` is the address of the collection."""
        audio = f"{at}/moments/{one.id}/audio"
        moment = MomentOut.of(store, one.moment, readable, audio=audio)
        return cls(id=one.id, note=one.note, moment=moment)


class ListedOut(Public):
    """A collection in a list."""

    id: str
    name: str
    note: str
    made_at: datetime
    changed_at: datetime
    moments: int

    @classmethod
    def of(cls, one: Listed) -> Self:
        """Build it."""
        return cls(**one.model_dump(exclude={"owner"}))


class CollectionsOut(Public):
    """Somebody's collections, changed last first."""

    items: tuple[ListedOut, ...]


class CollectionOut(Public):
    """A collection with its moments in their order."""

    id: str
    name: str
    note: str
    changed_at: datetime
    moments: tuple[CollectedOut, ...]
    hidden: int = Field(description="So many more are of conversations that you may not see.")

    @classmethod
    def of(cls, store: Store, found: Collection, who: Principal, *, at: str) -> Self:
        """Build it; `at` is its address."""
        readable = readable_by(store, who, [one.moment for one in found.moments])
        return cls(
            **found.model_dump(include={"id", "name", "note", "changed_at", "hidden"}),
            moments=tuple(CollectedOut.of(store, one, readable, at=at) for one in found.moments),
        )


class ShareIn(BaseModel):
    """For how long a link is good."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(default=30, ge=1, le=365)


class SharedOut(Public):
    """A new link: shown now, and never again."""

    id: str
    link: str = Field(description="Path of the page; works for who may see examples.")
    expires_at: datetime


class SharesOut(Public):
    """The links that were made."""

    items: tuple[Share, ...]
