"""Which rows requests leave in the audit log.

A route declares what whoever calls it does (`qa.api.identity.requires`), or that follows from
the right that it needs. The row is written when the route has answered and before the answer
is sent: nobody sees what could not be written down, and what was refused or is not there was
not seen. What changes something is written by the store, with the change; so are looks at
what was said before redaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from qa.access import Principal, Right
from qa.access.secrets import digest
from qa.store import Store
from qa.store.acts import Act, Detail, Kind

#: What somebody does who only reads, by the right that it needs. Lists of conversations, of
#: accounts and of cards show nothing that was said, so they are not here.
READS: Mapping[Right, Act] = {
    Right.READ: Act.SEEN,
    Right.SECOND_LOOK: Act.SEEN,
    Right.HEAR: Act.HEARD,
    Right.FIGURES: Act.FIGURES,
    Right.EXAMPLES: Act.SEARCHED,
    Right.EXPORT: Act.EXPORTED,
    Right.AUDIT: Act.AUDITED,
}
#: What is done again and again while somebody looks: one row an hour for each thing.
LOOKS = frozenset({Act.SEEN, Act.HEARD, Act.SEARCHED, Act.FIGURES, Act.AUDITED})
#: Names in addresses, and which things they name; the first that an address has counts.
_NAMED = (Kind.AGENT, Kind.TEAM, Kind.PROJECT, Kind.COLLECTION)


@dataclass(frozen=True)
class _About:
    kind: Kind = Kind.NONE
    object: str = ""
    detail: Detail = field(default_factory=dict)


def about(request: Request, kind: Kind, object: str = "", *, detail: Detail | None = None) -> None:
    """Say which thing a request is about, where its address does not."""
    request.state.about = _About(kind, object, detail or {})


def done(request: Request, right: Right, act: Act | None) -> Act | None:
    """Return what a request did, where that leaves a row; else None.

    Parameters
    ----------
    act : what its route declares.
    """
    reads = request.method == "GET"
    found = act or (READS.get(right) if reads else None)
    if found is Act.SEARCHED and reads and not request.query_params:
        return None  # of a search only the empty form was asked for
    return found


def write(request: Request, who: Principal, done: Act) -> None:
    """Write down what a request did.

    Raises
    ------
    StoreError : it could not be written, so it is not answered either.
    """
    store: Store = request.app.state.store
    thing = _thing(request)
    if done in LOOKS and not thing.detail:
        store.audit.looked(who.name, done, thing.kind, thing.object)
        return
    detail = dict(thing.detail)
    if done is Act.CHANGED:
        detail["what"] = request.scope["route"].name.replace("_", " ")
    store.audit.record(who.name, done, thing.kind, thing.object, detail=detail)


def _thing(request: Request) -> _About:
    told: _About | None = getattr(request.state, "about", None)
    if told is not None:
        return told
    given = request.path_params
    for kind in _NAMED:
        if kind in given:
            return _About(kind, str(given[kind]))
    if "link" in given:
        # The link opens the collection: its digest is how the store calls it.
        return _About(Kind.COLLECTION, digest(str(given["link"]))[:16])
    return _About()
