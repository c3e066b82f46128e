"""The content of a vCon's dialogs: recordings with their hashes, and texts."""

from __future__ import annotations

from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from qa.importers import mail, recordings
from qa.importers.base import Item
from qa.importers.markup import html_text
from qa.importers.quotes import without_quotes
from qa.records import AudioSource
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.importers.vcon import DialogIn


def recordings_of(
    item: Item, dialogs: Sequence[DialogIn], settings: Settings, *, needed: bool
) -> tuple[tuple[AudioSource, ...], dict[str, str]]:
    """Return the recording of the dialogs, and notes on what was left.

    Parameters
    ----------
    needed : nothing else says what was said, so a recording that cannot be had is an error.

    Raises
    ------
    FormatError : see `needed`; or its hash is not the one that is stated.
    """
    with_sound = [d for d in dialogs if d.type == "recording" and _has_content(d)]
    if not with_sound:
        if needed:
            raise item.wrong("a recording without content, file name or address.")
        return (), {}
    if len(with_sound) > 1:
        what = f"{len(with_sound)} recordings, which are not joined."
        if needed:
            raise item.wrong(what, "Join them, or give each a vCon of its own.")
        return (), {"recording": what}
    return _recording(item, with_sound[0], settings, needed=needed)


def _has_content(dialog: DialogIn) -> bool:
    return bool(dialog.body or dialog.url or dialog.filename)


def _recording(
    item: Item, dialog: DialogIn, settings: Settings, *, needed: bool
) -> tuple[tuple[AudioSource, ...], dict[str, str]]:
    name = dialog.filename or "recording"
    if dialog.body:
        encoding = dialog.encoding or "base64url"
        source = recordings.inline(item, str(dialog.body), encoding, name=_named(dialog, name))
        if _stated(dialog):
            _check(item, dialog, source)
        return (source,), {}
    found = recordings.beside(item, name)
    if found is None and dialog.url and recordings.allowed(dialog.url, settings):
        content = recordings.fetch(item, dialog.url, settings)
        found = recordings.source_of(content, name=_named(dialog, name))
    if found is None:
        if needed:
            address = dialog.url or ""
            recordings.fetch(item, address, settings)  # says why it is not fetched
        return (), {"recording": "not here, and not fetched from its address"}
    if not _stated(dialog):
        what = "its recording has no content hash that is known, so nothing vouches for it."
        raise item.wrong(what, "Import the recording by itself if you trust it.")
    _check(item, dialog, found)
    return (found,), {}


def _named(dialog: DialogIn, name: str) -> str:
    """Return a file name whose ending says what it is."""
    if "." in name:
        return name
    kind = dialog.media.rpartition("/")[2].removeprefix("x-").split(";")[0]
    return f"{name}.{kind if kind.isalnum() else 'bin'}"


def _stated(dialog: DialogIn) -> list[str]:
    """Return the hashes that are stated for the content, of the kinds that are known."""
    given = [dialog.content_hash] if isinstance(dialog.content_hash, str) else dialog.content_hash
    stated = list(given or [])
    if dialog.alg and dialog.signature:
        stated.append(f"{dialog.alg.lower().replace('-', '')}-{dialog.signature}")
    return [s for s in stated if recordings.matches(b"", s) is not None]


def _check(item: Item, dialog: DialogIn, source: AudioSource) -> None:
    content = recordings.content_of(source)
    if not all(recordings.matches(content, stated) for stated in _stated(dialog)):
        raise item.wrong(
            "the hash of its recording is not the one that is stated: it was changed, or cut off.",
            "Get the vCon and its recording again from where they come from.",
        )


def message_of(item: Item, dialog: DialogIn) -> tuple[str, tuple[str, ...]]:
    """Return the text of a text dialog, and the names of what came with it."""
    encoding = (dialog.encoding or "none").casefold()
    body = dialog.body
    if encoding in {"base64url", "base64"}:
        body = recordings.decoded(item, str(body), encoding).decode("utf-8", "replace")
    if not isinstance(body, str):
        raise item.wrong("a text dialog whose body is no text.")
    if dialog.media.startswith("multipart/"):
        kind = " ".join((dialog.mediatype or dialog.mimetype or "").split())
        whole = f"Content-Type: {kind}\r\n\r\n{body}".encode()
        made = BytesParser(policy=policy.default).parsebytes(whole)
        assert isinstance(made, EmailMessage)
        return without_quotes(mail.body_of(made)), tuple(mail.attachments_of(made))
    text = html_text(body, quotes=False) if dialog.media.startswith("text/html") else body
    return (without_quotes(text) if dialog.message_id else text), ()
