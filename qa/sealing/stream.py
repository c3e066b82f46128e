"""The format of a sealed file.

AES-256-GCM over chunks, so that a part can be read without the rest, after the STREAM
construction (Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015): a chunk's nonce is its number and whether it is
the last, so that none can be left out, moved or cut off. The key of a file is derived from
the key of the vault and 16 random bytes (HKDF-SHA256, RFC 5869), so nonces never meet again.

Layout: ``QAS1`` | key id (8 bytes) | salt (16) | chunks of 65,536 + 16 bytes, the last shorter.
What a file is (its kind and id) is authenticated with every chunk: two files cannot be
exchanged for one another.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qa.errors import StoreError
from qa.sealing.keys import Key, KeyRing

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = b"QAS1"
_ID, _SALT, _TAG = 8, 16, 16
_HEAD = len(_MAGIC) + _ID + _SALT
#: Bytes of a file that tell whether it is sealed, and with which key.
HEAD = len(_MAGIC) + _ID
#: Bytes of a chunk before it is sealed.
CHUNK = 1 << 16
_INFO = b"callcenter-qa sealed file 1"


def seal(out: BinaryIO, source: BinaryIO, *, ring: KeyRing, about: str) -> None:
    """Write a source's bytes sealed with the newest key.

    Parameters
    ----------
    about : what the file is; needed to read it.
    """
    key = ring.newest
    head = _MAGIC + key.id + os.urandom(_SALT)
    out.write(head)
    cipher, extra = _cipher(key, head), head + about.encode()
    number, chunk = 0, source.read(CHUNK)
    while True:
        following = source.read(CHUNK) if len(chunk) == CHUNK else b""
        out.write(cipher.encrypt(_nonce(number, last=not following), chunk, extra))
        if not following:
            return
        number, chunk = number + 1, following


def unseal(file: BinaryIO, *, ring: KeyRing, about: str, name: str) -> BinaryIO:
    """Return a sealed file's content as a file that can be read and sought in.

    Parameters
    ----------
    file : sealed, and able to seek; closed with what is returned.
    about : what it is, as it was when it was written.
    name : for errors.

    Raises
    ------
    StoreError : it is not sealed, or by a key that is not here; while reading: it was
        changed, cut off, or put in another's place.
    """
    head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(_MAGIC):
        raise StoreError(
            f"{name}: is not sealed.", "Was it written before keys were in use? qa vault rotate"
        )
    key = ring.find(head[len(_MAGIC) : len(_MAGIC) + _ID])
    if key is None:
        raise StoreError(
            f"{name}: was sealed with a key that is not here.",
            "Bring the key back that was in use when it was written; see: qa vault status",
        )
    return io.BufferedReader(_Unsealed(file, key, head, about=about, name=name), CHUNK)


def is_sealed(head: bytes) -> bool:
    """Say whether a file that begins so is sealed."""
    return head.startswith(_MAGIC)


def key_of(head: bytes) -> str:
    """Return the id of the key that sealed a file which begins so; "" = none did."""
    return head[len(_MAGIC) : len(_MAGIC) + _ID].hex() if is_sealed(head) else ""


class _Unsealed(io.RawIOBase):
    """The content of a sealed file; holds one chunk of it."""

    def __init__(self, file: BinaryIO, key: Key, head: bytes, *, about: str, name: str) -> None:
        self._file, self._name = file, name
        self._cipher, self._extra = _cipher(key, head), head + about.encode()
        sealed = file.seek(0, io.SEEK_END) - _HEAD
        self._chunks = -(-sealed // (CHUNK + _TAG))
        self._size = max(0, sealed - self._chunks * _TAG)
        self._at = 0
        self._held = (-1, b"")
        if not self._chunks:
            raise self._broken()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._size:
            self._chunk(self._chunks - 1)  # that it ends here is authenticated as well
            return 0
        number, start = divmod(self._at, CHUNK)
        part = self._chunk(number)[start : start + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(_HEAD + number * (CHUNK + _TAG))
            sealed = self._file.read(CHUNK + _TAG)
            nonce = _nonce(number, last=number == self._chunks - 1)
            try:
                self._held = (number, self._cipher.decrypt(nonce, sealed, self._extra))
            except (InvalidTag, ValueError) as err:
                raise self._broken() from err
        return self._held[1]

    def _broken(self) -> StoreError:
        return StoreError(
            f"{self._name}: is damaged, or is not what was written there.",
            "Bring it back from a backup; the disk may be failing.",
        )


def _cipher(key: Key, head: bytes) -> AESGCM:
    salt = head[-_SALT:]
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=_INFO).derive(key.secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
