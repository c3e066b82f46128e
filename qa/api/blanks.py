"""What forms send: a field that was left blank counts as left out, and the description says so."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, model_validator

#: How a date begins; a bare number would be taken for seconds since 1970.
_DATED = re.compile(r"\d{4}-\d\d-\d\d")

#: What stands beside a schema's branches, not in one of them.
_BESIDE = frozenset({"title", "description", "default", "examples", "deprecated"})


def _dated(value: Any) -> Any:
    if isinstance(value, date) or value is None:
        return value
    if isinstance(value, str) and _DATED.match(value):
        return value
    raise ValueError("give a day as 2026-03-31, or a moment as 2026-03-31T09:00:00Z")


#: A day, or a moment with its zone, as ISO 8601 writes them.
DayOrMoment = Annotated[AwareDatetime | date, BeforeValidator(_dated)]


class FromForms(BaseModel):
    """A query that a page's form and a program may both send."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Describe every field as one that may be blank."""
        for field in cls.model_fields.values():
            field.json_schema_extra = or_blank

    @model_validator(mode="before")
    @classmethod
    def _forms_send_blanks(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v != ""} if isinstance(data, dict) else data


def or_blank(schema: dict[str, Any]) -> None:
    """Let a schema take the empty text besides.

    >>> schema = {"type": "integer", "minimum": 1, "title": "Limit"}
    >>> or_blank(schema)
    >>> schema
    {'title': 'Limit', 'anyOf': [{'type': 'integer', 'minimum': 1}, {'const': ''}]}
    """
    branches = schema.pop("anyOf", None)
    if branches is None:
        branches = [{k: schema.pop(k) for k in [*schema] if k not in _BESIDE}]
    if not any(branch in ({"type": "string"}, {"const": ""}) for branch in branches):
        branches = [*branches, {"const": ""}]
    schema["anyOf"] = branches
