"""Recordings that come inside another file, lie beside it, or at an address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from qa import audio
from qa.addresses import Address, Place, is_address, parse
from qa.errors import Away, FormatError, InputError, MissingExtra, UsageError
from qa.importers.base import Item, conversation_id, digest
from qa.importers.making import without_guess
from qa.records import AudioSource, Channel, Conversation, Metadata, Party, Role
from qa.settings import Settings

#: Bytes of a recording that is fetched or comes inside another file.
LIMIT = 500 << 20
#: Seconds until an address must begin to answer, and times that it may lead elsewhere.
_PATIENCE_S, _HOPS = 30.0, 3
#: Seconds that a recording may take to come.
_AT_MOST_S = 600.0
#: A path that leads out of where it begins, once a server has read it.
_CLIMBS = re.compile(r"[/\\]\.\.?[/\\]|%2f|%5c|%2e", re.IGNORECASE)
_NAME = re.compile(r"[\w .()+@=,-]{1,200}")


def inline(
    item: Item, body: str, encoding: str, *, name: str, side: Role | None = None
) -> AudioSource:
    """Return a recording that comes as text inside another file; the store keeps its bytes.

    Parameters
    ----------
    encoding : "base64url" or "base64".

    Raises
    ------
    FormatError : not in that encoding.
    """
    return source_of(decoded(item, body, encoding), name=name, side=side)


def recorded(
    item: Item,
    sources: tuple[AudioSource, ...],
    *,
    metadata: Metadata,
    parties: tuple[Party, ...] = (),
    external_id: str | None = None,
) -> Conversation:
    """Make a call that is its recording alone; its id is that of the recording by itself."""
    checksum = sources[0].checksum
    if len(sources) > 1:
        checksum = digest(sorted(source.checksum for source in sources))
    return Conversation(
        id=conversation_id(checksum),
        channel=Channel.CALL,
        source=item.source,
        checksum=checksum,
        external_id=external_id,
        metadata=without_guess(metadata),
        parties=parties,
        audio=sources,
    )


def decoded(item: Item, body: str, encoding: str) -> bytes:
    """Return the bytes that text stands for.

    Raises
    ------
    FormatError : not in that encoding.
    """
    if encoding not in {"base64url", "base64"}:
        raise item.wrong(f"a recording in the encoding '{encoding[:20]}'; base64url is known.")
    text = re.sub(r"\s+", "", body).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError as err:
        raise item.wrong("its recording is not in base64url.") from err


def source_of(content: bytes, *, name: str, side: Role | None = None) -> AudioSource:
    """Return the source of a recording's bytes."""
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return AudioSource(uri=Path(name).name, checksum=checksum, side=side, content=content)


def beside(item: Item, name: str, *, side: Role | None = None) -> AudioSource | None:
    """Return the recording of that name in the folder of the file; None where there is none.

    A name with a path is none: nothing outside the folder is read.
    """
    if not _NAME.fullmatch(name) or name.startswith("."):
        return None
    path = item.file.parent / name
    if path.is_symlink() or not path.is_file():
        return None
    return AudioSource(uri=str(path.absolute()), checksum=audio.checksum(path), side=side)


def allowed(address: str, settings: Settings) -> bool:
    """Say whether a recording may be fetched from an address.

    Its scheme, host and port must be those of an allowed beginning, and its path go on
    from that one's. In a bucket, or on a server of files, it must lie below what is allowed.
    """
    place = _place(address)
    if place is not None:
        return any(start.holds(place) for start in map(_place, settings.fetch_from) if start)
    try:
        here = urlsplit(address)
        return any(
            (here.scheme, here.hostname, here.port) == (start.scheme, start.hostname, start.port)
            and here.scheme in {"https", "http"}
            and here.username is None
            and here.path.startswith(start.path)
            and not _CLIMBS.search(unquote(here.path) + "/")
            for start in map(urlsplit, settings.fetch_from)
        )
    except ValueError:
        return False


def _place(address: str) -> Address | None:
    """Return a thing in a bucket or on a server of files; None where it is none that is known."""
    try:
        return parse(address) if is_address(address) else None
    except UsageError:  # of another scheme, or with a secret in it
        return None


def fetch(item: Item, address: str, settings: Settings) -> bytes:
    """Return what lies at an address that is allowed; follows it where that is allowed as well.

    Raises
    ------
    FormatError : not allowed, no answer, or too long.
    """
    place = _place(address)
    if place is not None and allowed(address, settings):
        return _copied(item, place)
    import httpx  # noqa: PLC0415 - only where something is fetched

    for _ in range(_HOPS):
        if not allowed(address, settings):
            raise item.wrong(
                f"its recording lies at {urlsplit(address).hostname or 'an address'}, which is"
                " not allowed.",
                "Add the beginning of the address to QA_FETCH_FROM, or put the file beside this.",
            )
        try:
            with httpx.stream(
                "GET",
                address,
                # Sound is compressed as it is; what unfolds to much more than came is a trap.
                headers={"accept-encoding": "identity"},
                timeout=_PATIENCE_S,
                trust_env=False,
            ) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers.get("location", ""))
                    continue
                answer.raise_for_status()
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise item.wrong("its recording comes compressed, which was not asked for.")
                return _read(item, answer.iter_raw())
        except (httpx.HTTPError, httpx.InvalidURL) as err:
            raise item.wrong(
                f"its recording cannot be fetched ({type(err).__name__}).",
                "Check the address, or put the file beside this.",
            ) from err
    raise item.wrong("its recording's address leads from one to another.")


def _copied(item: Item, address: Address) -> bytes:
    try:
        with closing(Place(address)) as place:
            return _read(item, place.blocks(place.look(address)))
    except (Away, InputError, MissingExtra) as err:
        if isinstance(err, FormatError):
            raise
        raise item.wrong(f"its recording cannot be fetched: {err.reason}", err.mend) from err


def _read(item: Item, blocks: Iterable[bytes]) -> bytes:
    content = bytearray()
    begun = time.monotonic()
    for block in blocks:
        content += block
        if time.monotonic() - begun > _AT_MOST_S:
            raise item.wrong(f"its recording did not come within {_AT_MOST_S:.0f} s.")
        if len(content) > LIMIT:
            raise item.wrong(f"a recording of more than {LIMIT:,} bytes.")
    return bytes(content)


def matches(content: bytes, stated: str) -> bool | None:
    """Say whether content has the hash that is stated for it; None for a hash not known.

    Parameters
    ----------
    stated : "sha512-<base64url>", as a vCon's ``content_hash``.
    """
    name, _, value = stated.partition("-")
    if name.lower() not in {"sha512", "sha256", "sha384"} or not value:
        return None
    digest = hashlib.new(name.lower(), content).digest()
    plain = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    wanted = value.rstrip("=").replace("+", "-").replace("/", "_")
    return hmac.compare_digest(plain, wanted) or hmac.compare_digest(digest.hex(), value.lower())


def content_of(source: AudioSource) -> bytes:
    """Return the bytes of a recording that is here.

    Raises
    ------
    FormatError : larger than is taken in.
    """
    if source.content is not None:
        return source.content
    path = Path(source.uri)
    if path.stat().st_size > LIMIT:
        raise FormatError(f"{path}: more than {LIMIT:,} bytes.", "Give it in parts.")
    return path.read_bytes()
