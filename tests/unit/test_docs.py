"""The documentation is whole: fresh, linked, and it speaks of commands that exist."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from qa.cli.app import app
from qa.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Decided on in the page of what they belong to.
TOGETHER = {
    "jinja2": "fastapi",
    "numpy": "openai-whisper",
    "onnxruntime": "silero-vad",
    "pydantic": "pydantic-settings",
    "pymorphy3-dicts-ru": "pymorphy3",
    "torch": "openai-whisper",
}


def name(page):
    return str(page.relative_to(ROOT))


def test_reference_pages_are_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "docs", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    local = [t for t in targets if "://" not in t]
    assert [t for t in local if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist_with_their_options(page):
    for line in re.findall(r"^\$ qa (.*)$", page.read_text("utf-8"), re.MULTILINE):
        parse(shlex.split(line.partition(" < ")[0]))


def parse(words):
    """Find the command and read its options, without running it."""
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    with command.make_context(command.name, words):
        pass


def test_every_command_has_its_reference():
    reference = (ROOT / "docs/reference/cli.md").read_text("utf-8")
    assert set(names(typer.main.get_command(app))) == set(
        re.findall(r"^## `qa (.*)`$", reference, re.MULTILINE)
    )


def names(command, before=""):
    for word, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from names(child, f"{before}{word} ")
        else:
            yield before + word


def test_every_setting_is_explained():
    source = (ROOT / "qa/settings.py").read_text("utf-8")
    lines = source.splitlines()
    (settings,) = (n for n in ast.parse(source).body if getattr(n, "name", "") == "Settings")
    fields = [n for n in settings.body if isinstance(n, ast.AnnAssign)]
    assert {f.target.id for f in fields} == set(Settings.model_fields)
    silent = [f.target.id for f in fields if not lines[f.lineno - 2].lstrip().startswith("#:")]
    assert silent == []


def test_every_dependency_was_decided_on():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["speech"], *extras["cluster"]]
    packages = {re.split(r"[\[<>=~!;]", w)[0].strip() for w in wanted}
    decisions = "".join(
        p.read_text("utf-8").lower() for p in (ROOT / "docs/decisions").glob("*.md")
    )
    assert {p for p in packages if TOGETHER.get(p, p) not in decisions} == set()
