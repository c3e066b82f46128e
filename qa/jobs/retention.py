"""A run of retention, told as numbers and names; the same for every door and the scheduler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from qa.records import Record
from qa.store import Store
from qa.store.acts import Act
from qa.store.erasing.policies import What
from qa.store.erasing.views import Erased


class Counted(Record):
    """So many conversations lose, or would lose, one kind of content by one rule."""

    rule: str
    what: What
    conversations: int


class Retained(Record):
    """What a run of retention came to."""

    #: Nothing was changed: it was only looked what would be erased.
    dry_run: bool
    rules: tuple[Counted, ...]
    #: Conversations that lost something, and of which nothing is left.
    erased: int
    whole: int
    #: Ids of those left alone: held; being worked on, so they come next time.
    held: tuple[str, ...]
    busy: tuple[str, ...]
    #: What is still there though it should not be, by id: tried again by the next run.
    failed: dict[str, tuple[str, ...]]
    #: Recordings that lie elsewhere and are not ours to delete.
    outside: tuple[str, ...]
    #: The database kept nothing of what was deleted; else the next run sees to it.
    scrubbed: bool

    @property
    def complete(self) -> bool:
        """Whether all is gone that should be."""
        return self.scrubbed and not self.failed


def run(
    store: Store,
    *,
    who: str,
    dry_run: bool = False,
    step: Callable[[int], None] = lambda _: None,
) -> Retained:
    """Erase what the rules keep no longer, or look what that would be.

    Parameters
    ----------
    who : does it, as the audit log names them.
    step : told how many conversations were come to.

    Raises
    ------
    StoreError : the database does not answer; what was done is done, the next run goes on.
    """
    each = store.erasing.planned() if dry_run else store.erasing.run(who=who)
    made = told(_counted(each, step), dry_run=dry_run)
    made = made.model_copy(update={"scrubbed": dry_run or store.erasing.scrubbed})
    if not dry_run:
        numbers = {"erased": made.erased, "whole": made.whole, "failed": len(made.failed),
                   "held": len(made.held), "busy": len(made.busy)}  # fmt: skip
        store.audit.record(who, Act.RETENTION, detail={"what": "run", **numbers})
    return made


def told(each: Iterable[Erased], *, dry_run: bool) -> Retained:
    """Add up what became of conversations."""
    rules: Counter[tuple[str, What]] = Counter()
    erased = whole = 0
    held, busy = list[str](), list[str]()
    failed, outside = dict[str, tuple[str, ...]](), list[str]()
    for one in each:
        outside += one.outside
        if one.ending == "held":
            held.append(one.conversation)
        elif one.ending == "busy":
            busy.append(one.conversation)
        else:
            rules.update((rule, what) for what, rule in one.kinds.items())
            erased += 1
            whole += one.whole
            if one.ending == "failed":
                failed[one.conversation] = one.left
    return Retained(
        dry_run=dry_run,
        rules=tuple(
            Counted(rule=rule, what=what, conversations=n)
            for (rule, what), n in sorted(rules.items())
        ),
        erased=erased,
        whole=whole,
        held=tuple(held),
        busy=tuple(busy),
        failed=failed,
        outside=tuple(outside),
        scrubbed=True,
    )


def _counted(each: Iterable[Erased], step: Callable[[int], None]) -> Iterable[Erased]:
    for number, one in enumerate(each, 1):
        yield one
        step(number)
