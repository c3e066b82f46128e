"""The items of a JSON file: lists, lines, long ones bit by bit, broken ones alone."""

import json
import re
import tracemalloc

import pytest

from qa.errors import FormatError
from qa.importers import Item, json_items

GOOD = [{"id": n, "text": "x" * 20} for n in range(5)]


@pytest.fixture(params=["at once", "bit by bit"])
def items(request, tmp_path, monkeypatch):
    """Read a text as a file, in both ways."""
    if request.param == "bit by bit":
        monkeypatch.setattr(json_items, "AT_ONCE", -1)
        monkeypatch.setattr(json_items, "_CHUNK", 64)

    def read(text, *, name="a.json", under=("conversations",)):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return list(json_items.json_items(path, under=under))

    return read


def values(found):
    return [one.value for one in found if isinstance(one, Item)]


def rejects(found):
    return [(one.place, one.error.reason) for one in found if not isinstance(one, Item)]


@pytest.mark.parametrize("text", [
    json.dumps(GOOD),
    json.dumps(GOOD, indent=2),
    "\ufeff" + json.dumps(GOOD),
    json.dumps({"conversations": GOOD}),
])  # fmt: skip
def test_a_list_is_read_item_by_item(items, text):
    found = items(text)
    assert values(found) == GOOD
    assert [f.place for f in found] == [f"item {n}" for n in range(1, 6)]


def test_one_object_is_one_item(items):
    assert values(items('{"a": [1, 2]}')) == [{"a": [1, 2]}]


def test_lines_are_told_by_the_name_or_by_the_look(items):
    text = "\r\n".join(json.dumps(g) for g in GOOD)
    assert values(items(text, name="a.jsonl")) == GOOD
    assert values(items(text + "\n\n", name="a.json")) == GOOD


def test_a_broken_line_costs_itself_alone(items):
    lines = [json.dumps(g) for g in GOOD]
    lines[2] = lines[2][:-3]
    found = items("\n".join(lines), name="a.jsonl")
    assert values(found) == GOOD[:2] + GOOD[3:]
    ((place, reason),) = rejects(found)
    assert place == "line 3"
    assert "no valid JSON" in reason


def test_a_broken_item_of_a_list_costs_itself_alone(items):
    text = json.dumps(GOOD).replace('"id": 2,', '"id": 2')
    found = items(text)
    assert values(found) == GOOD[:2] + GOOD[3:]
    assert [place for place, _ in rejects(found)] == ["item 3"]


def test_a_list_that_breaks_off_gives_what_was_whole(items):
    found = items(json.dumps(GOOD)[:-10])
    assert values(found) == GOOD[:4]
    assert [place for place, _ in rejects(found)] == ["item 5"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": 1' + "0" * 5000 + "}",
        "[" * 100_000,
        "[[[" * 30 + "]]]" * 30,
    ],
)
def test_what_is_no_json_is_refused_with_its_place(items, text):
    try:
        found = items(text)
    except FormatError as err:
        reason = err.reason
    else:
        assert values(found) == []
        ((_, reason),) = rejects(found)
    assert re.search(r"a\.json.*no valid JSON", reason)


def test_half_a_character_is_left_out(items):
    assert values(items('[{"a": "x\\ud83dy"}, {"a": "\\ud83d\\ude00"}]')) == [
        {"a": "xy"},
        {"a": "😀"},
    ]


def test_a_long_list_takes_little_memory(tmp_path):
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write(
            "[" + ",".join(json.dumps({"id": n, "text": "x" * 1000}) for n in range(20_000)) + "]"
        )
    tracemalloc.start()
    count = sum(isinstance(one, Item) for one in json_items.json_items(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 2
