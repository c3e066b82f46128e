"""Files over HTTP: a host that does not answer is noticed at once, a broken transfer goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import httpx

from qa.errors import ModelError
from qa.models.kinds import File
from qa.models.shelf import refused, sha256_of

#: Seconds a host has for its first answer, name look-up included.
PATIENCE_S = 4.0
#: Transfers that may end without a single byte before the source is passed over.
_BARREN = 3

Step = Callable[[int], None]


class SourceError(ModelError):
    """A source that cannot serve; the next one is asked."""


class Web:
    """Fetches files; remembers which hosts do not answer.

    Parameters
    ----------
    patience_s : seconds a host has for its first answer, and for each next piece.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience = patience_s
        self._known: dict[str, bool] = {}
        self._client = httpx.Client(
            follow_redirects=True,
            timeout=httpx.Timeout(patience_s),
            headers={"Accept-Encoding": "identity", "User-Agent": "callcenter-qa"},
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def answers(self, address: str) -> bool:
        """Whether anything at all comes back from the host of the address.

        Asked once a host. The question runs in a thread of its own, because a name
        look-up cannot be given a time.
        """
        host = httpx.URL(address).netloc.decode()
        if host not in self._known:
            heard: list[int] = []
            ask = threading.Thread(target=self._knock, args=(address, heard), daemon=True)
            ask.start()
            ask.join(self._patience)
            self._known[host] = bool(heard)
        return self._known[host]

    def _knock(self, address: str, heard: list[int]) -> None:
        try:
            heard.append(httpx.head(address, timeout=self._patience).status_code)
        except (httpx.HTTPError, httpx.InvalidURL):
            return

    def fetch(self, address: str, file: File, target: Path, *, step: Step) -> None:
        """Fetch one file; what an earlier try left is gone on with.

        Parameters
        ----------
        step : called with the bytes that lie there so far.

        Raises
        ------
        SourceError : the host does not answer, has no such file, or keeps breaking off.
        ModelError : the file is not the pinned one; it was deleted.
        """
        if not self.answers(address):
            raise SourceError(f"{_host(address)} did not answer.")
        part = target.with_name(target.name + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        resumed = part.exists()
        self._complete(address, file, part, step)
        found = sha256_of(part)
        if found != file.sha256 and resumed:  # what lay there may have been wrong: once from zero
            part.unlink()
            self._complete(address, file, part, step)
            found = sha256_of(part)
        if found != file.sha256:
            part.unlink()
            raise refused(f"{file.path} from {_host(address)}", expected=file.sha256, found=found)
        part.replace(target)

    def _complete(self, address: str, file: File, part: Path, step: Step) -> None:
        barren = 0
        while (have := _size(part)) < file.size:
            try:
                ended = self._transfer(address, file, part, step)
            except httpx.TransportError:  # broke off or stalled
                ended = False
            if _size(part) > have:
                barren = 0
                continue
            barren += 1
            if ended or barren >= _BARREN:
                raise SourceError(
                    f"{_host(address)} broke off at byte {have} of {file.size} of {file.path}."
                )

    def _transfer(self, address: str, file: File, part: Path, step: Step) -> bool:
        """Take what one answer gives; whether it came to its end."""
        have = _size(part)
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._client.stream("GET", address, headers=headers) as answer:
            if answer.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
                part.unlink(missing_ok=True)
                raise SourceError(
                    f"{_host(address)} answered {answer.status_code} for {file.path}."
                )
            goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if not goes_on:
                have = 0
            with part.open("ab" if goes_on else "wb") as out:
                for chunk in answer.iter_raw():
                    out.write(chunk)
                    have += len(chunk)
                    step(min(have, file.size))
                    if have > file.size:  # not our file; the sum will say so
                        break
        return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _host(address: str) -> str:
    return httpx.URL(address).host
