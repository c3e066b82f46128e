"""The page on OWASP's API Top 10 names every item, and only tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "owasp-api.md").read_text("utf-8")
ITEMS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def test_every_item_is_there_with_a_test_that_proves_it():
    assert [item.split()[0] for item in ITEMS] == [f"API{n}:2023" for n in range(1, 11)]
    for item in ITEMS:
        assert re.search(r"`tests/[\w/]+\.py::\w+`", item), item.splitlines()[0]


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda v: v.rpartition("/")[2])
def test_a_test_that_is_named_exists(file, name):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
