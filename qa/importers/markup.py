"""HTML in messages -> the text that people read."""

from __future__ import annotations

import re
from html import unescape

#: Tags that begin a new line.
_LINES = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
    ]
)
#: Tags whose content nobody reads.
_HIDDEN = frozenset(["script", "style", "head", "title", "template", "noscript", "svg"])
_MARKUP = re.compile(
    r"</?(?:p|div|br|span|a|b|i|u|em|strong|ul|ol|li|table|tr|td|th|html|body|img|"
    r"blockquote|h[1-6]|pre|code|hr|font|style|script|head|meta)\b[^<>]*>",
    re.IGNORECASE,
)


#: A tag that ends; "<" does not stand in one, so that no text is gone through twice.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>\"']*+)"
    r"(?P<more>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+|[^<>]*+)>"
)
#: Declarations, processing instructions and marked sections.
_NOTE = re.compile(r"<[!?][^<>]*+>")
_ALT = re.compile(r"\balt\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++))", re.IGNORECASE)
#: What ends content that holds no tags.
_RAW_ENDS = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "noscript")
}
#: A character by a number longer than any has.
_NO_CHARACTER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")


class _Reader:
    """Reads HTML once from its beginning to its end, however broken it is.

    Python's own parser begins again at each "<" that nothing closes: 20 kB of "<p " take it
    seconds.
    """

    def __init__(self, hidden: frozenset[str]) -> None:
        self.parts: list[str] = []
        self._tags = hidden
        self._hidden = 0

    def read(self, html: str) -> None:
        """Take in a text."""
        at, last = 0, html.rfind("-->")
        while (mark := html.find("<", at)) >= 0:
            self._text(html[at:mark])
            if html.startswith("<!--", mark):
                # One that nobody closed hides nothing.
                at = html.index("-->", mark + 2) + 3 if mark + 2 <= last else mark + 4
            elif tag := _TAG.match(html, mark):
                at = self._tag(html, tag)
            elif note := _NOTE.match(html, mark):
                at = note.end()
            else:
                self._text("<")
                at = mark + 1
        self._text(html[at:])

    def _text(self, text: str) -> None:
        if text and not self._hidden:
            self.parts.append(text)

    def _tag(self, html: str, tag: re.Match[str]) -> int:
        """Note what a tag says; return where to read on."""
        name, more = tag["name"].casefold(), tag["more"]
        if tag["end"]:
            if name in self._tags:
                self._hidden = max(0, self._hidden - 1)
        elif name == "body":
            self._hidden = 0  # a head that nobody closed
        elif name in self._tags and not more.endswith("/"):
            self._hidden += 1
            if name in _RAW_ENDS:
                end = _RAW_ENDS[name].search(html, tag.end())
                return end.start() if end else len(html)
        elif name == "img" and (alt := _ALT.search(more)):
            self._text(alt[1] or alt[2] or alt[3] or "")
        if name in _LINES and name not in self._tags:
            self.parts.append("\n")
        return tag.end()


def looks_like_html(text: str) -> bool:
    """Say whether a text holds HTML, rather than a "<" that somebody wrote."""
    return bool(_MARKUP.search(text))


def html_text(html: str, *, quotes: bool = True) -> str:
    """Return what a person reads of HTML: no tags, no scripts, blocks on lines of their own.

    Parameters
    ----------
    quotes : whether quoted blocks are kept.
    """
    reader = _Reader(_HIDDEN if quotes else _HIDDEN | {"blockquote"})
    reader.read(html)
    plain = unescape(_NO_CHARACTER.sub("", "".join(reader.parts)))
    lines = plain.replace("\xa0", " ").split("\n")
    text = "\n".join(re.sub(r"[ \t\r\f]+", " ", line).strip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
