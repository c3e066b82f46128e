"""Taking an uploaded file in, to be scored before whatever else waits; for both doors."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from qa.access import Part, Principal, Right
from qa.api.actions import cards_for
from qa.errors import InputError, QaError, UsageError
from qa.records import Conversation
from qa.settings import Settings
from qa.store import Store
from qa.store.vault import with_copies

#: Bytes that an upload may have: a call of three hours, uncompressed.
LARGEST = 500_000_000
#: Conversations that one file may hold; more of them are no case for waiting at a page.
MOST = 100
_LONGEST_NAME = 120


def take_upload(
    store: Store,
    settings: Settings,
    file: BinaryIO,
    name: str,
    *,
    who: Principal,
    card: str = "",
    agent: str = "",
) -> tuple[str, ...]:
    """Take in what an uploaded file holds, and let it be judged first; return the ids.

    Content that is known is asked for again where a card is named that has not judged it.

    Parameters
    ----------
    name : as the browser calls it; tells nothing but the ending and what people see.
    agent : id of the agent, where the file does not say.

    Raises
    ------
    InputError : no conversation is in it.
    UnknownName : there is no such scorecard.
    UsageError : too many conversations, or content that is here already, out of sight.
    DiskFull, StoreError : nothing of it was kept.
    """
    if card:
        from qa.jobs.cards import card_in_use  # noqa: PLC0415 - language data loads on first use

        card_in_use(card, settings, store)
    with store.vault.scratch() as folder:
        path = folder / plain_name(name)
        with path.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
        found = [_placed(one, folder, who, agent) for one in _found(path, settings)]
        ids = [_register(store, settings, one, card, who) for one in found]
    store.hurry(ids)
    return tuple(ids)


def _found(path: Path, settings: Settings) -> list[Conversation]:
    from qa.importers import Rejected, find  # noqa: PLC0415 - importers load on first use

    found, errors = [], list[QaError]()
    for one in find([path], settings):
        if isinstance(one, Rejected):
            errors.append(one.error)
        else:
            found.append(one)
        if len(found) > MOST:
            raise UsageError(
                f"The file holds more than {MOST} conversations.", "Take it in with: qa import"
            )
    if not found:
        first = errors[0] if errors else InputError("There is no conversation in it.", "")
        raise InputError(first.reason.replace(f"{path.parent}/", ""), first.mend)
    return found


def _placed(found: Conversation, folder: Path, who: Principal, agent: str) -> Conversation:
    """Return a conversation as it will be known: whose it is, and not where it lay for now."""
    meta = found.metadata
    # Whoever brings it must be able to see it: it falls to their own team and project.
    parts = who.scope(Right.LIST).parts
    mine = Part() if Part() in parts or not parts else parts[0]
    given = {
        "agent_id": meta.agent_id or agent or None,
        "team": meta.team or mine.team,
        "project": meta.project or mine.project,
    }
    return found.model_copy(
        update={
            "source": found.source.replace(f"{folder}/", "upload/"),
            "metadata": meta.model_copy(update=given),
        }
    )


def _register(
    store: Store, settings: Settings, found: Conversation, card: str, who: Principal
) -> str:
    erased = store.erasing.erased_before([found])
    if erased:
        raise UsageError(
            f"This content was erased here on {erased[found.id].date()}.",
            "What was erased is not taken in again.",
        )
    cards = (card,) if card else cards_for(found, settings)
    new = store.register(with_copies(found, store.vault), cards)
    known = store.by_checksum(found.checksum)
    if not new and not who.may(Right.LIST, store.facts(known)):
        raise UsageError(
            "This content is here already, among conversations that you may not see.",
            "Ask your administrator.",
        )
    return known


def plain_name(name: str) -> str:
    """Return the name of a file without folders and what file systems stumble over.

    >>> plain_name("calls/../über call?.wav")
    'über call_.wav'
    """
    last = PurePosixPath(PureWindowsPath(name).name).name
    kept = re.sub(r"[^\w.()+ -]", "_", last).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    short = f"{stem[:_LONGEST_NAME]}{dot}{suffix[:20]}" if dot else kept[:_LONGEST_NAME]
    return short or "upload"
