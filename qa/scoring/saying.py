"""Mistakes in the words of whoever writes cards: what was found, what is known, what is near."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

#: What a kind of value is called, and how it is written.
_EXPECTED = {
    "tuple_type": "a list, such as [this, that]",
    "list_type": "a list, such as [this, that]",
    "dict_type": "keys and values, such as {key: value}",
    "model_type": "keys and values, such as {key: value}",
    "string_type": "text",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_too_short": "some text",
}
#: Bounds of a number or a length: how they are said, and where pydantic keeps them.
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
    "too_short": ("at least", "min_length"),
    "too_long": ("at most", "max_length"),
}
_COLON = "; what holds a colon and a space must stand in quotes"
#: How a card's ids look.
_ID_PATTERN = "lower-case letters, digits, '-' and '_', a letter or digit first"


def in_words(key: str, error: Mapping[str, Any]) -> str:
    """Return what a validation error of pydantic's means, without a full stop.

    Parameters
    ----------
    key : the key of the card that the value stands under.
    """
    kind, found = error["type"], error.get("input")
    limits: Mapping[str, Any] = error.get("ctx", {})
    if kind in {"literal_error", "enum"}:
        return f"{key}: {_one_of(str(limits['expected']), found)}"
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        return f"{key}: expected {expected}; found {shown(found)}{_about_colons(found)}"
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        given = limits.get("actual_length", shown(found))
        return f"{key}: expected {word} {limits[name]:g}; found {given}"
    if kind == "string_pattern_mismatch":
        return f"{key}: expected {_ID_PATTERN}; found {shown(found)}"
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    named = f"{key}: {message[:1].lower()}{message[1:]}"
    simple = isinstance(found, (str, int, float, bool))
    return f"{named}; found {shown(found)}" if simple and "found" not in message else named


def shown(found: Any) -> str:
    """Return a value as a card would write it, shortened."""
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return f"'{found}'" if len(found) < 60 else f"'{found[:56]}...'"  # noqa: PLR2004 - a line
    text = str(found)
    return text if len(text) < 60 else f"{text[:56]}..."  # noqa: PLR2004 - a line


def nearest(name: str, known: Sequence[str], *, listed: bool = True) -> str:
    """Return the nearest of the known names as a question, or else all of them."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known: {', '.join(known)}" if known and listed else ""


def phrase_hint(found: Any) -> str:
    """Return what is most likely meant by a mapping where a phrase is expected; "" if unknown."""
    if isinstance(found, dict) and len(found) == 1:
        [(key, value)] = found.items()
        if value is None:
            return f'; write "{{{key}}}" in quotes to mean the variable'
    return _about_colons(found)


def colons(problem: str) -> str:
    """Return what most often is behind YAML's own complaint; "" if unknown."""
    return _COLON if "mapping values are not allowed" in problem else ""


def _about_colons(found: Any) -> str:
    if isinstance(found, dict) and any(isinstance(v, str) for v in found.values()):
        return _COLON
    return ""


def _one_of(expected: str, found: Any) -> str:
    choices = list(_choices(expected))
    given = shown(found)
    near = nearest(str(found), choices, listed=False)
    if found in ("yes", "on") and "true" in choices:
        near = "; write true"
    return f"expected {_or(choices)}; found {given}{near}"


def _choices(expected: str) -> Iterable[str]:
    for word in re.findall(r"'([^']*)'|(True|False)", expected):
        yield word[0] or word[1].lower()


def _or(choices: Sequence[str]) -> str:
    quoted = [c if c in {"true", "false"} else f"'{c}'" for c in choices]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
