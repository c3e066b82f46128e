"""What administrators copy names commands, settings, files and addresses that exist."""

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

from qa.api.routes import health
from qa.api.safety import refuse_unsafe
from qa.cli.app import app
from qa.settings import Settings, load_settings
from qa.store import database

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
CRON = sorted((DEPLOY / "cron").iterdir())
#: What a place's `.env` says, and what a unit's instance is called.
PLACE = {"DB_PASSWORD": "s3cret", "PUBLIC_URL": "https://qa.example.org"}
INSTANCES = ("speech", "text")


def name(path):
    return path.name


def parse(words):
    """Find the command and read its options, without running it."""
    command = typer.main.get_command(app)
    words = list(words)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    with command.make_context(command.name, words):
        pass


def commands_in(line):
    """Return the words behind each `qa` of a line of shell."""
    for part in re.split(r";|&&|\|\|", line):
        words = shlex.split(part)
        found = next((i for i, w in enumerate(words) if Path(w).name == "qa"), None)
        if found is not None:
            yield words[found + 1 :]


def settings_named(text):
    return {n.removeprefix("QA_").lower() for n in re.findall(r"\bQA_[A-Z_]+", text)} - {"config"}


@pytest.fixture(scope="module")
def compose():
    return YAML(typ="safe").load(DEPLOY / "compose.yaml")


