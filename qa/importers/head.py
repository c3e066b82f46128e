"""The beginning of a file, as the formats look at it to recognise their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qa.errors import InputError
from qa.importers.encoding import decode_head, encoding_of

#: Bytes that are read to recognise a file.
SIZE = 1 << 16
#: Bytes that are read of a bigger file of JSON, which may begin with the text of a whole call.
_FURTHER = 1 << 20
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"')
#: A string, and what of its beginning all encodings share.
_STRING = re.compile(
    rb'"(?P<start>[\x20-\x21\x23-\x5b\x5d-\x7e]{0,200})[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL
)
#: Bytes of a string beyond which it is cut short.
_LONG = 1_000
#: Levels of JSON that are looked at.
_DEPTH = 6
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"\\]|\\.)*)(?P<end>"?)|(?P<mark>[{}\[\],:])|(?P<plain>[^\s{}\[\],:"]+)',
    re.DOTALL,
)


@dataclass(frozen=True)
class Head:
    """The beginning of a file."""

    path: Path
    content: bytes
    #: Size of the whole file, in bytes.
    size: int

    @property
    def suffix(self) -> str:
        """The ending of its name, in lower case."""
        return self.path.suffix.lower()

    @cached_property
    def text(self) -> str:
        """The beginning as text, each line end one newline; "" where it is no text."""
        try:
            text = decode_head(self.content, encoding_of(self.content, self.path))
        except InputError:
            return ""
        if "\0" in text:
            return ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The whole lines of the beginning, without the empty ones."""
        lines = self.text.split("\n")
        whole = lines if self.size <= len(self.content) else lines[:-1]
        return [line.strip() for line in whole if line.strip()]

    @cached_property
    def json(self) -> Mapping[str, str]:
        """The keys of the first JSON object -> their first plain value, "" of others.

        Keys within keys are joined by dots, and a list is left out: ``segments.words.start``.
        Of a list of objects, or an object a line, the first is looked at. Empty where the
        file is no JSON. Works on a beginning that breaks off.
        """
        if not self.text.lstrip("\ufeff \n\t").startswith(("{", "[")):
            return {}
        return dict(_keys(self.text))

    def has(self, *keys: str) -> bool:
        """Say whether the first JSON object has all these keys; see `json`."""
        return all(key in self.json for key in keys)


def _keys(text: str) -> Iterator[tuple[str, str]]:
    """Yield the dotted keys of the first object, each once, with its value where it is plain."""
    path: list[str] = []  # of each open bracket: the key that it is the value of, or ""
    seen: set[str] = set()
    key, last = "", ""
    listed = text.lstrip("\ufeff \n\t").startswith("[")
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        opens, value = mark in _OPEN, token["text"] if mark is None else None
        if value is None:
            value = token["plain"]
        elif not key:
            last = value
        if key and (opens or value is not None):
            name = ".".join([*(p for p in path if p), key])
            if name not in seen and name.count(".") < _DEPTH:
                seen.add(name)
                yield name, (value or "")[:200]
        if opens:
            path.append(key)
        elif mark in _CLOSE:
            path = path[:-1]
        key = last if mark == ":" else ""
        if len(path) > _NESTED or (mark in _CLOSE and len(path) <= listed):
            return


_OPEN, _CLOSE = frozenset("{["), frozenset("}]")
#: Levels of brackets beyond which nothing is a conversation.
_NESTED = 64


def read_head(path: Path) -> Head:
    """Read the beginning of a file.

    Raises
    ------
    OSError : it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(SIZE)
        if len(content) == SIZE and _JSON.match(content):
            content += file.read(_FURTHER)
    return head_of(path, content, path.stat().st_size)


def head_of(path: Path, content: bytes, size: int) -> Head:
    """Return the head of a file that begins with some content; of JSON, long texts cut short."""
    if len(content) > SIZE and _JSON.match(content):
        content = _STRING.sub(_cut, content)
    return Head(path=path, content=content[:SIZE], size=size)


def _cut(string: re.Match[bytes]) -> bytes:
    whole = string[0]
    return whole if len(whole) < _LONG else b'"' + string["start"] + b'"'
