"""What forms send: a field that was left blank counts as left out, and the description says so."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, model_validator

#: What stands beside a schema's branches, not in one of them.
_BESIDE = frozenset({"title", "description", "default", "examples", "deprecated"})


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
