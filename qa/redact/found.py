"""What is to be hidden."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """Tokens to hide: from first to last, both included."""

    kind: str
    turn: int
    first: int
    last: int
