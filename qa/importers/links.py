"""Symbolic links: what is read lies within what the user gave, wherever a link leads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def leads_out(path: Path, folders: Iterable[Path]) -> bool:
    """Say whether a path, its links followed, lies in none of these folders and is none of them.

    What does not exist leads where its folder does: it is not even looked for behind a link.
    """
    while not is_there(path):
        path = path.parent
    real = Path(os.path.realpath(path))
    return not any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def is_there(path: Path) -> bool:
    """Say whether something lies at a path, of whatever kind; a name that none can have is none."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True
