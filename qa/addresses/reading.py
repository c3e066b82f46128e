"""What lies at addresses: copied for as long as it is read, and removed where it is ours."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from qa.addresses.names import Address
from qa.addresses.places import Place
from qa.addresses.refusals import Gone, changed
from qa.errors import DiskFull, InputError, QaError

#: Bytes of one recording: a day of telephone sound, both sides, uncompressed, has 2.8 GB.
MOST = 4 << 30


def copied(address: Address, target: Path, *, checksum: str, least_free_mb: int) -> None:
    """Copy a recording to a file, and see that it is the one that was taken in.

    Parameters
    ----------
    checksum : "sha256:..." of the bytes that are expected.
    least_free_mb : room that the disk must have left afterwards.

    Raises
    ------
    Away : its server does not answer.
    InputError : it is gone, we may not read it, it is another by now, or too long.
    DiskFull : no room for it.
    MissingExtra : nothing is installed that reads there.
    OSError : the copy cannot be written.
    """
    with closing(Place(address)) as place:
        thing = place.look(address)
        size = thing.size
        if size > MOST:
            raise InputError(f"{address}: {size:,} bytes, more than {MOST:,}.", "Give it in parts.")
        room_for(size, target.parent, least_free_mb=least_free_mb)
        seen, come = hashlib.sha256(), 0
        with target.open("wb") as out:
            for block in place.blocks(thing):
                come += len(block)
                if come > size:
                    raise changed(address)
                seen.update(block)
                out.write(block)
    if f"sha256:{seen.hexdigest()}" != checksum:
        raise changed(address)


def removed(address: Address, *, checksum: str, beside: Sequence[Address], within: Address) -> bool:
    """Delete a recording where it lies, if it is still the one that was taken in.

    A bucket that keeps versions keeps the one that was deleted for as long as its rules say.

    Parameters
    ----------
    checksum : "sha256:..." of the bytes that are expected; all of them are read for it.
    beside : what goes with it, where it is there.
    within : the place that it belongs to, which has to be there: else another server answers.

    Returns
    -------
    bool : False where another recording lies there now. What is gone already counts as deleted.

    Raises
    ------
    Away : its server does not answer.
    InputError : we may not read or delete it, or its place is not there.
    MissingExtra : nothing is installed that reads there.
    """
    with closing(Place(address)) as place:
        try:
            thing = place.look(address)
        except Gone:
            if not place.stands(within):
                raise
            return True
        seen = hashlib.sha256()
        for block in place.blocks(thing):
            seen.update(block)
        if f"sha256:{seen.hexdigest()}" != checksum:
            return False
        for each in (*beside, address):  # the recording last: what is left is tried again
            place.remove(each)
    return True


def room_for(size: int, folder: Path, *, least_free_mb: int) -> None:
    """See that a disk has room.

    Raises
    ------
    DiskFull : it would have less left than it must.
    """
    free = shutil.disk_usage(folder).free
    if free - size < least_free_mb * 10**6:
        raise DiskFull(
            f"No room for {size / 10**6:,.0f} MB below {folder}: {free / 10**6:,.0f} MB are free,"
            f" and {least_free_mb} MB must stay so.",
            "Free some space, or lower QA_LEAST_FREE_MB.",
        )


def called(err: QaError, names: Mapping[str, str]) -> QaError:
    """Let an error speak of things by the names that people know them by.

    Parameters
    ----------
    names : what stands in it -> what is to stand there.
    """
    reason, mend = err.reason, err.mend
    for here, there in names.items():
        reason, mend = reason.replace(here, there), mend.replace(here, there)
    err.reason, err.mend, err.args = reason, mend, (reason, mend)
    return err
