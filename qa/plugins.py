"""Named parts, loaded on first use.

Engines, formats and check kinds are strings ``"module:attribute"`` in a dict of
the room that owns the protocol, so that naming one imports nothing. Other
distributions add theirs through an entry-point group of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from qa.errors import MissingExtra, UnknownName


@cache  # reads the metadata of every distribution that is installed, tens of milliseconds
def _registered(group: str) -> Mapping[str, EntryPoint]:
    """Return what other distributions register in a group by its name, the first of each."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        found.setdefault(entry.name, entry)
    return found


def names(builtin: Mapping[str, str], group: str) -> list[str]:
    """Return all known names, the built-in ones first."""
    return [*builtin, *(name for name in _registered(group) if name not in builtin)]


def maker(name: str, builtin: Mapping[str, str], group: str) -> str:
    """Return name and version of the distribution that a part comes from; "" for our own."""
    added = None if name in builtin else _registered(group).get(name)
    return f"{added.dist.name} {added.dist.version}" if added and added.dist else ""


def load(kind: str, name: str, builtin: Mapping[str, str], group: str, *, extra: str = "") -> Any:
    """Import and return the part of that name.

    Parameters
    ----------
    kind : what the part is, for the error ("transcriber").
    group : the entry-point group that others may register parts in.
    extra : the extra that installs the part's dependencies.

    Raises
    ------
    UnknownName : nothing answers to the name.
    MissingExtra : a package that the part needs is not installed.
    """
    added = _registered(group).get(name)
    target = builtin.get(name) or (added.value if added else None)
    if target is None:
        raise UnknownName(kind, name, names(builtin, group))
    module, _, attribute = target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as err:
        if not extra or (err.name or "").startswith("qa"):
            raise
        raise MissingExtra(
            f"The {kind} '{name}' needs the package '{err.name}', which", extra
        ) from err
