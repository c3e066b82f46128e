"""The digest of what a card says, by which a score names the card it was made by."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest(data: Any) -> str:
    """Return the digest of what the card says; comments, layout and examples do not count."""
    said = _canonical(_without_examples(data))
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _without_examples(value: Any) -> Any:
    """Leave out the tests of a card and of its items (a list of that name is none)."""
    if isinstance(value, list):
        return [_without_examples(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {
        k: _without_examples(v) if k in {"sections", "items"} else v
        for k, v in value.items()
        if k != "examples"
    }


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _canonical(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_canonical(v) for v in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
