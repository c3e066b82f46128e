"""The set-up of scripts/demo and scripts/test: which Python, which torch, what again."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def setup(monkeypatch):
    spec = importlib.util.spec_from_file_location("_setup", ROOT / "scripts" / "_setup.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "_setup", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.sys, "platform", "linux")
    return module


class Pip:
    """Answers as pip would; `cpu` and `cuda` name the Pythons that can have such a torch."""

    def __init__(self, *, cpu=(), makers=(), cuda=()):
        self.cpu, self.makers, self.cuda = cpu, makers, cuda
        self.asked = []

    def __call__(self, command):
        self.asked.append(command)
        python = command[0]
        if "--report" in command:
            known = python in self.cuda
            report = Path(command[command.index("--report") + 1])
            names = ["torch", "triton", "sympy", "nvidia-cublas"]
            report.write_text(
                json.dumps(
                    {
                        "install": [
                            {
                                "metadata": {"name": n, "version": "1"},
                                "download_info": {"url": "file:///x"},
                            }
                            for n in names
                        ]
                    }
                )
            )
        elif "--index-url" in command:
            known = python in self.makers
        else:
            known = python in self.cpu
        return subprocess.CompletedProcess(command, 0 if known else 1, "", "")


class TestChoose:
    def test_a_python_with_a_cpu_build_goes_before_the_running_one(self, setup, monkeypatch):
        monkeypatch.setattr(setup, "answers", lambda _: pytest.fail("asked the makers"))
        python, torch = setup.choose(["3.13", "3.11"], run=Pip(cpu={"3.11"}, cuda={"3.13"}))
        assert python == "3.11"
        assert torch.arguments == ("--no-deps", f"torch=={setup.torch_version()}+cpu")

    def test_the_running_one_is_kept_where_it_can_have_it(self, setup):
        assert setup.choose(["3.13", "3.11"], run=Pip(cpu={"3.11", "3.13"}))[0] == "3.13"

    def test_else_the_makers_are_asked(self, setup, monkeypatch):
        monkeypatch.setattr(setup, "answers", lambda _: True)
        python, torch = setup.choose(["3.13"], run=Pip(makers={"3.13"}, cuda={"3.13"}))
        assert python == "3.13"
        assert setup.CPU_INDEX in torch.arguments

    def test_else_the_one_with_cuda_but_never_triton(self, setup, monkeypatch):
        monkeypatch.setattr(setup, "answers", lambda _: False)
        pip = Pip(makers={"3.13"}, cuda={"3.13"})
        _, torch = setup.choose(["3.13"], run=pip)
        assert torch.arguments == (
            "--no-deps",
            f"torch=={setup.torch_version()}",
            "nvidia-cublas==1",
        )
        assert "CUDA" in torch.told
        assert not any("--index-url" in command for command in pip.asked)

    def test_says_when_none_can_be_had(self, setup, monkeypatch):
        monkeypatch.setattr(setup, "answers", lambda _: False)
        with pytest.raises(setup.SetupError, match="pip finds no torch"):
            setup.choose(["3.13"], run=Pip())


class TestCandidates:
    def test_this_python_is_one_and_comes_first(self, setup):
        assert setup.candidates()[0] == sys._base_executable

    def test_a_stand_in_that_does_not_run_is_none(self, setup, monkeypatch, tmp_path):
        fake = tmp_path / "python3.12"
        fake.write_text("#!/bin/sh\nexit 127\n")
        fake.chmod(0o755)
        monkeypatch.setattr(setup.sys, "executable", str(fake))
        monkeypatch.setattr(setup.shutil, "which", lambda _: str(fake))
        with pytest.raises(setup.SetupError, match=r"No Python 3\.11 to 3\.13"):
            setup.candidates()

    def test_an_old_one_is_none(self, setup, monkeypatch):
        answer = subprocess.CompletedProcess((), 0, "3 10 /usr/bin/python3.10\n", "")
        monkeypatch.setattr(setup, "_quiet", lambda _: answer)
        with pytest.raises(setup.SetupError):
            setup.candidates()


class TestAnswers:
    @pytest.mark.parametrize("status", [200, 403, 404])
    def test_any_answer_is_one(self, setup, status):
        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_args):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            assert setup.answers(f"http://127.0.0.1:{server.server_port}", patience_s=5)
            server.shutdown()

    def test_silence_and_nobody_are_none(self, setup):
        assert not setup.answers("http://127.0.0.1:9", patience_s=0.5)


class TestAgain:
    @pytest.fixture
    def made(self, setup, monkeypatch, tmp_path):
        """An environment that stands, and a record of what is run for it."""
        venv = tmp_path / ".venv"
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").touch()
        monkeypatch.setattr(setup, "VENV", venv)
        monkeypatch.setattr(setup, "STAMP", venv / "stamp.json")
        monkeypatch.setattr(setup, "_has_torch", lambda _: True)
        done = subprocess.CompletedProcess((), 0, "", "")
        monkeypatch.setattr(setup, "_quiet", lambda _: done)
        ran = []
        monkeypatch.setattr(setup, "_must", lambda command, _: ran.append(command))
        return ran

    def test_the_second_time_nothing_is_installed(self, setup, made):
        setup.set_up("demo")
        assert any("constraints/demo.txt" in part for command in made for part in command)
        made.clear()
        setup.set_up("demo")
        # Only the pages look whether their sources have changed.
        assert [Path(command[-1]).name for command in made] == ["build-pages"]

    @pytest.mark.parametrize("node", [None, "/usr/bin/npm"])
    def test_node_is_installed_where_the_machine_has_none(self, setup, made, monkeypatch, node):
        monkeypatch.setattr(setup.shutil, "which", lambda _: node)
        setup.set_up("demo")
        assert any(str(setup.NODE) in command for command in made) == (node is None)

    def test_the_tests_packages_come_on_top(self, setup, made):
        setup.set_up("demo")
        made.clear()
        setup.set_up("demo", "test")
        files = [part for command in made for part in command if part.endswith(".txt")]
        assert [f for f in files if f != str(setup.NODE)] == [str(setup.PINS["test"])]

    def test_other_pins_are_installed(self, setup, made, monkeypatch, tmp_path):
        setup.set_up("demo")
        made.clear()
        pins = tmp_path / "demo.txt"
        pins.write_text("# download: 1 MB\ntorch==9.9\n")
        monkeypatch.setattr(setup, "ROOT", tmp_path)
        (tmp_path / "pyproject.toml").touch()
        monkeypatch.setitem(setup.PINS, "demo", pins)
        setup.set_up("demo")
        assert any(str(pins) in command for command in made)

    def test_an_interrupted_one_is_gone_on_with(self, setup, made, monkeypatch):
        def fail(*_args):
            raise setup.SetupError("no network")

        monkeypatch.setattr(setup, "_must", fail)
        with pytest.raises(setup.SetupError):
            setup.set_up("demo")
        assert not setup.STAMP.exists()


class TestPins:
    def test_cover_what_the_project_asks_for(self, setup):
        asked = tomllib.loads((ROOT / "pyproject.toml").read_text())
        extras = asked["project"]["optional-dependencies"]
        wanted = asked["project"]["dependencies"] + extras["speech"] + extras["cluster"]
        pins = self.read(setup.PINS["demo"])
        for text in wanted:
            need = Requirement(text)
            assert need.specifier.contains(pins[canonicalize_name(need.name)]), text
        pins |= self.read(setup.PINS["test"])
        for text in asked["dependency-groups"]["dev"]:
            need = Requirement(text)
            assert need.specifier.contains(pins[canonicalize_name(need.name)]), text

    def test_hold_no_triton_and_no_cuda(self, setup):
        names = {*self.read(setup.PINS["demo"]), *self.read(setup.PINS["test"])}
        assert not [n for n in names if re.match("triton|nvidia|cuda", n)]

    def test_tell_their_size(self, setup):
        assert re.fullmatch(r"\d+ MB besides torch", setup.size_of("demo"))
        assert re.fullmatch(r"\d+ MB", setup.size_of("test"))

    @staticmethod
    def read(path):
        lines = (line for line in path.read_text().splitlines() if not line.startswith("#"))
        return dict(line.split("==") for line in lines)
