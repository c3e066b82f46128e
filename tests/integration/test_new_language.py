"""The page on new languages, done as it says: a folder, and cards in that language judge."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/howto/new-language.md").read_text("utf-8")
CHAT = """\
agent: Dzień dobry, w czym mogę pomóc?
customer: Dzień dobry, mam problem, bo nie ma jeszcze mojej paczki.
agent: Przepraszamy za to, już sprawdzam, co się stało z przesyłką.
customer: Dziękuję, to mi pomoże.
agent: Do widzenia!
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of the program, and the files that the page tells its reader to save."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "qa", tmp_path / "qa", ignore=skipped)
    shutil.copytree(ROOT / "tests/unit/scoring", tmp_path / "tests/unit/scoring", ignore=skipped)
    blocks = re.findall(r"^```yaml file=(\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert {Path(name).parent.name for name, _ in blocks} == {"pl", "cards"}
    (tmp_path / "paczka.txt").write_text(CHAT, "utf-8")
    return tmp_path


def run(line, checkout):
    words = shlex.split(line)
    if words[0] == "qa":
        words = ["python", "-m", "qa.cli", *words[1:]]
    env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")}
    env |= {
        "PYTHONPATH": str(checkout),
        "QA_DATA": str(checkout / "data"),
        "QA_SCORECARDS": "cards",
    }
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=checkout, env=env, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_a_language_is_added_by_adding_a_folder(checkout):
    said = {}
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            said[line] = run(line, checkout)
    tests, check, examples = said.values()
    # Each family of the pack twice, and its phrases as a whole.
    assert re.search(r"\b[1-9]\d* passed", tests)
    assert "failed" not in tests
    assert "2 items, no mistakes" in check
    assert "1.000" in examples


@pytest.mark.slow
def test_a_chat_in_the_new_language_is_recognised_and_scored(checkout):
    run("qa run paczka.txt --scorecard uprzejmy", checkout)
    [listed] = json.loads(run("qa list --json", checkout))["items"]
    shown = run(f"qa show {listed['id']}", checkout)
    assert "phrases pl 1" in shown
    assert "Score 100" in shown
    assert '"Dzień dobry"  <- family: greeting' in shown
