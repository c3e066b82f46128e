"""The politeness benchmark says what it found, and refuses files that it cannot read."""

import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]

ROWS = """sentence,score
"Здравствуйте! Не могли бы вы, пожалуйста, помочь?",2
"Спасибо большое, буду рад помощи!",1.5
"Где лежит этот файл?",0.1
"Я видел это вчера.",0
"Зачем ты это удалил??",-1
"Хватит врать, идиот!",-2
"Какой дурак это писал?",-1.5
"Добрый день, можно ли уточнить?",1.2
"""


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return import_module("benches.politeness")
    finally:
        sys.path.pop(0)


@pytest.fixture
def file(tmp_path):
    def write(text):
        made = tmp_path / "rows.csv"
        made.write_text(text, encoding="utf-8")
        return str(made)

    return write


def test_the_quarters_are_told_apart(bench, file, capsys):
    assert bench.main([file(ROWS), "--language", "ru", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["n"], said["cut"]) == (8, 4, 0.0)
    assert (said["accuracy"], said["auc"]) == (1.0, 1.0)
    assert said["spearman"] > 0.8
    assert "convokit21" not in said  # it needs parses


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("text,score\na,1\n", "no column sentence"),
        ("sentence,score\na,1\n", "at least four"),
        ("sentence,score\na,polite\nb,1\nc,1\nd,1\n", "could not convert"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(bench, file, capsys, text, says):
    assert bench.main([file(text), "--language", "ru"]) == 2
    assert says in capsys.readouterr().err


def test_a_language_without_lists_is_refused(bench, file, capsys):
    assert bench.main([file(ROWS), "--language", "de"]) == 2
    assert "no politeness lists for 'de'" in capsys.readouterr().err


def test_ties_count_half(bench):
    polite = np.array([False, True])
    assert bench.auc(np.array([1.0, 1.0]), polite) == 0.5
    assert bench.auc(np.array([0.0, 1.0]), polite) == 1.0
    assert bench.spearman(np.array([1.0, 2.0, 2.0]), np.array([5.0, 9.0, 9.0])) == 1.0


def test_the_regression_to_compare_with_learns(bench):
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 2, (200, 3)).astype(float)
    polite = rows[:, 0] > 0
    fitted = bench._convokit.cross_validated(rows, polite)
    assert bench.auc(fitted, polite) > 0.99
