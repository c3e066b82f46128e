"""Which characters a file's bytes stand for: told by it, found out, or refused by name."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from qa.errors import FormatError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Bytes by which an encoding is found out; what lies behind must agree.
_SAMPLE = 1 << 20
_CYRILLIC = re.compile("[а-яёА-ЯЁ]")
#: Letters beyond ASCII of Romanian, Hungarian and German in the Central European encodings,
#: and of Western languages in Windows-1252.
_CENTRAL = frozenset("ăâîșțşţĂÂÎȘȚŞŢáéíóöőúüűÁÉÍÓÖŐÚÜŰäÄß")
_WESTERN = frozenset("àâäçèéêëîïñôöùûüßåæøÀÂÄÇÈÉÊËÎÏÑÔÖÙÛÜÅÆØáíóúÁÍÓÚãõÃÕœ")
#: Hungarian's ő and ű and Romanian's ă read as Windows-1252: what must be there besides
#: before õ and ã are Portuguese and û French.
_PROOF = {"õ": "ãÃ", "Õ": "ãÃ", "ã": "õçÕÇ", "Ã": "õçÕÇ", "û": "àèêçÀÈÊÇ", "Û": "àèêçÀÈÊÇ"}
_SIGNS = frozenset("„“”‘’‚«»–—…•€£¡¿§©®°·№\u00a0")
_EUROPE = re.compile("[\\t\\n\\r -~\u00a0-\u024f\u0400-\u04ff\u2010-\u20bf№]")
_WORD = re.compile(r"[^\W\d_]+")


def encoding_of(content: bytes, path: Path) -> str:
    """Return the name of the encoding that text is in.

    By its byte order mark; else UTF-8 where it is valid; else Windows-1251, Windows-1250
    (as which Latin-2 is read where both give the same letters), Latin-2 or Windows-1252,
    if the letters make words in one of them alone.

    Raises
    ------
    FormatError : none fits, or more than one; names them.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    if _is_utf8(content):
        return "utf-8"
    sample = content[:_SAMPLE]
    if b"\0" in sample:
        name = _without_mark(sample)
        if name:
            return name
        raise FormatError(f"{path}: binary, no text.", "Give the text or JSON that was exported.")
    fitting = {name: worth for name in _OLD if (worth := _worth(sample, name)) >= _ENOUGH}
    best = max(fitting.values(), default=0.0)
    names = [name for name in fitting if fitting[name] >= best - _CLEAR]
    if not names:
        first = _first_bad(content)
        raise FormatError(
            f"{path}: not in UTF-8 (byte {first}), nor in {', '.join(_OLD)}.",
            "Save it in UTF-8, or say which encoding it is in: QA_ENCODING.",
        )
    if len({sample.decode(name, "replace") for name in names}) > 1:
        raise FormatError(
            f"{path}: may be in {' or '.join(names)}, which give different letters.",
            "Save it in UTF-8, or say which encoding it is in: QA_ENCODING.",
        )
    return names[0]


#: The old encodings that are tried, in the order in which they are preferred.
_OLD = ("cp1251", "cp1250", "iso8859_2", "cp1252")
#: Worth (share of letters that make sense, 0..1) of text that is in an encoding.
_ENOUGH = 0.9
#: How much better the best must be than the next.
_CLEAR = 0.05


def _is_utf8(content: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)  # the last letter may break off
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _first_bad(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as err:
        return err.start
    return 0


def _without_mark(sample: bytes) -> str:
    """Return which UTF-16 text without a byte order mark is in; "" for none.

    Its spaces and line ends have their zeros all on one side, and it holds letters of Europe.
    """
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if odd > 9 * even else "utf-16-be" if even > 9 * odd else ""
    try:
        text = codecs.getincrementaldecoder(name)().decode(sample) if name else ""
    except UnicodeDecodeError:
        return ""
    return name if text and len(_EUROPE.sub("", text)) < len(text) / 20 else ""


def _worth(sample: bytes, name: str) -> float:
    """Return how much of what is not ASCII makes sense in an encoding, 0..1."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return 0.0
    if re.search(r"[\x80-\x9f]", text):  # control characters that nobody writes
        return 0.0
    western = _WESTERN - {c for c, proof in _PROOF.items() if not any(p in text for p in proof)}
    good = total = 0
    for word in _WORD.findall(text):
        strange = [c for c in word if not c.isascii()]
        if not strange:
            continue
        total += len(strange)
        if word[:1].islower() and any(c.isupper() for c in word):
            continue  # a capital within a word: read in the wrong encoding
        if name == "cp1251":
            # Cyrillic words are Cyrillic throughout; one odd letter among Latin ones is not.
            good += len(strange) if all(_CYRILLIC.match(c) for c in word) else 0
        else:
            known = western if name == "cp1252" else _CENTRAL
            alone = len(word) > 1 and not any(c.isascii() for c in word)
            good += 0 if alone else sum(c in known for c in strange)
    signs = [c for c in text if not c.isascii() and not c.isalpha()]
    total += len(signs)
    good += sum(c in _SIGNS for c in signs)
    return good / total if total else 0.0


def decode_head(content: bytes, name: str) -> str:
    """Return the text of a beginning that may break off within a letter.

    Raises
    ------
    FormatError : it is not in that encoding.
    """
    try:
        return codecs.getincrementaldecoder(name)().decode(content)
    except UnicodeDecodeError as err:
        raise FormatError(f"not in {name} (byte {err.start}).") from err


def open_text(path: Path, *, encoding: str = "") -> TextIO:
    """Open a file as text in the encoding that it is in, line ends as they are.

    Raises
    ------
    FormatError : its encoding is not known.
    OSError : it cannot be read.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    name = encoding or encoding_of(sample, path)
    if name == "utf-8" and sample.isascii() and len(sample) == _SAMPLE:
        name = _of_the_rest(path)
    return path.open(encoding=name, newline="")


def _of_the_rest(path: Path) -> str:
    """Return the encoding of a long file whose beginning is ASCII."""
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_SAMPLE), b""):
            if not block.isascii():
                return encoding_of(block.lstrip(bytes(range(0x80, 0xC0))), path)
    return "utf-8"


def read_text(path: Path, *, limit: int, encoding: str = "") -> str:
    """Return a file's text, each line end one newline.

    Parameters
    ----------
    limit : bytes; a larger file is refused.

    Raises
    ------
    FormatError : too large, or in no known encoding.
    OSError : it cannot be read.
    """
    size = path.stat().st_size
    if size > limit:
        raise FormatError(
            f"{path}: {size:,} bytes, more than one conversation may have ({limit:,}).",
            "Split it into a conversation a file.",
        )
    content = path.read_bytes()
    name = encoding or encoding_of(content, path)
    try:
        text = content.decode(name)
    except UnicodeDecodeError as err:
        raise FormatError(
            f"{path}: not in {name} (byte {err.start}).", "Save it in UTF-8."
        ) from err
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def lines(file: TextIO, *, limit: int) -> Iterator[str | None]:
    """Yield the lines of a file; None for one that is longer than `limit` characters."""
    while line := file.readline(limit):
        if len(line) < limit or line.endswith(("\n", "\r")):
            yield line
            continue
        while (rest := file.readline(limit)) and not rest.endswith("\n"):
            pass
        yield None
