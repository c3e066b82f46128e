"""The page on check kinds of one's own, done as it says: written, installed, used, tested."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/howto/new-check.md").read_text("utf-8")


def run(words, folder, site):
    """Run a command as a reader would, the package installed into a folder of its own."""
    if words[0] == "pip":
        options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", f"--target={site}"]
        words = [sys.executable, "-m", "pip", *words[1:], *options]
    elif words[0] == "qa":
        words = [sys.executable, "-m", "qa.cli", *words[1:]]
    else:
        words = [sys.executable, "-m", *words, "-p", "no:cacheprovider"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")}
    env |= {"PYTHONPATH": f"{site}:{ROOT}", "QA_DATA": str(folder / "data")}
    return subprocess.run(
        words, cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.slow
def test_a_check_kind_of_ones_own_is_made_as_the_page_says(tmp_path):
    blocks = re.findall(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    folder, site = tmp_path / "mine", tmp_path / "site"
    folder.mkdir()
    said = {}
    for kind, name, text in blocks:
        if name:
            (folder / name).write_text(text, "utf-8")
        for line in text.splitlines() if kind == "sh" else ():
            done = run(shlex.split(line), folder, site)
            assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
            said[line] = done.stdout
    assert "1 items, no mistakes" in said["qa scorecard check curious.yaml"]
    assert "1.000" in said["qa scorecard test curious.yaml"]
    assert "4 passed" in said["pytest test_questions.py"]
    (folder / "wrong.yaml").write_text(
        (folder / "curious.yaml").read_text("utf-8").replace("at_least: 2", "at_lest: 2"), "utf-8"
    )
    wrong = run(["qa", "scorecard", "check", "wrong.yaml"], folder, site)
    assert wrong.returncode != 0
    assert "wrong.yaml:9:21: unknown key 'at_lest'" in wrong.stdout
    assert "did you mean 'at_least'?" in wrong.stdout
