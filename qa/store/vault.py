"""The vault: what was said in the clear, and copies of recordings.

A folder that only its owner can read (0700, files 0600); what was said, and recordings, are
sealed besides (`qa.sealing`). Every write is whole or did not happen. The pipeline reads with
`read` and `recording`; people come in through the one door that is logged, `open`. The
playback of a call is derived, its redacted spans silenced, and so are its peaks; both may be
served: `path`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal, get_args
from urllib.parse import unquote, urlsplit

from qa.errors import InputError, NotFound, UsageError
from qa.records import Conversation
from qa.sealing import HEAD, SEALED, KeyRing, Keys, is_sealed, key_of, seal, unseal
from qa.store.database import from_os_error, private_folder
from qa.store.whole import held, staged, swept, written

Kind = Literal["conversation", "turns", "playback", "peaks", "original", "upload", "rejects"]
#: What `path` hands out: nothing in it was left unredacted.
SAFE_KINDS = frozenset({"playback", "peaks"})
#: Addresses of recordings that lie in the vault begin so: "vault:call-1-0.wav".
SCHEME = "vault:"
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")

#: Called before the vault opens: kind, id, who, reason.
AccessLog = Callable[[str, str, str, str], None]


class Vault:
    """A private folder of objects by kind and id.

    Parameters
    ----------
    folder : made on the first write.
    log : told of every `open` before it happens; when it fails, the door stays shut.
    keys : seal what was said, and recordings.
    """

    def __init__(self, folder: Path, *, log: AccessLog, keys: Keys) -> None:
        self.folder = folder
        self.keys = keys
        self._log = log

    def put(self, kind: Kind, id: str, content: bytes | Path, *, suffix: str = "") -> Path:
        """Keep an object, in place of an older one of that kind and id.

        Parameters
        ----------
        content : the bytes, or a file to copy.
        suffix : file name ending that tells what it is (".ogg"); of a file, its own.

        Raises
        ------
        DiskFull : no room left; the older object is still there, whole.
        StoreError : the folder cannot be written.
        """
        if isinstance(content, Path) and not suffix:
            suffix = content.suffix
        folder = self._folder(kind, id)
        target = folder / f"{id}{suffix}"
        old = self._find(kind, id)
        try:
            private_folder(folder)
            self._write(kind, target, content)
            if old is not None and old != target:
                old.unlink(missing_ok=True)
        except OSError as err:
            raise from_os_error(err, self.folder) from err
        return target

    @contextmanager
    def staged(
        self, kind: Kind, contents: Mapping[str, bytes], *, suffix: str
    ) -> Iterator[Callable[[Iterable[str]], None]]:
        """Write many objects of one ending; give what keeps some, by id, as `put` keeps one.

        The disk is waited for before that, once, so that whoever holds the database waits for
        nothing. What is not kept goes in the end.

        Raises
        ------
        DiskFull, StoreError : nothing is kept; when it comes from what is given, some may be,
            each whole.
        """
        if not contents:
            yield lambda _ids: None
            return
        ring = self._sealing(kind)  # no key: an error before anything is written
        targets = {name: self._folder(kind, name) / f"{name}{suffix}" for name in contents}
        with ExitStack() as stack:
            try:
                for folder in {target.parent for target in targets.values()}:
                    if not folder.exists():
                        private_folder(folder)
                sealed = {t: _sealed(kind, t, contents[name], ring) for name, t in targets.items()}
                place = stack.enter_context(staged(self.folder / kind, sealed))
            except OSError as err:
                raise from_os_error(err, self.folder) from err

            def keep(ids: Iterable[str]) -> None:
                try:
                    place(targets[name] for name in ids)
                except OSError as err:
                    raise from_os_error(err, self.folder) from err

            yield keep

    def read(self, kind: Kind, id: str) -> bytes:
        """Return an object's bytes. For the pipeline and the store; not for doors.

        Raises
        ------
        NotFound : there is none.
        """
        with self._opened(kind, self._existing(kind, id)) as file:
            return file.read()

    def recording(self, uri: str) -> BinaryIO | None:
        """Open a recording that lies here for the pipeline; None for one that does not.

        Raises
        ------
        NotFound : it was erased.
        StoreError : it is damaged, or its key is not here.
        """
        place = uri.removeprefix(SCHEME)
        if place == uri:
            return None
        return self._opened("original", self._existing("original", Path(place).stem))

    def open(self, kind: Kind, id: str, *, who: str, reason: str) -> BinaryIO:
        """Open an object for a person; who and why are written down first.

        Raises
        ------
        UsageError : nobody, or no reason.
        NotFound : there is no such object.
        """
        if not who.strip() or not reason.strip():
            raise UsageError(
                "The vault was to be opened without a name and a reason.",
                "Say who opens it and why; both are logged.",
            )
        path = self._existing(kind, id)
        self._log(kind, id, who, reason)
        return self._opened(kind, path)

    def path(self, kind: Literal["playback", "peaks"], id: str) -> Path:
        """Return the file of a derived object, to be served in parts.

        Raises
        ------
        UsageError : a kind that is not derived from redacted content.
        NotFound : there is none.
        """
        if kind not in SAFE_KINDS:
            raise UsageError(f"'{kind}' is not served from the vault.", "Open it, with a reason.")
        return self._existing(kind, id)

    def has(self, kind: Kind, id: str) -> bool:
        """Say whether there is such an object."""
        return self._find(kind, id) is not None

    def drop(self, kind: Kind, id: str) -> bool:
        """Delete an object; say whether there was one."""
        path = self._find(kind, id)
        if path is not None:
            path.unlink(missing_ok=True)
        return path is not None

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a private folder beside the objects, gone afterwards.

        Those of processes that were killed over theirs go at the same time.

        Raises
        ------
        DiskFull, StoreError : it cannot be made.
        """
        try:
            private_folder(self.folder)
            with held(self.folder):  # so that nobody takes a folder that is just being made
                self._sweep()
                made = tempfile.TemporaryDirectory(
                    dir=self.folder, prefix=".scratch-", ignore_cleanup_errors=True
                )
                holding = ExitStack()
                holding.enter_context(held(Path(made.name)))
        except OSError as err:
            raise from_os_error(err, self.folder) from err
        with holding, made as name:
            yield Path(name)

    def _sweep(self) -> None:
        for left in self.folder.glob(".scratch-*"):
            with suppress(OSError), held(left, wait=False):  # its process is at it still
                shutil.rmtree(left)

    def sweep(self, *, older_s: float) -> int:
        """Remove what killed processes left half-written; return how many files that were.

        Looks into every folder, which takes a second for each some hundred thousand files.

        Parameters
        ----------
        older_s : seconds; what is younger may be a write that goes on.
        """
        return swept(self.folder, time.time() - older_s)

    def keep_rejects(self, items: Sequence[dict[str, object]]) -> Path | None:
        """Write items that could not be taken in, one a line, to be mended; None without any.

        They hold what people said, so they lie here. The same items again are the same file,
        left as it is: somebody may be mending it.

        Raises
        ------
        DiskFull, StoreError : they cannot be written.
        """
        if not items:
            return None
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        content = lines.encode("utf-8", "replace")
        name = hashlib.sha256(content).hexdigest()[:16]
        kept = self._find("rejects", name)
        return kept or self.put("rejects", name, content, suffix=".jsonl")

    def sealed(self) -> Iterator[tuple[str, Path]]:
        """Yield the kind and file of all that has to be sealed, in no order."""
        for kind in sorted(SEALED):
            for path in (self.folder / kind).glob("??/*"):
                if not path.name.startswith("."):
                    yield kind, path

    def seal_again(self, kind: str, path: Path) -> bool:
        """Seal a file with the newest key; False where it is already, or has gone meanwhile.

        Raises
        ------
        StoreError : it is damaged, or its key is not here.
        """
        try:
            with path.open("rb") as file:
                head, stamp = file.read(HEAD), os.fstat(file.fileno())
        except FileNotFoundError:
            return False
        ring = self.keys.ring
        if key_of(head) == ring.newest.id.hex():
            return False
        try:
            plain = self._opened(kind, path) if is_sealed(head) else path.open("rb")
            with plain as source, written(path, instead_of=stamp) as out:
                seal(out, source, ring=ring, about=_about(kind, path))
        except OSError as err:
            raise from_os_error(err, self.folder) from err
        return True

    def _opened(self, kind: str, path: Path) -> BinaryIO:
        file = path.open("rb")
        if kind not in SEALED:
            return file
        try:
            name = f"{kind} {path.stem}"
            return unseal(file, ring=self.keys.ring, about=_about(kind, path), name=name)
        except BaseException:
            file.close()
            raise

    def _sealing(self, kind: str) -> KeyRing | None:
        return self.keys.ring if kind in SEALED else None

    def _write(self, kind: str, target: Path, content: bytes | Path) -> None:
        """Write a file, whole or not at all."""
        ring = self._sealing(kind)
        with _opened_content(content) as source, written(target) as out:
            if ring is None:
                shutil.copyfileobj(source, out, 1 << 20)
            else:
                seal(out, source, ring=ring, about=_about(kind, target))

    def _folder(self, kind: str, id: str) -> Path:
        if kind not in get_args(Kind):
            raise UsageError(
                f"The vault keeps no '{kind}'.", f"Known: {', '.join(get_args(Kind))}."
            )
        if not _ID.fullmatch(id):
            raise UsageError(
                "That is no id of an object in the vault.", "Ids are letters and digits."
            )
        # Folders with a hundred thousand files are slow to list.
        spread = hashlib.sha256(id.encode()).hexdigest()[:2]
        return self.folder / kind / spread

    def _find(self, kind: str, id: str) -> Path | None:
        folder = self._folder(kind, id)
        for exact in (folder / id, folder / f"{id}.json"):  # most are; no folder is listed for them
            if exact.exists():
                return exact
        return next(iter(sorted(folder.glob(f"{id}.*"))), None)

    def _existing(self, kind: str, id: str) -> Path:
        path = self._find(kind, id)
        if path is None:
            raise NotFound(f"The vault holds no {kind} of {id}.", "It may not have been heard yet.")
        return path


