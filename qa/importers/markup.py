"""HTML in messages -> the text that people read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

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


class _Reader(HTMLParser):
    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._tags = hidden
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden = 0  # a head that nobody closed
        if tag in self._tags:
            self._hidden += 1
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag == "img" and not self._hidden:
            self.parts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._tags:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


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
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ").split("\n")
    text = "\n".join(re.sub(r"[ \t\r\f]+", " ", line).strip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
