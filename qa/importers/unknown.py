"""Why a file is of no known format, for a message."""

from __future__ import annotations

import json
from pathlib import Path

from qa.errors import InputError
from qa.importers.encoding import encoding_of
from qa.importers.head import read_head
from qa.importers.json_items import parse_file

#: Keys that are named; bytes of JSON that are looked at.
_KEYS, _MOST = 6, 4 << 20


def why_none(path: Path) -> str:
    """Return what a file is instead of a conversation, as the end of a sentence; quotes nothing."""
    try:
        head = read_head(path)
    except OSError:
        return ""
    if head.size == 0:
        return ": it is empty"
    if not head.text:
        return _of_bytes(path, head.content)
    if head.json or head.text.lstrip().startswith(("{", "[")):
        return _of_json(path, list(head.json), head.size)
    if path.suffix.lower() == ".vtt":
        return ": it does not begin with WEBVTT"
    return ""


def _of_bytes(path: Path, content: bytes) -> str:
    try:
        encoding_of(content, path)
    except InputError as err:
        return f" ({err.reason.removeprefix(f'{path}: ').rstrip('.')})"
    return ": it is no text"


def _of_json(path: Path, keys: list[str], size: int) -> str:
    if size <= _MOST:
        try:
            parse_file(path, path.read_text("utf-8-sig"))
        except InputError as err:
            return f": {err.reason.removeprefix(f'{path}:').rstrip('.')}"
        except (OSError, UnicodeDecodeError, json.JSONDecodeError):
            return ": no valid JSON"
    plain = [key for key in keys if key.isidentifier()][:_KEYS]
    return f": JSON with the keys {', '.join(plain)}" if plain else ": JSON without known keys"
