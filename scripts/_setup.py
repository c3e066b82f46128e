"""Set up the environment that scripts/demo and scripts/test share.

Runs on a bare Python, before anything is installed. Creates ``.venv``, installs the
versions pinned in ``constraints/``, a CPU build of torch where one can be had, and no
triton. A second run sees that nothing changed and does nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "callcenter-qa.json"
#: What each set of packages is pinned by; "test" comes on top of "demo".
PINS = {"demo": ROOT / "constraints" / "demo.txt", "test": ROOT / "constraints" / "test.txt"}
#: What bundles the pages' scripts on a machine without Node.
NODE = ROOT / "constraints" / "node.txt"
#: The makers' index of CPU builds, for systems where pip's own has CUDA in it.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
#: Seconds that index has for an answer.
PATIENCE_S = 5.0
OLDEST, NEWEST = (3, 11), (3, 13)

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


class SetupError(Exception):
    """The environment cannot be made; says why and what to do."""


@dataclass(frozen=True)
class Torch:
    """How torch is to be installed."""

    #: Arguments of ``pip install``.
    arguments: tuple[str, ...]
    #: What a person is told before the download.
    told: str


def set_up(*sets: str, say: TextIO = sys.stderr) -> Path:
    """Make the environment, unless it stands already.

    Parameters
    ----------
    sets : "demo", "test".

    Returns
    -------
    Path : the environment's Python.

    Raises
    ------
    SetupError : no Python that will do, or pip failed.
    """
    python = VENV / "bin" / "python"
    wanted = {name: digest(name) for name in sets}
    stamped = _stamped() if python.exists() else {}
    if all(stamped.get(name) == value for name, value in wanted.items()):
        _build_pages(python)
        return python
    plan: Torch | None = None
    if not python.exists():
        chosen, plan = choose(candidates())
        print(f"Making an environment in {VENV} with {chosen}.", file=say)
        _must([chosen, "-m", "venv", str(VENV)], "The environment could not be made.")
    elif _quiet((str(python), "-m", "pip", "--version")).returncode:
        _must([str(python), "-m", "ensurepip"], f"{VENV} has no pip; remove it and try again.")
    if not _has_torch(python):
        plan = plan or choose([str(python)])[1]
        print(plan.told, file=say)
        _pip(python, plan.arguments)
    for name in sets:
        if stamped.get(name) != wanted[name]:
            print(f"Installing {PINS[name].relative_to(ROOT)}: {size_of(name)}.", file=say)
            _pip(python, ("--no-deps", "--prefer-binary", "-r", str(PINS[name])))
    if not shutil.which("npm"):
        print(f"Installing {NODE.name}: {_size(NODE)}.", file=say)
        _pip(python, ("--no-deps", "--prefer-binary", "-r", str(NODE)))
    _build_pages(python)
    _pip(python, ("--no-deps", "--no-build-isolation", "-e", str(ROOT)))
    STAMP.write_text(json.dumps({**stamped, **wanted}), encoding="utf-8")
    return python


def digest(name: str) -> str:
    """Return a sum over what a set of packages is made of."""
    files = (PINS[name], ROOT / "pyproject.toml", Path(__file__))
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()


def size_of(name: str) -> str:
    """Return the size of the download, as the pins' own first lines tell it."""
    return _size(PINS[name])


