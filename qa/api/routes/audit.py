"""The audit log: read by auditors and administrators, changed by nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from qa.access import Right
from qa.api.audit_schemas import AuditOut, AuditQuery, EntryOut, HeadOut
from qa.api.deps import StoreDep
from qa.api.identity import requires

router = APIRouter(tags=["audit"])


@router.get("/audit", dependencies=[requires(Right.AUDIT)])
def read_audit(store: StoreDep, query: Annotated[AuditQuery, Query()]) -> AuditOut:
    """Read who did what to what, newest first."""
    found = store.audit.page(query.asked(), before=query.before, limit=query.limit)
    return AuditOut(items=tuple(map(EntryOut.of, found.items)), next=found.next)


@router.get("/audit/head", dependencies=[requires(Right.AUDIT)])
def read_head(store: StoreDep) -> HeadOut:
    """Read where the log ends."""
    found = store.audit.head()
    return HeadOut(head=str(found) if found else None)
