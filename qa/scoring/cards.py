"""Where cards are found: the starter cards, and the folder of the settings."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from qa.errors import UnknownName
from qa.scoring.reading import load_scorecard
from qa.scoring.scorecard import Scorecard
from qa.settings import Settings

_ENDINGS = (".yaml", ".yml")


def find_card(id: str, settings: Settings) -> Scorecard:
    """Return the card of that id: of the settings' folder, else a starter card.

    A card that leaves `vars: company` empty gets the company names of the settings; they
    are part of its text and its hash.

    Raises
    ------
    UnknownName : no card has that id; names those that there are.
    ScorecardError : the card has mistakes.
    """
    known = _sources(settings)
    if id not in known:
        raise UnknownName("scorecard", id, known)
    name, text = known[id]
    return _named(text, name, settings.company)


def read_card(path: Path, settings: Settings) -> Scorecard:
    """Read a card from a file anywhere, as `find_card` would (ScorecardError as there)."""
    card = load_scorecard(path)
    return _named(card.source, str(path), settings.company)


def read_text(text: str, name: str, settings: Settings) -> Scorecard:
    """Read a card from its text, as `find_card` would (ScorecardError as there)."""
    return _named(text, name, settings.company)


def list_cards(settings: Settings) -> tuple[Scorecard, ...]:
    """Return all cards that can be used, in order of id (ScorecardError as `find_card`)."""
    return tuple(find_card(name, settings) for name in sorted(_sources(settings)))


def _sources(settings: Settings) -> dict[str, tuple[str, str]]:
    """Return each card's file name and text by id; a card of the user's own wins."""
    starters = [p for p in files("qa.scoring").joinpath("cards").iterdir() if p.is_file()]
    found = {
        Path(p.name).stem: (p.name, p.read_text("utf-8")) for p in starters if _is_card(p.name)
    }
    folder = settings.scorecards
    if folder is not None and folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_file() and _is_card(path.name):
                text = path.read_text("utf-8-sig", errors="replace")
                found[_id(text) or path.stem] = (str(path), text)
    return found


def _is_card(name: str) -> bool:
    return name.endswith(_ENDINGS)


def _id(text: str) -> str:
    """Return the id a file gives itself, without reading all of it."""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "scorecard":
            return value.split(" #")[0].strip().strip("\"'")
    return ""


@lru_cache(maxsize=64)
def _named(text: str, name: str, company: tuple[str, ...]) -> Scorecard:
    card = load_scorecard(text, name=name)
    if not company or card.vars.get("company", ("",)) != ():
        return card
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 4096
    yaml.preserve_quotes = True
    tree = yaml.load(text)
    tree["vars"]["company"] = list(company)
    out = StringIO()
    yaml.dump(tree, out)
    return load_scorecard(out.getvalue(), name=name)
