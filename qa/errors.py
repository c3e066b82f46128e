"""What can go wrong, and what to do about it.

Every error that a user may meet is a `QaError`: a reason (what was found, in
which file and field) and a mend (what to do). Rooms raise; each door (command
line, API, worker) catches once and turns it into its own kind of answer.

The tree::

    QaError
    ├── UsageError            the call itself was wrong                  -> exit 2, HTTP 422
    │   ├── UnknownName       no engine, format or card of that name
    │   ├── SettingsError     a setting that cannot be used
    │   └── ScorecardError    a scorecard with mistakes; holds all of them
    ├── InputError            this recording or file cannot be processed; the batch goes on
    │   ├── AudioError        cannot be decoded
    │   └── FormatError       a transcript, chat or sidecar that does not fit its format
    ├── ModelError            weights are missing, or are not the right ones
    │   └── NeededBySome      of a part that only some conversations need; the others go on
    ├── Away                  where a recording lies does not answer just now; tried again
    ├── MissingExtra          an optional part of the program is not installed
    ├── NotFound              no such conversation, card, object              -> HTTP 404
    ├── NotLoggedIn           nobody knows who asks                           -> HTTP 401
    ├── Forbidden             the right for it is missing                     -> HTTP 403
    ├── ProviderDown          single sign-on does not answer as it should     -> HTTP 503
    ├── Stale                 somebody else changed it meanwhile              -> HTTP 412
    ├── TooMany               more attempts or requests than are taken        -> HTTP 429
    ├── TooLarge              a request with more than is taken               -> HTTP 413
    ├── TooSlow               a request whose body does not come              -> HTTP 408
    └── StoreError            the database or the vault refuses
        ├── DatabaseRefuses   the database; can be told without saying where it is
        │   └── DatabaseTooNew    made by a newer program
        └── DiskFull          nothing half-written is left behind
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb


class QaError(Exception):
    """Something a user can understand and mend.

    Parameters
    ----------
    reason : what is wrong, naming the thing, what was found and what is known.
        Never holds a word of a conversation.
    mend : what to do about it, one sentence; empty when nothing can be done.
    """

    #: Whether trying the same thing again later may help (a full disk, a busy database).
    passing = False

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason, mend)
        self.reason = reason
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.reason} {self.mend}".strip()


class UsageError(QaError):
    """The call itself was wrong."""


class UnknownName(UsageError):
    """A name that nothing answers to.

    Says which names are known and which of them is nearest.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        super().__init__(f"No {kind} named '{name}'.", f"Known: {', '.join(names)}.{hint}")


class SettingsError(UsageError):
    """A setting that cannot be used."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in a file that a person wrote."""

    #: The file as the user named it.
    file: str
    #: Line, counted from 1; 0 when the mistake has no place.
    line: int
    #: Column, counted from 1; 0 when the mistake has no place.
    column: int
    #: What was found, what is known, what to do.
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ScorecardError(UsageError):
    """A scorecard that cannot be loaded; `mistakes` lists every one of them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(m) for m in mistakes))


class InputError(QaError):
    """A recording or file that cannot be processed; the rest of the batch goes on."""


class AudioError(InputError):
    """The audio cannot be decoded."""


class FormatError(InputError):
    """A transcript, chat or sidecar that does not fit its format."""


class Away(QaError):
    """A server of recordings does not answer just now; it is tried again, later and later."""

    passing = True


class ModelError(QaError):
    """Weights are missing, or are not the right ones."""


class NeededBySome(ModelError):
    """Only some conversations need what this machine lacks; others of their kind go on."""

    def __init__(self, lack: QaError) -> None:
        super().__init__(lack.reason, lack.mend)


class MissingExtra(QaError):
    """An optional part of the program is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} is not installed.", f"Install it: pip install 'callcenter-qa[{extra}]'"
        )
        self.extra = extra


class NotFound(QaError):
    """No such conversation, scorecard or object."""


class Forbidden(QaError):
    """The right to do this is missing."""


class NotLoggedIn(QaError):
    """It is not known who asks."""


class Stale(QaError):
    """Somebody changed it after whoever writes had read it."""


class ProviderDown(QaError):
    """The provider of single sign-on does not answer as it should."""

    passing = True


class TooMany(QaError):
    """More attempts or requests than are taken; `seconds` says how long to wait."""

    passing = True

    def __init__(self, reason: str, *, seconds: int) -> None:
        super().__init__(reason, f"Wait {seconds} s, then try again.")
        self.seconds = seconds


class TooLarge(QaError):
    """More was being sent than is taken."""


class TooSlow(QaError):
    """What was being sent did not come."""

    passing = True


class StoreError(QaError):
    """The database or the vault refuses."""


class DatabaseRefuses(StoreError):
    """The database does not answer, or is not one that can be worked with.

    Parameters
    ----------
    what : what is wrong with it, as the rest of a sentence about it.
    address : where it is, without its password.

    Attributes
    ----------
    bare : the reason without the address, for whoever is not to know where the database is.
    """

    def __init__(self, what: str, mend: str, *, address: str) -> None:
        super().__init__(f"The database {address} {what}.", mend)
        self.bare = f"The database {what}."


class DatabaseTooNew(DatabaseRefuses):
    """The database was made by a newer program."""


class DiskFull(StoreError):
    """No room left; nothing half-written was kept."""

    passing = True


def trace(err: BaseException) -> str:
    """Return type and place of an error that nobody foresaw, for a log.

    The message is left out: what a library says of a failure may quote what
    somebody said. So are the errors' arguments and all values.
    """
    frames = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in extract_tb(err.__traceback__)]
    cause = err.__cause__ or (None if err.__suppress_context__ else err.__context__)
    first = f"{trace(cause)} | then " if cause is not None else ""
    return f"{first}{type(err).__name__} at {' < '.join(reversed(frames)) or 'no place'}"
