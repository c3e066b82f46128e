"""Why a file is of no known format, for a message."""

from __future__ import annotations

import json
import re
from pathlib import Path

from qa.errors import InputError
from qa.importers.encoding import encoding_of
from qa.importers.head import Head, read_head
from qa.importers.json_items import LINES, parse_file

#: Keys that are named; bytes of JSON that are looked at.
_KEYS, _MOST = 6, 4 << 20
#: A column by its name, rather than a cell that holds what somebody said.
_COLUMN = re.compile(r"[A-Za-z_]\w{0,39}")


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
    return _of_json(path, head) if _is_json(head) else _of_text(head)


def _is_json(head: Head) -> bool:
    return bool(head.json) or head.text.lstrip().startswith(("{", "["))


def _of_text(head: Head) -> str:
    if head.suffix in {".csv", ".tsv"} and head.lines:
        cells = (cell.strip() for cell in re.split(r"[,;\t]", head.lines[0]))
        named = [cell for cell in cells if _COLUMN.fullmatch(cell)]
        return f": a table with the columns {', '.join(named[:_KEYS])}" if named else ""
    if head.suffix in {".txt", ".text"}:
        return ": no labels such as 'Agent:' say who speaks"
    return ": it does not begin with WEBVTT" if head.suffix == ".vtt" else ""


def _of_bytes(path: Path, content: bytes) -> str:
    try:
        encoding_of(content, path)
    except InputError as err:
        return f" ({err.reason.removeprefix(f'{path}: ').rstrip('.')})"
    return ": it is no text"


def _of_json(path: Path, head: Head) -> str:
    keys = list(head.json)
    if head.size <= _MOST and path.suffix.lower() not in LINES:
        try:
            parse_file(path, path.read_text("utf-8-sig"))
        except InputError as err:
            return f": {err.reason.removeprefix(f'{path}:').rstrip('.')}"
        except (OSError, UnicodeDecodeError, json.JSONDecodeError):
            return ": no valid JSON"
    plain = [key for key in keys if key.isidentifier()][:_KEYS]
    return f": JSON with the keys {', '.join(plain)}" if plain else ": JSON without known keys"
