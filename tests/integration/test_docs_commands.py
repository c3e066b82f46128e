"""Every command that the documentation shows does what it says, page by page, in order.

A page's commands stand in ``console`` blocks behind ``$``. They are run in a folder of their
own that holds what a reader has: the samples, a folder of recordings, the weights. A block
``yaml file=NAME`` is a file that the page tells its reader to save; ``< password.txt`` is a
password they thought of.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
WEIGHTS = Path(os.environ.get("QA_MODELS", ROOT / ".models")).absolute()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: What sets the reader's machine up, or is run from the checkout; tests of their own run these.
ELSEWHERE = (
    "scripts/demo",
    "scripts/test",
    "scripts/check",
    ".venv/bin/python scripts/docs",
    "source .venv/bin/activate",
)
#: A small folder of recordings of one's own.
RECORDINGS = ("calls/rude-agent.mp3", "calls/rude-agent.json", "chats/return-en.json")
#: Seconds that one command may take on a busy machine.
PATIENCE_S = 240


def commands(page):
    """Return the commands of a page, in order."""
    blocks = re.findall(
        r"^```console\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = "".join(blocks).splitlines()
    return [line[2:] for line in lines if line.startswith("$ ")]


def run_here(page):
    return [c for c in commands(page) if not c.startswith(ELSEWHERE)]


@pytest.fixture(scope="session")
def heard(tmp_path_factory):
    """What pages have heard so far, and the key that seals it: most hear the same recordings."""
    return tmp_path_factory.mktemp("heard")


@pytest.fixture
def folder(tmp_path, heard):
    """A reader's folder."""
    if not WEIGHTS.is_dir():
        pytest.skip("The weights are not here: qa models pull")
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    (tmp_path / ".models").symlink_to(WEIGHTS)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "password.txt").write_text("lamp river ochre tin\n", "utf-8")
    for name in RECORDINGS:
        shutil.copy(ROOT / "samples" / name, tmp_path / "recordings")
    key, data = heard / "vault.key", tmp_path / "data"
    if key.exists():
        data.mkdir(mode=0o700)
        shutil.copy(key, data)
        shutil.copytree(heard / "cache", data / "cache")
    yield tmp_path
    if (data / "vault.key").exists() and (data / "cache").exists():
        # A page may have made another key, or have erased something.
        if not key.exists():
            shutil.copy(data / "vault.key", key)
        if key.read_bytes() == (data / "vault.key").read_bytes():
            shutil.copytree(data / "cache", heard / "cache", dirs_exist_ok=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "page", [p for p in PAGES if run_here(p)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_commands_of_a_page(page, folder):
    for name, text in re.findall(
        r"^```\w+ file=(\S+)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")}
    env |= {"QA_DATA": str(folder / "data"), "QA_MODELS": ".models", "QA_PROFILE": "compact"}
    for command in run_here(page):
        words = shlex.split(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            env[name] = value
            continue
        assert words[0] == "qa", f"not known how to try '{command}'"
        given = (folder / words[-1]).read_text("utf-8") if "<" in words else ""
        words = words[: words.index("<")] if "<" in words else words
        arguments = [sys.executable, "-m", "qa.cli", *words[1:]]
        if words[1] == "serve":
            serve(arguments, folder, env)
            continue
        done = subprocess.run(
            arguments,
            check=False,
            cwd=folder,
            env=env,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def serve(arguments, folder, env):
    """Start the server, ask it for its first page, and end it as Ctrl-C does."""
    said = folder / "said"
    with said.open("w") as out:
        server = subprocess.Popen(
            [*arguments, "--port", "0"], cwd=folder, env=env, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (address := re.search(r"http://[\w.]+:\d+", said.read_text())):
            assert server.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.2)
        with urlopen(address.group()) as answer:
            assert b"rude-agent" in answer.read()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(PATIENCE_S)
