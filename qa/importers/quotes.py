"""What a mail quotes of the ones before it, told from what it says itself."""

from __future__ import annotations

import re

#: The line before a quoted message: "On Friday, Ann wrote:", in the languages of the packs.
_WROTE = re.compile(
    r"^\s*(?:"
    r"On\b.{4,200}\bwrote"
    r"|Am\b.{4,200}\bschrieb\b.{0,100}"
    r"|Le\b.{4,200}\ba écrit"
    r"|(?:În|In|La|Pe)\b.{4,200}\ba scris"
    r"|.{4,200}\b(?:ezt írta|írta)\b.{0,100}"
    r"|.{4,200}(?:пишет|написал|написала|написал\(а\))"
    r")\s*:\s*$",
    re.IGNORECASE,
)
#: Characters of the longest such line.
_LONG = 330
#: The line before a forwarded or quoted message, as Outlook and others draw it.
_DRAWN = re.compile(
    r"^\s*(?:[-_]{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht"
    r"|Mesaj original|Eredeti üzenet|Исходное сообщение|Пересылаемое сообщение)\s*[-_]{2,}"
    r"|_{20,})\s*$",
    re.IGNORECASE,
)
#: The first of the headers that Outlook puts above what it quotes; the next must follow.
_HEADS = re.compile(r"^\s*\*?(?:From|Von|De la|Feladó|От|От кого)\s*:\*?\s.+", re.IGNORECASE)
_SENT = re.compile(
    r"^\s*\*?(?:Sent|Date|Gesendet|Datum|Trimis|Data|Küldve|Dátum|Отправлено|Дата)\s*:",
    re.IGNORECASE,
)


def without_quotes(text: str) -> str:
    """Return a mail's own words: no quoted messages, no lines behind ``>``, no signature."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for i, line in enumerate(lines):
        intro = _intro(lines, i)
        if intro and not _answered_within(lines, i + intro):
            break
        if line.rstrip() == "--" or _DRAWN.match(line) or _headed(lines, i):
            break
        if intro or line.lstrip().startswith(">") or _within_intro(lines, i):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _intro(lines: list[str], i: int) -> int:
    """Return how many lines from here are "On ... wrote:"; it may be folded into two."""
    first = lines[i].strip()
    if not first or len(first) > _LONG:
        return 0
    if _wrote(first):
        return 1
    if i + 1 == len(lines):
        return 0
    two = f"{first} {lines[i + 1].strip()}"
    return 2 if len(two) <= _LONG and _wrote(two) else 0


def _wrote(line: str) -> bool:
    # Most lines do not end so, and the expression is slow to find that out.
    return line.endswith(":") and _WROTE.match(line) is not None


def _within_intro(lines: list[str], i: int) -> bool:
    return i > 0 and _intro(lines, i - 1) == 2  # noqa: PLR2004


def _answered_within(lines: list[str], i: int) -> bool:
    """Say whether somebody answers between quoted lines, rather than above them."""
    said = (line for n in range(i, len(lines)) if (line := lines[n].lstrip()))
    return next(said, "").startswith(">")


def _headed(lines: list[str], i: int) -> bool:
    return _HEADS.match(lines[i]) is not None and any(map(_SENT.match, lines[i + 1 : i + 4]))
