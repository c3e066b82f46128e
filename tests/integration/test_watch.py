"""`qa watch` registers what comes into folders, each file once, and leaves the work to others."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.cli.app import app
from qa.settings import Settings
from qa.store import State, open_store

CHAT = Path(__file__).parents[2] / "samples" / "chats" / "return-en.json"


@pytest.fixture
def watch(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QA_OFFLINE", "true")
    monkeypatch.chdir(tmp_path)

    def call(*options):
        return CliRunner().invoke(app, ["watch", *map(str, options), "--every", "0.1"])

    return call


def test_what_comes_in_is_registered_once_it_is_whole(watch, tmp_path):
    folder = tmp_path / "recorder"
    folder.mkdir()
    shutil.copy(CHAT, folder)
    assert watch(folder, "--settle", 3600, "--looks", 2).exit_code == 0
    with open_store(Settings(data=tmp_path / "data")) as store:
        assert store.list().items == ()
    told = watch(folder, tmp_path / "away", "--settle", 0.05, "--looks", 4)
    assert told.exit_code == 0
    assert told.stderr.count("1 new") == 1  # and nothing is said of it again
    assert "away: not there just now" in told.stderr
    with open_store(Settings(data=tmp_path / "data")) as store:
        (one,) = store.list().items
    assert one.state is State.WAITING


def test_folders_to_watch_are_named_or_set(watch, tmp_path, monkeypatch):
    from qa.errors import UsageError

    found = watch()
    assert isinstance(found.exception, UsageError) or found.exit_code == 2
    (tmp_path / "recorder").mkdir()
    monkeypatch.setenv("QA_WATCH", f'["{tmp_path / "recorder"}"]')
    assert watch("--looks", 1).exit_code == 0
