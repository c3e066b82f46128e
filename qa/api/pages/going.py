"""Where a browser goes after a form: the answer to a POST is an address to read (303)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.responses import RedirectResponse, Response


def to(address: str, anchor: str = "") -> Response:
    """Lead to an address, and to a place on its page if `anchor` can be the name of one."""
    place = f"#{anchor}" if anchor.isalnum() else ""
    return RedirectResponse(address + place, status_code=HTTPStatus.SEE_OTHER)


def to_conversation(id: str, anchor: str = "") -> Response:
    """Lead to a conversation, and there to an item (`a0i4`) or a turn (`t5`)."""
    return to(f"/conversations/{id}", anchor)


def local_path(wanted: str) -> str:
    """Return a path of this server: what was wanted, or the first page."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own else "/"
