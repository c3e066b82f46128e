"""Named parts, loaded on first use.

Engines, formats and check kinds are strings ``"module:attribute"`` in a dict of
the room that owns the protocol, so that naming one imports nothing. Other
distributions add theirs through an entry-point group of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from qa.errors import MissingExtra, UnknownName


@cache  # reads the metadata of every distribution that is installed, tens of milliseconds
def _registered(group: str) -> tuple[tuple[str, str], ...]:
    """Return name and value of what other distributions register in a group."""
    return tuple((e.name, e.value) for e in entry_points(group=group))


def names(builtin: Mapping[str, str], group: str) -> list[str]:
    """Return all known names, the built-in ones first."""
    return [*builtin, *(name for name, _ in _registered(group) if name not in builtin)]


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
    target = builtin.get(name) or dict(reversed(_registered(group))).get(name)
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
