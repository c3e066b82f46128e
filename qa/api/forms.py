"""A file that comes with a form: how it is declared, and read no sooner than it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from qa.errors import UsageError

#: Fields that a form may have beside its file.
_FIELDS = 8


def file_form(file: str = "", **fields: str) -> dict[str, Any]:
    """Return what the API's description says of a form: a file, and fields that may be left out.

    Parameters
    ----------
    file, fields : what is said of each.
    """
    said = {"description": file} if file else {}
    properties: dict[str, Any] = {"file": {"type": "string", "format": "binary", **said}}
    properties |= {k: {"type": "string", "description": text} for k, text in fields.items()}
    schema = {"type": "object", "required": ["file"], "properties": properties}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def sent_file(request: Request, *, mend: str) -> AsyncIterator[tuple[UploadFile, FormData]]:
    """Give the file of a form, and the form. A route that reads it itself knows its right first.

    Raises
    ------
    UsageError : no file came; `mend` says what was expected.
    """
    async with request.form(max_files=1, max_fields=_FIELDS) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UsageError("No file was sent.", mend)
        yield file, form