def _size(pins: Path) -> str:
    found = re.search(r"^# download: (.+)$", pins.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else "size not known"


def torch_version() -> str:
    """Return the version of torch that is pinned."""
    found = re.search(r"^torch==(\S+)$", PINS["demo"].read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise SetupError(f"{PINS['demo']} pins no torch.")
    return found.group(1)


def candidates() -> list[str]:
    """Return the Pythons of this machine that will do, the running one first.

    Raises
    ------
    SetupError : there is none.
    """
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [sys.executable, *(shutil.which(n) or "" for n in names)]
    usable = list(dict.fromkeys(filter(None, map(_usable, filter(None, found)))))
    if not usable:
        raise SetupError(
            f"No Python {_dotted(OLDEST)} to {_dotted(NEWEST)} with venv and pip was found."
            " Install one (on Debian: apt install python3 python3-venv) and run this again."
        )
    return usable


def choose(pythons: Sequence[str], *, run: Run | None = None) -> tuple[str, Torch]:
    """Choose the Python that can have the smallest torch, and say how it is had.

    A Python for which pip knows a CPU build goes before one that needs the makers'
    index, and that before one that can only have a build with CUDA in it.

    Raises
    ------
    SetupError : none of them can have any.
    """
    for python in pythons:
        if plan := plan_torch(python, cpu_index=None, run=run):
            return python, plan
    reached = answers(CPU_INDEX)
    for python in pythons:
        if plan := plan_torch(python, cpu_index=reached, run=run):
            return python, plan
    raise SetupError(
        f"pip finds no torch {torch_version()} for {', '.join(pythons)}."
        " Look whether a package index can be reached, and try again."
    )


def plan_torch(python: str, *, cpu_index: bool | None, run: Run | None = None) -> Torch | None:
    """Say how this Python can have torch.

    Parameters
    ----------
    cpu_index : whether the makers' index of CPU builds answers; None = ask pip's own
        sources for a CPU build, and nobody else.
    """
    run = run or _quiet
    version = torch_version()
    local = f"torch=={version}+cpu" if sys.platform == "linux" else f"torch=={version}"
    ask = (python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "-q")
    if cpu_index is None:
        if run((*ask, local)).returncode:
            return None
        return Torch(("--no-deps", local), f"Installing torch {version}, CPU build: 190 MB.")
    if cpu_index and not run((*ask, "--index-url", CPU_INDEX, local)).returncode:
        return Torch(
            ("--no-deps", "--index-url", CPU_INDEX, local),
            f"Installing torch {version}, CPU build of its makers: 190 MB.",
        )
    return _whatever_pip_has(python, version, run)


def _whatever_pip_has(python: str, version: str, run: Run) -> Torch | None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ask = (python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "-q")
        if run((*ask, "--report", str(report), f"torch=={version}")).returncode:
            return None
        resolved = json.loads(report.read_text(encoding="utf-8"))["install"]
    pinned = {"torch", "triton", *_names(PINS["demo"])}
    # CUDA's own libraries: torch does not load without them. It does without triton.
    more = [
        f"{item['metadata']['name']}=={item['metadata']['version']}"
        for item in resolved
        if _plain(item["metadata"]["name"]) not in pinned
    ]
    if not more:
        return Torch(("--no-deps", f"torch=={version}"), f"Installing torch {version}.")
    size = sum(_length(item["download_info"]["url"]) for item in resolved)
    told = f"{size / 1e9:.1f} GB" if size else "several GB"
    return Torch(
        ("--no-deps", f"torch=={version}", *more),
        f"No CPU build of torch {version} can be had here; installing the one with CUDA"
        f" in it ({len(more)} more packages): {told}.",
    )


def answers(address: str, *, patience_s: float = PATIENCE_S) -> bool:
    """Whether an address answers in time, name look-up included."""
    heard: list[bool] = []

    def ask() -> None:
        request = urllib.request.Request(address + "/", method="HEAD")  # noqa: S310 - https
        try:
            with urllib.request.urlopen(request, timeout=patience_s):  # noqa: S310 - https
                heard.append(True)
        except urllib.error.HTTPError:  # it answers, if with a refusal
            heard.append(True)
        except OSError:
            return

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience_s)
    return bool(heard)


def _usable(python: str) -> str:
    """Return the path of the interpreter behind a name, or "" where it will not do."""
    code = (
        "import sys, venv, ensurepip;"
        "print(sys.version_info[0], sys.version_info[1], sys._base_executable)"
    )
    try:
        done = _quiet((python, "-c", code))
    except OSError:
        return ""
    if done.returncode:  # a version manager's stand-in, or a Python without venv
        return ""
    major, minor, path = done.stdout.strip().split(" ", 2)
    return path if OLDEST <= (int(major), int(minor)) <= NEWEST else ""


def _stamped() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _has_torch(python: Path) -> bool:
    code = "import importlib.metadata as m; print(m.version('torch'))"
    return _quiet((str(python), "-c", code)).stdout.split("+")[0].strip() == torch_version()


def _names(pins: Path) -> Iterable[str]:
    for line in pins.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield _plain(line.split("==")[0])


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _length(address: str) -> int:
    if not address.startswith("https://"):
        return 0
    try:
        request = urllib.request.Request(address, method="HEAD")  # noqa: S310 - https, see above
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return int(answer.headers.get("Content-Length") or 0)
    except OSError:
        return 0


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _quiet(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True)


def _build_pages(python: Path) -> None:
    """Build what the pages run; does nothing where it stands. Told apart from pip's own talk."""
    command = [str(python), str(ROOT / "scripts" / "build-pages")]
    _must(command, "The pages' scripts could not be built.")


def _pip(python: Path, arguments: Sequence[str]) -> None:
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command.append("--no-compile")  # most of what is installed is never imported
    if not sys.stderr.isatty():
        command += ["--progress-bar", "off", "-qq"]
    _must([*command, *arguments], "pip could not install what is pinned.")


def _must(command: Sequence[str], complaint: str) -> None:
    # pip's talk is no result: it belongs on stderr.
    done = subprocess.run(command, check=False, stdout=sys.stderr, env={**os.environ})
    if done.returncode:
        raise SetupError(f"{complaint} ({' '.join(command[:4])} ... ended with {done.returncode})")
