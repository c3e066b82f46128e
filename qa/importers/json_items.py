"""JSON, a list of it or a line of it each: the items of a file, however big it is.

A file that fits into memory is read at once, so that a mistake is named by line and
column. A longer list is read item by item. What is broken costs itself alone: behind a
broken item of a list the reading goes on where the next one like the others begins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from qa.errors import FormatError
from qa.importers.base import Item, Rejected
from qa.importers.encoding import lines, open_text, read_text

#: A file of one conversation may be this long (bytes), an item of many (characters).
LIMIT = 100 << 20
#: A list of up to this many bytes is read at once.
AT_ONCE = 4 << 20
#: Levels that objects and lists may lie in each other.
DEPTH = 64
_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
_NEXT = re.compile(r"[,\[]\s*(?=\{)")
LINES = frozenset({".jsonl", ".ndjson"})
_LIST = re.compile(r'\s*(?:\{\s*"(?P<key>[^"\\]+)"\s*:\s*)?\[')


def json_items(
    path: Path, *, under: tuple[str, ...] = (), encoding: str = ""
) -> Iterator[Item | Rejected]:
    """Yield the items of a JSON file.

    Parameters
    ----------
    under : keys of the outermost object that may hold a list of items.
    encoding : of the file; "" = found out.

    Raises
    ------
    FormatError : the file holds no JSON at all, or one item that is too long.
    OSError : it cannot be read.
    """
    if path.suffix.lower() in LINES or _is_lines(path, encoding):
        yield from _lines(path, encoding)
    elif path.stat().st_size <= AT_ONCE:
        yield from _at_once(path, under, encoding)
    else:
        yield from _long(path, under, encoding)


def _is_lines(path: Path, encoding: str) -> bool:
    """Say whether a file holds an object on each line, whatever its name."""
    with open_text(path, encoding=encoding) as file:
        first, second = file.readline(_CHUNK).strip(), file.readline(_CHUNK).strip()
    return first.startswith("{") and first.endswith("}") and second.startswith("{")


def _lines(path: Path, encoding: str) -> Iterator[Item | Rejected]:
    number = 0
    try:
        with open_text(path, encoding=encoding) as file:
            for number, line in enumerate(lines(file, limit=LIMIT), 1):
                place = f"line {number}"
                if line is None:
                    yield _rejected(path, place, "longer than a conversation may be.", None)
                elif line.strip():
                    yield _line(path, place, line)
    except UnicodeDecodeError as err:
        place = f"line {number + 1}"
        yield _rejected(path, place, f"not in {err.encoding}; the rest cannot be read.", None)


def _line(path: Path, place: str, line: str) -> Item | Rejected:
    try:
        return Item(path, parse(line.lstrip("\ufeff")), place)
    except (ValueError, RecursionError) as err:
        return _rejected(path, place, f"the line is no valid JSON ({_why(err)}).", line)


def _at_once(path: Path, under: tuple[str, ...], encoding: str) -> Iterator[Item | Rejected]:
    text = read_text(path, limit=LIMIT, encoding=encoding)
    try:
        value = parse(text)
    except (ValueError, RecursionError) as err:
        start = _LIST.match(text)
        if start is None or (start["key"] and start["key"] not in under):
            _refuse(path, err)
        found = list(_Walk(path, text, start.end()).items())
        if not any(isinstance(one, Item) for one in found):
            _refuse(path, err)
        yield from found
        return
    items = value
    if isinstance(value, dict):
        items = next((value[k] for k in under if isinstance(value.get(k), list)), value)
    if not isinstance(items, list):
        yield Item(path, items)
        return
    for number, item in enumerate(items, 1):
        yield Item(path, item, f"item {number}" if len(items) > 1 else "")


def parse_file(path: Path, text: str) -> Any:
    """Return the value of a file's JSON.

    Raises
    ------
    FormatError : it is none; names line and column.
    """
    try:
        return parse(text)
    except (ValueError, RecursionError) as err:
        _refuse(path, err)


def _refuse(path: Path, err: ValueError | RecursionError) -> NoReturn:
    if isinstance(err, json.JSONDecodeError):
        reason = f"{path}:{err.lineno}:{err.colno}: no valid JSON ({_why(err)})."
    else:
        reason = f"{path}: no valid JSON ({_why(err)})."
    raise FormatError(reason, "Export the file again, or mend it there.") from err


def _long(path: Path, under: tuple[str, ...], encoding: str) -> Iterator[Item | Rejected]:
    with open_text(path, encoding=encoding) as file:
        head = file.read(_CHUNK)
        start = _LIST.match(head.lstrip("\ufeff"))
        if start is not None and (not start["key"] or start["key"] in under):
            text = head.lstrip("\ufeff")
            yield from _Walk(path, text, start.end(), more=file).items()
            return
    yield from _at_once(path, under, encoding)


def parse(text: str) -> Any:
    """Return the value of JSON text.

    Raises
    ------
    ValueError : no JSON; NaN and infinity are none; or nested deeper than `DEPTH`.
    RecursionError : nested deeper than the parser can go.
    """
    value = json.loads(text, parse_constant=_no_number)
    _check_depth(value, text)
    return _whole(value, text)


def _whole(value: Any, text: str) -> Any:
    """Return a value without the lone halves of pairs that its text may have held."""
    if _HALF_ESCAPED.search(text) is None:
        return value
    return json.loads(_HALF.sub("", json.dumps(value, ensure_ascii=False)))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _check_depth(value: Any, text: str) -> None:
    if text.count("{") + text.count("[") <= DEPTH:
        return  # as in most conversations, and it takes no walk through them
    level = [value]
    for _ in range(DEPTH):
        level = [
            part
            for one in level
            if isinstance(one, (dict, list))
            for part in (one.values() if isinstance(one, dict) else one)
            if isinstance(part, (dict, list))
        ]
        if not level:
            return
    raise ValueError("nested too deeply to be a conversation")


def _why(err: ValueError | RecursionError) -> str:
    if isinstance(err, json.JSONDecodeError):
        return err.msg.lower()
    if isinstance(err, RecursionError):
        return "nested too deeply to be a conversation"
    text = str(err)  # of `parse`; Python's own speak of digits of whole numbers
    return text if len(text) < 80 else "a number too long to read"  # noqa: PLR2004


def _rejected(path: Path, place: str, what: str, raw: str | None) -> Rejected:
    item = Item(path, raw, place)
    mend = "Mend it, and import the file of rejects again."
    return Rejected(item.source, item.wrong(what, mend), place, raw=raw)


class _Walk:
    """Goes through a list whose text may come bit by bit.

    Parameters
    ----------
    at : where the first item begins in the text.
    """

    def __init__(self, path: Path, text: str, at: int, *, more: TextIO | None = None) -> None:
        self._path = path
        self._text = text
        self._at = at
        self._more = more
        self._decoder = json.JSONDecoder(parse_constant=_no_number)
        self._keys: frozenset[str] = frozenset()

    def items(self) -> Iterator[Item | Rejected]:
        """Yield the items, and what was broken in their places."""
        number = 0
        while True:
            self._space()
            if number and self._text[self._at : self._at + 1] == ",":
                self._at += 1
                self._space()
            if self._text[self._at : self._at + 1] == "]":
                return
            number += 1
            place = f"item {number}"
            try:
                value = self._value()
            except (ValueError, RecursionError) as err:
                yield self._broken(place, err)
                if not self._next_alike():
                    return
                continue
            if isinstance(value, dict):
                self._keys = self._keys or frozenset(value)
            yield Item(self._path, value, place)

    def _value(self) -> Any:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._grow():
                    raise
            else:
                text, self._at = self._text[self._at : end], end
                _check_depth(value, text)
                return _whole(value, text)

    def _fill(self) -> None:
        """Keep something to read ahead, and drop what was read."""
        if self._more is not None and len(self._text) - self._at < _CHUNK // 4:
            self._text, self._at = self._text[self._at :], 0
            self._grow()

    def _grow(self) -> bool:
        if self._more is None or len(self._text) - self._at > LIMIT:
            return False
        try:
            added = self._more.read(max(_CHUNK, len(self._text) - self._at))
        except UnicodeDecodeError:
            added = ""
        self._text = self._text[self._at :] + added
        self._at = 0
        return bool(added)

    def _space(self) -> None:
        """Go to what is not white space, and keep something to read ahead."""
        while True:
            self._fill()
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._grow():
                return

    def _broken(self, place: str, err: ValueError | RecursionError) -> Rejected:
        raw = self._text[self._at : self._at + _CHUNK]
        what = f"no valid JSON ({_why(err)})."
        if not self._text[self._at :].strip():
            what = "the file ends here, within the list."
        return _rejected(self._path, place, what, raw[:10_000])

    def _next_alike(self) -> bool:
        """Go to where the next item like the first begins; say whether there is one."""
        for start in _NEXT.finditer(self._text, self._at + 1):
            try:
                value, _ = self._decoder.raw_decode(self._text, start.end())
            except (ValueError, RecursionError):
                continue
            if self._keys and 2 * len(self._keys & set(value)) >= len(self._keys | set(value)):
                self._at = start.end()
                return True
        return False
