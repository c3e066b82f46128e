"""What a reviewer's page knows of a conversation besides its words and scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa.access import Facts, Principal, Right, Scope
from qa.api.i18n import N_, Texts
from qa.store import Store
from qa.store.desk.blind import Sheet
from qa.store.desk.remarks import Comment
from qa.store.desk.reviewing import Review
from qa.store.views import Logged

#: Languages that there are packs for, by their own names.
LANGUAGES = (("en", "English"), ("ru", "Русский"), ("ro", "Română"), ("hu", "Magyar"))

_KINDS: Mapping[str, str] = Texts(
    {
        "override": N_("gave a verdict"),
        "undo": N_("took a verdict back"),
        "roles swapped": N_("swapped the roles"),
        "language corrected": N_("put the language right"),
        "scored again": N_("asked for another score"),
        "released": N_("showed it to the agent"),
        "taken back": N_("hid it from the agent"),
        "reviewed": N_("was through with it"),
        "reopened": N_("was not through after all"),
        "second look asked": N_("asked for a second look"),
        "second look answered": N_("answered a second look"),
        "acknowledged": N_("read the result"),
        "sound released": N_("let the sound be an example"),
        "sound withdrawn": N_("let the sound be an example no more"),
        "commented": N_("commented"),
        "starred": N_("starred a moment"),
    }
)


@dataclass(frozen=True)
class Remark:
    """A comment or a star under a turn."""

    text: str
    who: str
    star: bool
    #: Of whoever looks, so they may remove it.
    mine: bool
    #: Of a comment.
    number: int = 0


@dataclass(frozen=True)
class Entry:
    """A line of the history."""

    at: object
    who: str
    what: str


@dataclass(frozen=True)
class DeskView:
    """The state of a conversation's review, as one person sees it."""

    version: str
    others: tuple[str, ...]
    #: Whether their own verdicts are awaited before they see others'.
    blind: bool
    sheets: tuple[Sheet, ...]
    reviews: tuple[Review, ...]
    #: Whether somebody is through with it.
    through: bool
    whole: tuple[Comment, ...]
    remarks: Mapping[int, tuple[Remark, ...]]
    history: tuple[Entry, ...]
    language: str
    languages: tuple[tuple[str, str], ...] = LANGUAGES

    def at(self, turn: int) -> tuple[Remark, ...]:
        """Return what was said of a turn."""
        return self.remarks.get(turn, ())


def desk_view(
    store: Store, id: str, who: Principal, facts: Facts, *, language: str | None
) -> DeskView:
    """Return how far the review of a conversation is, for whoever looks at it."""
    mine = who.scope(Right.READ)
    judges = who.may(Right.OVERRIDE, facts)
    blind = judges and store.blind.hides(id, mine)
    whole, remarks = _remarks(store, id, who, mine)
    reviews = () if blind else store.reviewing.of(id, scope=mine)
    saved = tuple(r for r in _one_each(reviews) if r.saved_at is not None)
    return DeskView(
        version=store.reviewing.version(id),
        others=store.reviewing.present(id, who=who.name) if judges else (),
        blind=blind,
        sheets=store.blind.sheets(id) if blind else (),
        reviews=saved if judges else (),
        through=store.reviewing.through(id),
        whole=whole,
        remarks=remarks,
        history=_history(store.log(id)) if judges and not blind else (),
        language=(language or "").split("-")[0],
    )


def _one_each(reviews: tuple[Review, ...]) -> tuple[Review, ...]:
    """Leave one review of each person: they are through with all cards at once."""
    return tuple({review.reviewer: review for review in reviews}.values())


def _remarks(
    store: Store, id: str, who: Principal, mine: Scope
) -> tuple[tuple[Comment, ...], dict[int, tuple[Remark, ...]]]:
    comments = store.remarks.comments(id, scope=mine, who=who.name)
    by_turn: dict[int, list[Remark]] = {}
    for c in comments:
        if c.turn is not None:
            remark = Remark(c.text, c.who, star=False, mine=c.who == who.name, number=c.number)
            by_turn.setdefault(c.turn, []).append(remark)
    for s in store.remarks.stars(id, scope=mine, who=who.name):
        remark = Remark(s.thanks, s.who, star=True, mine=s.who == who.name)
        by_turn.setdefault(s.turn, []).append(remark)
    whole = tuple(c for c in comments if c.turn is None)
    return whole, {turn: tuple(found) for turn, found in by_turn.items()}


def _history(entries: tuple[Logged, ...]) -> tuple[Entry, ...]:
    known = dict(_KINDS)
    return tuple(
        Entry(e.at, e.who, f"{known.get(e.kind, e.kind)} {e.detail.get('item', '')}".strip())
        for e in reversed(entries)
    )
