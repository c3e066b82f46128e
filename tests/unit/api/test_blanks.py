"""Queries of forms and programs: blanks count as left out, and days are days."""

import pytest
from pydantic import TypeAdapter, ValidationError

from qa.api.agreement_schemas import AgreementQuery
from qa.api.blanks import DayOrMoment, or_blank


def test_a_field_that_was_left_blank_counts_as_left_out():
    assert AgreementQuery(since="", team="", card="").model_dump() == AgreementQuery().model_dump()


@pytest.mark.parametrize("given", ["2026-03-31", "2026-03-31T09:00:00Z", "2026-03-31T09:00+02:00"])
def test_days_and_moments_are_taken(given):
    taken = TypeAdapter(DayOrMoment).validate_python(given)
    assert str(taken).startswith("2026-03-31")


@pytest.mark.parametrize(
    "given", ["20260331", "0", "-3", "1.5", 1774915200, "yesterday", "2026-03-31T09:00:00"]
)
def test_a_number_is_no_day_and_a_moment_without_its_zone_is_none(given):
    with pytest.raises(ValidationError):
        TypeAdapter(DayOrMoment).validate_python(given)


@pytest.mark.parametrize(
    ("schema", "described"),
    [
        ({"type": "integer", "title": "T"},
         {"title": "T", "anyOf": [{"type": "integer"}, {"const": ""}]}),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": None},
         {"anyOf": [{"type": "boolean"}, {"type": "null"}, {"const": ""}], "default": None}),
        ({"type": "string"}, {"anyOf": [{"type": "string"}]}),
    ],
)  # fmt: skip
def test_the_description_says_that_it_may_be_blank(schema, described):
    or_blank(schema)
    assert schema == described
    or_blank(schema)
    assert schema == described
