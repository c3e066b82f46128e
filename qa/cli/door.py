"""The one place where this door turns errors into answers and exit codes."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from qa.cli import say
from qa.errors import QaError, UsageError, trace


class ExitCode(IntEnum):
    """What a command's end means."""

    #: All done.
    OK = 0
    #: Some of it failed; named, with reasons.
    SOME_FAILED = 1
    #: The call itself was wrong.
    WRONG_CALL = 2
    #: Interrupted by Ctrl-C.
    INTERRUPTED = 130


class Door(TyperGroup):
    """The root of all commands; whatever leaves a command ends here."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; answer its errors with reason and mend, without a traceback."""
        try:
            return super().invoke(ctx)
        except QaError as err:
            say.error(err.reason, err.mend)
            wrong = isinstance(err, UsageError)
            raise typer.Exit(ExitCode.WRONG_CALL if wrong else ExitCode.SOME_FAILED) from err
        except KeyboardInterrupt as err:
            say.note("Interrupted.")
            raise typer.Exit(ExitCode.INTERRUPTED) from err
        except BrokenPipeError as err:
            # The reader of our output went away (`qa list | head`); nothing is wrong,
            # but Python would still complain when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.OK) from err
        except Exception as err:
            if _is_typers_own(err):
                raise
            say.error(
                f"The program met an error it did not expect ({type(err).__name__}).",
                f"Its place is written in {_log(err, ctx)}; please report it.",
            )
            raise typer.Exit(ExitCode.SOME_FAILED) from err


def _is_typers_own(err: Exception) -> bool:
    """Whether it is how Typer ends a command, or says that it was called in a wrong way."""
    return any(k.__module__.startswith(("typer", "click")) for k in type(err).__mro__)


def _log(err: Exception, ctx: Any) -> Path:
    """Write down where an unforeseen error came from, never what it says; return where."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = f"{now} qa {ctx.invoked_subcommand}: {trace(err)}\n"
    for folder in _log_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / "errors.log"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as f:
                f.write(line)
        except OSError:
            continue
        return path
    return Path(os.devnull)


def _log_folders() -> list[Path]:
    from qa.settings import load_settings

    folders = [Path(tempfile.gettempdir()) / f"callcenter-qa-{os.getuid()}"]
    try:
        folders.insert(0, load_settings().data / "logs")
    except QaError:  # the settings themselves may be what is wrong
        return folders
    return folders