def _sealed(kind: str, target: Path, content: bytes, ring: KeyRing | None) -> bytes:
    """Return what stands in the file of an object."""
    if ring is None:
        return content
    made = io.BytesIO()
    seal(made, io.BytesIO(content), ring=ring, about=_about(kind, target))
    return made.getvalue()


def _opened_content(content: bytes | Path) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _about(kind: str, path: Path) -> str:
    """Return what a sealed file is bound to: it cannot stand for another one."""
    return f"{kind}/{path.name}"


def with_contents(conversation: Conversation, vault: Vault) -> Conversation:
    """Return the conversation with the recordings that came inside it kept in the vault.

    Raises
    ------
    DiskFull : no room for them.
    """
    if all(source.content is None for source in conversation.audio):
        return conversation
    kept = []
    for number, source in enumerate(conversation.audio):
        if source.content is None:
            kept.append(source)
            continue
        name = f"{conversation.id}-{number}"
        suffix = Path(source.uri).suffix
        copy = vault.put("original", name, source.content, suffix=suffix)
        kept.append(source.model_copy(update={"uri": SCHEME + copy.name, "content": None}))
    return conversation.model_copy(update={"audio": tuple(kept)})


def with_copies(conversation: Conversation, vault: Vault) -> Conversation:
    """Return the conversation with its recordings copied into the vault.

    Raises
    ------
    InputError : a recording is no file of this machine.
    DiskFull : no room for the copy.
    """
    kept = []
    for number, source in enumerate(conversation.audio):
        if source.content is not None:
            kept.append(source)
            continue
        path = local_path(source.uri)
        if path is None or not path.is_file():
            raise InputError(
                f"{conversation.source}: cannot be copied, it is no file of this machine.",
                "Set QA_KEEP_ORIGINALS=false, or copy the recording here first.",
            )
        copy = vault.put("original", f"{conversation.id}-{number}", path)
        kept.append(source.model_copy(update={"uri": SCHEME + copy.name}))
    return conversation.model_copy(update={"audio": tuple(kept)})


def local_path(uri: str) -> Path | None:
    """Return the file of this machine that an address names; None when it is elsewhere."""
    scheme, _, rest = uri.partition("://")
    if not rest:
        return Path(uri)
    return Path(unquote(urlsplit(uri).path)) if scheme == "file" else None
