"""From a YAML file to a `Scorecard`, or to every mistake in it with line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import ScalarString

from qa.errors import Mistake, ScorecardError
from qa.language import load_pack, pack_languages
from qa.scoring.checks import kinds, load_kind
from qa.scoring.checks.metric import Bounds
from qa.scoring.digest import digest
from qa.scoring.examples import ItemExample
from qa.scoring.metrics import METRICS
from qa.scoring.phrases import PhraseError, parse
from qa.scoring.references import Path_, references
from qa.scoring.salvage import salvage
from qa.scoring.saying import colons, in_words, nearest
from qa.scoring.scorecard import (
    FamilyRef,
    Item,
    Limits,
    ListRef,
    Mark,
    Only,
    Scorecard,
    Search,
    Section,
    Where,
)

#: Larger files are no scorecards.
_MAX_CHARACTERS = 1_000_000
_MAX_NODES = 100_000
#: Models by the key that holds them, to name the known keys in a mistake.
_NESTED: dict[str, type[BaseModel]] = {
    "where": Where, "only": Only, "not_if": Search, "or_if": Search, "before": Mark,
    "after": Mark, "to": Search, "when": Search, "sequence": Search,
    "items": Item, "sections": Section, "examples": ItemExample, "unless_answering": Search,
}  # fmt: skip


def load_scorecard(source: Path | str, *, name: str = "") -> Scorecard:
    """Read a scorecard.

    Parameters
    ----------
    source : a file, or the YAML itself.
    name : what mistakes call the file; the path by default.

    Raises
    ------
    ScorecardError : with every mistake found, in order of place.
    """
    if isinstance(source, Path):
        name = name or str(source)
        try:
            text = source.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as err:
            raise ScorecardError([Mistake(name, 0, 0, f"cannot be read: {err}.")]) from err
    else:
        text = source.removeprefix("\ufeff")
    return _Reader(text, name or "scorecard").read()


def positions(text: str) -> Mapping[Path_, tuple[int, int]]:
    """Return line and column, counted from 1, of every value of a card that can be read."""
    reader = _Reader(text, "")
    reader.parsed()
    return reader.values


class _Reader:
    """Reads one file and collects its mistakes."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.mistakes: list[Mistake] = []
        #: Line and column of each value and of each key, counted from 1.
        self.values: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        #: Paths of strings that stand in quotes.
        self.quoted: set[Path_] = set()
        #: Keys of which nothing could be read; what would follow from that is not said.
        self.unread: frozenset[str] = frozenset()

    def read(self) -> Scorecard:
        data = self.parsed()
        if not isinstance(data, dict):
            self._wrong((), "a scorecard is a mapping that begins with 'scorecard: its-id'")
            raise ScorecardError(self.mistakes)
        said = digest(data)
        ready = self._with_checks(data)
        try:
            card = Scorecard.model_validate(ready | {"source": self.text, "hash": said})
        except ValidationError as err:
            self._explain_all((), err)
            card, self.unread = salvage(ready)
        self._look_closer(card)
        if self.mistakes:
            raise ScorecardError(sorted(set(self.mistakes), key=lambda m: (m.line, m.column)))
        return card

    # --- YAML ----------------------------------------------------------------------

    def parsed(self) -> Any:
        if len(self.text) > _MAX_CHARACTERS:
            raise ScorecardError(
                [Mistake(self.name, 0, 0, f"longer than {_MAX_CHARACTERS} characters.")]
            )
        yaml = YAML(typ="rt", pure=True)
        yaml.version = (1, 2)
        yaml.preserve_quotes = True
        try:
            tree = yaml.load(StringIO(self.text))
        except MarkedYAMLError as err:
            mark = err.problem_mark or err.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            what = " ".join(str(x) for x in (err.context, err.problem) if x)
            twice = re.search(r'found duplicate key "(.+?)"', what)
            what = f"the key '{twice[1]}' is there twice" if twice else what
            what = what.splitlines()[0] + colons(what)
            mistake = Mistake(self.name, line, column, f"not YAML: {what}.")
            raise ScorecardError([mistake]) from err
        except ReaderError as err:
            before = self.text[: err.position]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            what = f"not YAML: the character {self.text[err.position]!a} cannot stand in a text."
            raise ScorecardError([Mistake(self.name, line, column, what)]) from err
        except (YAMLError, ValueError, RecursionError) as err:
            raise ScorecardError([Mistake(self.name, 0, 0, f"not YAML: {err}.")]) from err
        try:
            return self._plain(tree, (), (1, 1))
        except RecursionError as err:
            raise ScorecardError([Mistake(self.name, 0, 0, "nested too deep.")]) from err

    def _plain(self, node: Any, path: Path_, place: tuple[int, int]) -> Any:
        """Turn ruamel's nodes into plain values and remember where each stands."""
        self.values[path] = place
        if len(self.values) > _MAX_NODES:
            raise ScorecardError([Mistake(self.name, *place, "too many values.")])
        if isinstance(node, CommentedMap):
            out = {}
            for key, value in node.items():
                key_place = _shift(node.lc.key(key))
                self.keys[*path, str(key)] = key_place
                out[str(key)] = self._plain(value, (*path, str(key)), _shift(node.lc.value(key)))
            return out
        if isinstance(node, CommentedSeq):
            return [
                self._plain(value, (*path, i), _shift(node.lc.item(i)))
                for i, value in enumerate(node)
            ]
        if isinstance(node, ScalarString):
            self.quoted.add(path)
            return str(node)
        if isinstance(node, bool) or node is None:
            return node
        return _scalar(node)

    # --- items and their checks ----------------------------------------------------

    def _with_checks(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the card with each item's one check key turned into its model."""
        for forbidden in ("source", "hash"):
            if forbidden in data:
                self._unknown((forbidden,), Scorecard)
        data = {k: v for k, v in data.items() if k not in {"source", "hash"}}
        sections = data.get("sections")
        if not isinstance(sections, list):
            return data
        return data | {
            "sections": [self._section(s, ("sections", i)) for i, s in enumerate(sections)]
        }

    def _section(self, section: Any, path: Path_) -> Any:
        if not isinstance(section, dict) or not isinstance(section.get("items"), list):
            return section
        items = [self._item(x, (*path, "items", i)) for i, x in enumerate(section["items"])]
        return section | {"items": items}

    def _item(self, item: Any, path: Path_) -> Any:
        if not isinstance(item, dict):
            return item
        for forbidden in ("kind", "check"):
            if forbidden in item:
                self._unknown((*path, forbidden), Item)
        found = [k for k in item if k in kinds()]
        out = {k: v for k, v in item.items() if k not in {*found, "kind", "check"}}
        if len(found) != 1:
            what = "no check" if not found else f"{len(found)} checks ({', '.join(found)})"
            if found or not _misspelt_check(out):
                needed = f"it needs exactly one of {', '.join(kinds())}"
                self._wrong(path, f"the item has {what}; {needed}")
            return out | {"kind": "", "check": None}
        kind = found[0]
        check = None
        try:
            check = load_kind(kind).model_validate(item[kind])
        except ValidationError as err:
            self._explain_all((*path, kind), err)
        return out | {"kind": kind, "check": check}

    # --- mistakes ------------------------------------------------------------------

    def _wrong(self, path: Path_, message: str, *, shift: int = 0) -> None:
        line, column = self._place(path)
        end = "" if message.endswith(("?", ".")) else "."
        self.mistakes.append(Mistake(self.name, line, column + shift, f"{message}{end}"))

    def _place(self, path: Path_) -> tuple[int, int]:
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def _explain_all(self, path: Path_, err: ValidationError) -> None:
        """Say each mistake once: no follow-ups of it, and one of several readings of a value."""
        errors: list[tuple[Path_, Any]] = [((*path, *e["loc"]), e) for e in err.errors()]
        said: set[Path_] = set()
        for loc, error in errors:
            of_a_key = error["type"] in {"extra_forbidden", "missing"}
            if not of_a_key and self._is_deeper(loc, [o for o, _ in errors]):
                continue
            if error["type"] == "missing" and _misspelt(loc, errors):
                continue
            key = loc if of_a_key else self._real(loc)
            if key not in said:
                self._explain(loc, dict(error))
            said.add(key)

    def _is_deeper(self, loc: Path_, others: Sequence[Path_]) -> bool:
        """Tell whether what is wrong with a value is said of a part of it as well."""
        real = self._real(loc)
        return any(
            len(self._real(o)) > len(real) and self._real(o)[: len(real)] == real for o in others
        )

    def _explain(self, loc: Path_, error: Mapping[str, Any]) -> None:
        """Say one validation error in the words of the card."""
        path = self._real(loc)
        if error["type"] == "extra_forbidden":
            self._unknown((*path, loc[-1]) if path != loc else path, self._model_at(path))
            return
        if error["type"] == "missing":
            self._wrong(path, f"'{loc[-1]}' is missing")
            return
        key = next((str(p) for p in reversed(path) if isinstance(p, str)), "scorecard")
        self._wrong(path, in_words(key, error))

    def _real(self, loc: Path_) -> Path_:
        """Return the part of a location that is in the file (pydantic adds union branches)."""
        real: Path_ = ()
        for step in loc:
            if (*real, step) in self.values:
                real = (*real, step)
        return real

    def _unknown(self, path: Path_, model: type[BaseModel] | None) -> None:
        known = sorted(_keys(model)) if model else []
        near = get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else "." * bool(known)
        listed = f" Known: {', '.join(known)}" if known else ""
        line, column = self.keys.get(path, self._place(path))
        self.mistakes.append(
            Mistake(self.name, line, column, f"unknown key '{path[-1]}'.{listed}{hint}")
        )

    def _model_at(self, path: Path_) -> type[BaseModel] | None:
        """Return the model whose key the last step of `path` was taken for."""
        for step in reversed(path[:-1]):
            if step in METRICS:
                return Limits if "only" in path else Bounds
            if isinstance(step, str):
                return _NESTED.get(step, load_kind(step) if step in kinds() else None)
        return Scorecard

    # --- what a schema cannot say --------------------------------------------------

    def _look_closer(self, card: Scorecard) -> None:
        self._ids(card)
        if not self.mistakes:  # an id that cannot be read would be missed here
            self._dialogues(card)
            self._marks(card)
        for i, language in enumerate(card.languages):
            if language not in pack_languages():
                self._no_pack(("languages", i), language)
        for name, by_language in card.lists.items():
            for language, phrases in by_language.items():
                if language not in pack_languages():
                    self._no_pack(("lists", name, language), language)
                for i, phrase in enumerate(phrases):
                    self._phrase(card, phrase, ("lists", name, language, i))
        for path, value in references(card):
            if isinstance(value, str):
                self._phrase(card, value, path)
            else:
                self._reference(card, value, path)

    def _ids(self, card: Scorecard) -> None:
        seen: dict[str, int] = {}
        sections: set[str] = set()
        for s, section in enumerate(card.sections):
            if section.id in sections:
                self._wrong(("sections", s, "id"), f"the section '{section.id}' is there twice")
            sections.add(section.id)
            for i, item in enumerate(section.items):
                path = ("sections", s, "items", i, "id")
                if item.id in seen:
                    first = f"first in line {seen[item.id]}"
                    self._wrong(path, f"the item '{item.id}' is there twice, {first}")
                seen.setdefault(item.id, self._place(path)[0])

    def _dialogues(self, card: Scorecard) -> None:
        known = [item.id for _, item in card.items]
        for i, dialogue in enumerate(card.examples):
            for name in dialogue.expect:
                if name not in known:
                    what = f"no item '{name}'{nearest(name, known)}"
                    self._wrong(("examples", i, "expect", name), what)

    def _marks(self, card: Scorecard) -> None:
        """See that `before` and `after` name items further up, so that none waits for itself."""
        above: list[str] = []
        for s, section in enumerate(card.sections):
            for i, item in enumerate(section.items):
                for key in ("before", "after"):
                    name = getattr(item, key).item if getattr(item, key) else None
                    if name is not None and name not in above:
                        path = ("sections", s, "items", i, key, "item")
                        what = f"no item '{name}' further up in the card"
                        self._wrong(path, f"{what}{nearest(name, above)}")
                above.append(item.id)

    def _no_pack(self, path: Path_, language: str) -> None:
        named = {load_pack(c).name.lower(): c for c in pack_languages()}
        known = ", ".join(pack_languages())
        near = named.get(language.lower())
        hint = f"; did you mean '{near}'?" if near else f"; there are {known}"
        self._wrong(path, f"there is no language pack for '{language}'{hint}")

    def _phrase(self, card: Scorecard, phrase: str, path: Path_) -> None:
        if "vars" in self.unread:
            return
        try:
            parse(phrase, card.vars)
        except PhraseError as err:
            shift = err.column + (path in self.quoted)
            self._wrong(path, f"{err} (in the phrase '{phrase}')", shift=shift)

    def _reference(self, card: Scorecard, ref: ListRef | FamilyRef, path: Path_) -> None:
        name = ref.list if isinstance(ref, ListRef) else ref.family
        families = {f for c in pack_languages() for f in load_pack(c).families}
        known = families | (set(card.lists) if isinstance(ref, ListRef) else set())
        if name not in known and "lists" not in self.unread:
            what = "list or family" if isinstance(ref, ListRef) else "family"
            self._wrong(path, f"no {what} named '{name}'{nearest(name, sorted(known))}")


def _misspelt(loc: Path_, errors: Sequence[tuple[Path_, Any]]) -> bool:
    """Tell whether a missing key is there under a name that is nearly its own."""
    unknown = [o for o, e in errors if e["type"] == "extra_forbidden" and o[:-1] == loc[:-1]]
    return bool(get_close_matches(str(loc[-1]), [str(o[-1]) for o in unknown], n=1))


def _misspelt_check(item: Mapping[str, Any]) -> bool:
    """Tell whether a key that no item has is nearly the name of a check."""
    unknown = [k for k in item if k not in _keys(Item)]
    return any(
        near and near[0] in kinds()
        for near in (get_close_matches(k, sorted(_keys(Item)), n=1, cutoff=0.5) for k in unknown)
    )


def _keys(model: type[BaseModel]) -> set[str]:
    names = {f.alias or n for n, f in model.model_fields.items()} - {"source", "hash"}
    return (names - {"kind", "check"}) | set(kinds()) if model is Item else names


def _shift(place: tuple[int, int]) -> tuple[int, int]:
    return place[0] + 1, place[1] + 1


def _scalar(node: Any) -> Any:
    """Return a plain number, text or date of ruamel's own classes as itself."""
    for plain in (int, float):
        if isinstance(node, plain):
            return plain(node)
    return str(node)