@pytest.fixture(scope="module")
def steps():
    """The container file's steps: (word, all that follows)."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


@pytest.mark.parametrize("file", [p for p in DEPLOY.rglob("*") if p.is_file()], ids=name)
def test_settings_that_are_named_exist(file):
    assert settings_named(file.read_text("utf-8")) <= set(Settings.model_fields)


def test_the_settings_to_begin_with_are_taken(monkeypatch):
    monkeypatch.setenv("QA_CONFIG", str(DEPLOY / "qa.toml"))
    assert load_settings().company == ()
    text = (DEPLOY / "qa.toml").read_text("utf-8")
    told = "\n".join(re.findall(r"^# (\w+ = .*)$", text, re.MULTILINE))
    assert Settings(**tomllib.loads(told)).recipients[0].mail == "quality@example.org"


class TestSystemd:
    @pytest.mark.parametrize("unit", UNITS, ids=name)
    def test_commands_exist_with_their_options(self, unit):
        lines = re.findall(r"^ExecStart=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
        assert bool(lines) is (unit.suffix == ".service")
        for line in lines:
            for instance in INSTANCES:
                (words,) = commands_in(line.replace("%i", instance))
                parse(words)

    @pytest.mark.parametrize("unit", UNITS, ids=name)
    @pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
    def test_systemd_takes_them(self, unit, tmp_path):
        for one in UNITS:
            text = one.read_text("utf-8").replace("/opt/callcenter-qa/bin/qa", "/bin/true")
            (tmp_path / one.name).write_text(text, "utf-8")
        found = subprocess.run(
            ["systemd-analyze", "verify", tmp_path / unit.name.replace("@", "@speech")],
            check=False,
            capture_output=True,
            text=True,
        )
        # Other units of this machine may be wrong; that is not said of ours.
        assert [line for line in found.stderr.splitlines() if str(tmp_path) in line] == []

    def test_a_worker_gets_as_long_to_finish_as_it_takes(self):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(DEPLOY / "systemd" / "qa-worker@.service")
        assert unit.getint("Service", "TimeoutStopSec") > grace()


def grace():
    command = typer.main.get_command(app).commands["worker"]
    return next(p.default for p in command.params if p.name == "grace")


class TestCron:
    @pytest.mark.parametrize("file", CRON, ids=name)
    def test_commands_exist_with_their_options(self, file):
        lines = [x for x in file.read_text("utf-8").splitlines() if re.match(r"[\d*]", x)]
        assert lines
        for line in lines:
            *_when, _user, command = line.split(maxsplit=6)
            found = list(commands_in(command))
            assert found, line
            for words in found:
                parse(words)


class TestContainers:
    def test_commands_exist_with_their_options(self, compose):
        ours = [s for s in compose["services"].values() if s["image"] == "callcenter-qa"]
        assert len(ours) == 4
        for service in ours:
            if "entrypoint" in service:
                for words in commands_in(service["command"][0]):
                    parse(words)
            else:
                parse(service["command"])

    def test_its_settings_are_ones_that_the_server_starts_with(self, compose, monkeypatch):
        for key, value in compose["services"]["app"]["environment"].items():
            monkeypatch.setenv(key, filled(value))
        settings = load_settings()
        refuse_unsafe(settings, accounts=True)
        assert database.address(settings).host in compose["services"]
        assert database.address(settings).password == PLACE["DB_PASSWORD"]

    def test_the_proxy_that_is_trusted_is_this_machine(self, compose, monkeypatch):
        (net,) = compose["networks"]["default"]["ipam"]["config"]
        trusted = compose["services"]["app"]["environment"]["QA_TRUSTED_PROXIES"]
        monkeypatch.setenv("QA_TRUSTED_PROXIES", trusted)
        assert load_settings().trusted_proxies == (net["gateway"],)

    def test_the_pages_are_reached_from_this_machine_alone(self, compose):
        (port,) = compose["services"]["app"]["ports"]
        assert port == f"127.0.0.1:{Settings().port}:{Settings().port}"
        assert not any("ports" in s for n, s in compose["services"].items() if n != "app")

    def test_its_health_check_asks_an_address_that_exists(self, compose):
        *_, python, option, code = compose["services"]["app"]["healthcheck"]["test"]
        assert (python, option) == ("python", "-c")
        compile(code, "healthcheck", "exec")
        (path,) = re.findall(r"http://127\.0\.0\.1:8321(/\S+?)\"", code)
        assert path in {f"/api/v1{route.path}" for route in health.router.routes}

    def test_a_worker_gets_as_long_to_finish_as_it_takes(self, compose):
        for name in INSTANCES:
            period = compose["services"][name]["stop_grace_period"]
            assert int(period.removesuffix("s")) > grace()

    def test_files_and_volumes_that_are_named_exist(self, compose):
        for service in compose["services"].values():
            if build := service.get("build"):
                assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
            for volume in service["volumes"]:
                source = filled(volume).partition(":")[0]
                if source not in compose["volumes"] and source != "./recordings":
                    assert (DEPLOY / source).is_file()
            for other in service.get("depends_on", ()):
                assert other in compose["services"]

    def test_what_has_no_default_is_what_a_place_says(self, compose):
        text = (DEPLOY / "compose.yaml").read_text("utf-8")
        assert set(re.findall(r"\$\{(\w+):\?", text)) == set(PLACE)
        assert compose["services"]["app"]["environment"]["TZ"] == "${TZ:-UTC}"


def filled(value):
    """Fill in what `.env` says, or the default."""
    return re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda m: PLACE.get(m[1], m[2]), value)


class TestImage:
    def test_python_is_the_one_that_the_tests_know(self, steps):
        images = {what.split()[0] for step, what in steps if step == "FROM"}
        assert len(images) == 1
        pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        oldest = pyproject["project"]["requires-python"].removeprefix(">=")
        assert f"python:{oldest}-" in images.pop()

    def test_what_is_copied_exists_and_reaches_the_build(self, steps):
        ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        sources = [
            source
            for step, what in steps
            if step == "COPY" and not what.startswith("--from")
            for source in what.split()[:-1]
        ]
        assert sources
        for source in sources:
            assert (ROOT / source).exists()
            assert f"!{source}" in ignored

    def test_all_that_is_installed_from_reaches_the_build(self):
        """`scripts/_setup.py` reads the pins; hatch the build hook, the readme and the licence."""
        setup = (ROOT / "scripts" / "_setup.py").read_text("utf-8")
        wanted = {m for m in re.findall(r'ROOT / "(\w[\w.]*)"', setup) if (ROOT / m).exists()}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        wanted |= {"hatch_build.py", project["readme"], *project["license-files"]}
        ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        assert {f"!{w}" for w in wanted} <= set(ignored)

    def test_it_is_installed_as_the_demonstration_is(self, steps):
        """The line calls what `scripts/demo` calls, with the same pins."""
        (code,) = [m[1] for _, what in steps if (m := re.search(r'python -c "(.*?)"', what))]
        path, imported, called = [part.strip() for part in code.split(";")][1:]
        assert path == "sys.path.insert(0, 'scripts')"
        assert imported == "from _setup import set_up"
        demo = (ROOT / "scripts" / "demo").read_text("utf-8")
        assert called == "set_up('demo')"
        assert 'set_up("demo")' in demo

    def test_it_runs_as_nobody_special_in_a_folder_of_its_own(self, steps):
        order = [step for step, _ in steps]
        said = dict(steps)
        assert said["USER"] == "qa"
        assert order.index("USER") > max(i for i, s in enumerate(order) if s == "RUN")
        assert said["VOLUME"] == "/data"
        assert "QA_DATA=/data" in said["ENV"]

    def test_its_command_exists(self, steps):
        said = dict(steps)
        assert said["ENTRYPOINT"] == '["qa"]'
        parse(YAML(typ="safe").load(said["CMD"]))
