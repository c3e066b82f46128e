"""What strategies weigh, and how a sum becomes 0..1: published, versioned, hand-set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

#: Requests between equals, or people at work.
Register = Literal["plain", "agent"]


class Weight(BaseModel):
    """One strategy: what it is, and what it weighs in each register."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    plain: float
    agent: float


class Table(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    #: A turn's sum above it counts as polite.
    cut: Mapping[Register, float]
    #: Sum and level; straight lines between, rising.
    scale: tuple[tuple[float, float], ...]
    strategies: Mapping[str, Weight]

    def sum(self, names: Iterable[str], register: Register) -> float:
        """Add up what was found; each strategy counts once a turn."""
        weights = (self.strategies[n] for n in sorted(set(names)))
        return sum((w.plain if register == "plain" else w.agent for w in weights), 0.0)

    def level(self, total: float) -> float:
        """Return the level of a sum, 0 (rude) to 1 (very polite); never falls as it rises."""
        low, high = self.scale[0], self.scale[-1]
        if total <= low[0]:
            return low[1]
        for (x0, y0), (x1, y1) in zip(self.scale, self.scale[1:], strict=False):
            if total <= x1:
                return y0 + (y1 - y0) * (total - x0) / (x1 - x0)
        return high[1]


@lru_cache(maxsize=1)
def table() -> Table:
    """Return the published table."""
    text = files("qa.scoring.politeness").joinpath("weights.yaml").read_text("utf-8")
    return Table.model_validate(YAML(typ="safe").load(text))
