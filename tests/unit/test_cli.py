"""The door of the command line: what it offers, loads, and makes of errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from qa.cli import main
from qa.cli.app import app, build
from qa.cli.batch import next_time
from qa.cli.door import Door, ExitCode
from qa.errors import InputError, StoreError, UnknownName, UsageError, trace

COMMANDS = {
    "run", "import", "formats", "names", "work", "score", "list", "show", "export", "roles swap",
    "scorecard check", "scorecard list", "scorecard test", "scorecard diff", "scorecard publish",
    "models list", "models pull", "models check",
    "user add", "user list", "user roles", "user set-password", "user disable", "user enable",
    "user link", "token create", "token list", "token revoke",
    "roster import", "roster list", "roster join", "roster check",
    "audit list", "audit verify", "audit head", "audit export",
    "retention run", "hold add", "hold list", "hold remove", "erase",
    "vault status", "vault rotate", "vault key", "vault forget",
    "sample", "agreement", "report", "agent export", "search", "examples", "collections",
    "db upgrade", "db backup", "db restore", "db copy", "worker", "watch", "status", "serve", "doctor",
}  # fmt: skip


def commands():
    found = {c.name: c.callback for c in app.registered_commands}
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands
        found |= {f"{group.name} {c.name}": c.callback for c in inner}
    return found


def test_the_commands_are_those_of_the_contract_and_no_more():
    """A command that does not work yet must not be offered."""
    assert set(commands()) == COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_says_what_it_does(command):
    result = CliRunner().invoke(app, [*command.split(), "--help"])
    assert result.exit_code == 0
    first = commands()[command].__doc__.splitlines()[0]
    assert " ".join(first.split())[:30] in " ".join(result.stdout.split())


@pytest.mark.parametrize("command", ["list", "show", "run", "doctor", "models list", "import"])
def test_every_reader_answers_as_json(command):
    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert "--json" in result.stdout


def test_the_version_is_told():
    result = CliRunner().invoke(app, ["--version"])
    assert result.stdout.startswith("callcenter-qa ")


# --- errors --------------------------------------------------------------------------------


def door(error):
    """Return a command line of one command, which raises."""
    made = typer.Typer(cls=Door)

    @made.callback()
    def root():
        pass

    @made.command()
    def go():
        raise error

    return made


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("Wrong call.", "Call it so."), ExitCode.WRONG_CALL),
        (UnknownName("card", "a", ["ab"]), ExitCode.WRONG_CALL),
        (InputError("Cannot be read.", "Export it again."), ExitCode.SOME_FAILED),
        (StoreError("Busy.", "Wait."), ExitCode.SOME_FAILED),
    ],
)
def test_an_error_is_its_reason_and_its_mend_on_stderr(error, code):
    result = CliRunner().invoke(door(error), ["go"])
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.splitlines() == [f"qa: {error.reason}", error.mend]


def test_ctrl_c_ends_with_its_own_code():
    result = CliRunner().invoke(door(KeyboardInterrupt()), ["go"])
    assert result.exit_code == ExitCode.INTERRUPTED == 130


def test_an_unforeseen_error_tells_where_and_never_what(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_DATA", str(tmp_path))
    result = CliRunner().invoke(door(RuntimeError("my card is 4111 1111")), ["go"])
    assert result.exit_code == ExitCode.SOME_FAILED
    log = tmp_path / "logs" / "errors.log"
    assert str(log) in result.stderr
    assert "Traceback" not in result.stderr
    assert "4111" not in result.stderr + result.stdout + log.read_text()
    assert "RuntimeError at test_cli.py" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_where_the_log_cannot_be_written_the_error_is_told_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QA_DATA", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    result = CliRunner().invoke(door(RuntimeError("x")), ["go"])
    assert result.exit_code == ExitCode.SOME_FAILED
    assert str(tmp_path) in result.stderr


def test_a_trace_names_the_causes_too_without_their_words():
    def fail():
        try:
            {}["secret"]
        except KeyError as err:
            raise ValueError("another secret") from err

    with pytest.raises(ValueError) as raised:
        fail()
    told = trace(raised.value)
    assert "secret" not in told
    assert "KeyError at test_cli.py" in told
    assert told.index("KeyError") < told.index("ValueError")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["list", "--state", "wating"], "Did you mean 'waiting'?"),
        (["list", "--since", "yesterday"], "2026-01-31"),
        (["list", "--limit", "0"], "limit"),
        (["work", "--until", "25:00"], "06:30"),
        (["work", "--retry", "all"], "failed"),
        (["nonsense"], "nonsense"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(args, word, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_DATA", str(tmp_path))
    result = CliRunner().invoke(app, args)
    assert result.exit_code == ExitCode.WRONG_CALL
    assert word in result.stderr
    assert not (tmp_path / "qa.db").exists()


def test_a_time_of_day_is_the_next_one():
    at = next_time("00:00")
    assert (at.hour, at.minute) == (0, 0)
    assert 0 < (at - at.now().astimezone()).total_seconds() <= 24 * 3600


# --- what is loaded ------------------------------------------------------------------------

#: Loaded where there is sound or grammar, and nowhere else: each takes seconds.
HEAVY = {
    "torch", "torchaudio", "spacy", "whisper", "faster_whisper", "ctranslate2",
    "silero_vad", "pyannote", "onnxruntime", "av",
}  # fmt: skip


def loaded(code, folder):
    """Return the packages that a fresh process has loaded after some code."""
    script = (
        "import sys, json, contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        + "".join(f"    {line}\n" for line in code.splitlines())
        + "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"QA_DATA": str(folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def command(*args):
    return f"from qa.cli import main\nsys.argv = {['qa', *args]!r}\nmain()"


#: What a command that looks and ends has no use for, and each of which somebody would wait for.
UNUSED = {
    "alembic", "babel", "cryptography", "fastapi", "fsspec", "httpx", "numpy", "presidio_analyzer",
    "rich", "ruamel", "uvicorn", "qa.api.actions", "qa.cli.process", "qa.importers", "qa.language",
    "qa.pipeline", "qa.redact", "qa.scoring", "qa.store.people_tables", "qa.store.repo", "qa.turns",
    "sqlalchemy.dialects.postgresql",
}  # fmt: skip


def test_help_loads_next_to_nothing(tmp_path):
    found = loaded(command("--help"), tmp_path)
    assert not found & (HEAVY | {"pydantic", "numpy", "sqlalchemy", "fastapi", "uvicorn"})


@pytest.mark.parametrize("args", [("status",), ("status", "--json"), ("list",), ("list", "--json")])
def test_who_looks_waits_for_nothing_else(args, tmp_path):
    loaded(command("status"), tmp_path)  # makes the database, for which it needs Alembic
    found = loaded(command(*args), tmp_path)
    assert "qa.store.listing" in found
    assert not found & (HEAVY | UNUSED)


def test_one_conversation_is_shown_without_models_and_the_web_framework(tmp_path):
    assert not loaded(command("show", "x"), tmp_path) & (HEAVY | {"fastapi", "uvicorn"})


def test_a_command_is_the_same_alone_as_among_all():
    """One that is called is put together alone; its help tells the same."""
    assert [c.name for c in build("status").registered_commands] == ["status"]
    assert not build("status").registered_groups
    assert [g.name for g in build("db").registered_groups] == ["db"]
    alone, among = (CliRunner().invoke(one, ["status", "--help"]) for one in (build("status"), app))
    assert alone.exit_code == 0
    assert alone.stdout == among.stdout


def test_an_unknown_command_is_told_of_all_that_there_are(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["qa", "stats"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ExitCode.WRONG_CALL
    assert "status" in capsys.readouterr().err


def test_the_server_starts_without_models(tmp_path):
    start = (
        "from qa.settings import load_settings\n"
        "from qa.api import create_app\n"
        "from qa.cli import serving\n"
        "import uvicorn\n"
        "create_app(load_settings())"
    )
    assert not loaded(start, tmp_path) & HEAVY


def test_no_name_gives_a_terminal_orders(capsys):
    from qa.cli import say

    name = "\x1b[2J\u202eDana\r\nqa: all is well"
    say.table(["Agent"], [[name]])
    say.failure("call.wav", f"{name} is not known.", "")
    say.out(name)
    said = "".join(capsys.readouterr())
    assert not {"\x1b", "\r", "\u202e"} & set(said)
    assert said.count("Dana") == 3
    # A cell and a remark about one of many stay a line each: nobody can forge another.
    assert len(said.splitlines()) == 2 + 1 + 2
