"""A server of files or account of buckets: what lies there, and its bytes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, BinaryIO

from qa.addresses.names import Address
from qa.addresses.refusals import Gone, told
from qa.errors import InputError, MissingExtra

#: Bytes that are asked for at once.
BLOCK = 4 << 20
#: Bytes that are read ahead where the head is wanted.
_HEAD = 1 << 18
#: Pieces of 32 KB that an SFTP server is asked for ahead.
_AHEAD = 128
#: What was changed a moment ago may change again without another time of change.
_SETTLED_S = 2.0
#: Where a server's answer says who wrote a thing when, or what it holds; the first that is there.
_MARKS = ("ETag", "etag", "md5Hash", "content_md5")
_TIMES = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")


@dataclass(frozen=True)
class Listed:
    """A thing as a listing has it."""

    address: Address
    #: Bytes.
    size: int
    #: Another one whenever the content is another: an ETag, or the time of change.
    mark: str
    #: The mark can be relied on: it is of the content, or the last change was a while ago.
    settled: bool


class Place:
    """What an address leads to, by the library of its scheme.

    Raises
    ------
    MissingExtra : the library is not installed.
    Away : the server does not answer.
    InputError : it does not take us for somebody, or is not the server that it was.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        with told(address):
            self._system = _system(address)

    def close(self) -> None:
        """Let a connection go where there is one of our own."""
        if hasattr(self._system, "close"):
            with suppress(Exception):
                self._system.close()

    def listed(self) -> list[Listed]:
        """Return what lies at the address, below it, or fits its pattern, by name.

        Raises
        ------
        Away : the server does not answer.
        InputError : nothing is there, or we may not look.
        """
        here = self._address
        with told(here):
            self._system.invalidate_cache()
            if here.is_pattern():
                found = self._fitting(here)
            else:
                found = self._system.find(here.root + here.path, detail=True)
                if not isinstance(found, dict):  # Azure's: of a thing itself its name alone
                    found = {name: self._system.info(name) for name in found}
            if not found and not here.is_pattern():
                # An empty folder is none of ours to tell from a name that is wrong.
                self._system.info(here.root + here.path)
        # Folders that somebody made in a console are things of no length whose names end in "/".
        things = (self._thing(name, info) for name, info in found.items())
        return sorted((t for t in things if t is not None), key=lambda t: t.address)

    def beside(self, address: Address) -> list[Listed]:
        """Return what lies in the folder of a thing; nothing where we may not look.

        Raises
        ------
        Away : the server does not answer.
        """
        folder = address.path.rpartition("/")[0]
        try:
            with told(address):
                found = self._system.ls(address.root + folder, detail=True)
        except InputError:
            return []
        things = (self._thing(info["name"], info) for info in found)
        return [thing for thing in things if thing is not None]

    def _fitting(self, here: Address) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, info in self._system.glob(here.root + here.path, detail=True).items():
            if info.get("type") == "directory":
                found |= self._system.find(name, detail=True)
            else:
                found[name] = info
        return found

    def _thing(self, name: str, info: dict[str, Any]) -> Listed | None:
        path = name.removeprefix(self._address.root)
        # A link on a server leads anywhere.
        if info.get("type") in {"directory", "link"} or path.endswith("/"):
            return None
        size = int(info.get("size") or 0)
        stamp = next((str(info[key]) for key in _MARKS if info.get(key)), "")
        if stamp:
            return Listed(self._address.at(path), size, stamp, settled=True)
        changed = _seconds(next((info[key] for key in _TIMES if info.get(key)), None))
        if changed is None:
            return Listed(self._address.at(path), size, "", settled=False)
        settled = time.time() - changed > _SETTLED_S
        return Listed(self._address.at(path), size, f"{changed:.6f}", settled=settled)

    def look(self, address: Address) -> Listed:
        """Return a thing as it is now.

        Raises
        ------
        Away : the server does not answer.
        InputError : it is not there, or we may not read it.
        """
        with told(address):
            self._system.invalidate_cache()
            info = self._system.info(address.root + address.path)
        found = self._thing(address.root + address.path, info)
        if found is None:
            raise InputError(f"{address}: a folder.", "Give the recording itself.")
        return found

    def stands(self, address: Address) -> bool:
        """Say whether the bucket that an address lies in is there; on a server, what it names.

        Raises
        ------
        Away : the server does not answer.
        InputError : we may not look.
        """
        name = address.root + address.path
        with told(address):
            return bool(self._system.exists(name if address.kind.server else name.split("/")[0]))

    def remove(self, address: Address) -> None:
        """Delete a thing; that it is gone already is as good.

        Raises
        ------
        Away : the server does not answer.
        InputError : we may not delete it.
        """
        with suppress(Gone), told(address):
            self._system.rm_file(address.root + address.path)

    def opened(self, address: Address) -> BinaryIO:
        """Open a thing whose head is wanted: little is read ahead.

        Raises
        ------
        Away, InputError : as `look`. Reading it raises what the library raises.
        """
        name = address.root + address.path
        with told(address):
            file: BinaryIO = self._system.open(name, "rb", block_size=_HEAD, cache_type="readahead")
        return file

    def blocks(self, thing: Listed) -> Iterator[bytes]:
        """Yield the bytes of a thing, some megabytes at a time.

        Raises
        ------
        Away : the server does not answer any more.
        InputError : it is not there, we may not read it, or it became another meanwhile.
        """
        address = thing.address
        name = address.root + address.path
        if not thing.size:
            return
        if thing.size <= BLOCK:
            with told(address):  # asked for once; a byte more shows that it has grown
                block = self._system.cat_file(name, start=0, end=thing.size + 1)
            yield block
            return
        with told(address):
            file = self._system.open(name, "rb", block_size=BLOCK, cache_type="none")
            if hasattr(file, "prefetch"):  # SFTP: else each 32 KB wait for the ones before
                file.prefetch(max_concurrent_requests=_AHEAD)
        with file:
            while True:
                with told(address):
                    block = file.read(BLOCK)
                if not block:
                    return
                yield block


def _system(address: Address) -> Any:
    """Return fsspec's part for a scheme."""
    kind = address.kind
    # Google's writes each refusal down, with what it was sent and a traceback; we tell of it.
    logging.getLogger("gcsfs").setLevel(logging.CRITICAL)
    module, _, name = kind.system.partition(":")
    try:
        if name:
            made = getattr(import_module(module), name)
        else:
            made = import_module("fsspec").get_filesystem_class(kind.system)
    except ImportError as err:  # fsspec's own says which library, and how to install it
        raise MissingExtra(f"What reads from {kind.title}", kind.extra) from err
    system = made(**address.options)
    if hasattr(system, "retries"):  # above those of what it calls; work has a back-off of its own
        system.retries = 1
    return system


def _seconds(changed: object) -> float | None:
    """Return a time of change in seconds; None where it is none."""
    if isinstance(changed, datetime):
        return changed.timestamp()
    with suppress(ValueError):
        return float(str(changed))
    with suppress(ValueError):
        return datetime.fromisoformat(str(changed)).timestamp()
    return None
