"""What commands do with addresses: they show them, keep them as the source, and nothing else."""

import json

import pytest
from typer.testing import CliRunner

from qa.cli.app import app
from qa.settings import Settings, load_settings
from qa.store import State, open_store


@pytest.fixture
def qa(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QA_LEAST_FREE_MB", "0")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        return CliRunner().invoke(app, list(words))

    return call


@pytest.mark.xdist_group("s3")
def test_importing_from_an_address_is_as_from_a_folder(s3, qa, sound, tmp_path):
    address = s3.put("2026-11/call-1.wav", sound(1))
    s3.put("2026-11/call-1.json", '{"id": "X-1"}')
    told = qa("import", "--dry-run", "--json", s3.address)
    (found,) = json.loads(told.stdout)["conversations"]
    assert (told.exit_code, found["source"]) == (0, address)
    assert "1 new" in qa("import", s3.address).stderr
    assert "1 known already" in qa("import", s3.address).stderr
    with open_store(Settings(data=tmp_path / "data")) as store:
        (one,) = store.list().items
        assert (one.state, one.source) == (State.WAITING, address)
        assert store.conversation(one.id).audio[0].uri == address
    assert qa("watch", s3.address, "--settle", "0", "--looks", "1").exit_code == 0


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(memory, qa, sound):
    call = memory.put("call-1.wav", sound(1))
    told = qa("import", memory.address, f"{memory.address}none/")
    assert told.exit_code == 1
    assert call in told.stdout
    assert f"{memory.address}none/: nothing is there." in told.stderr


def test_a_secret_is_not_repeated(qa):
    told = qa("import", "sftp://qa:hunter2@files.acme.example/srv")
    assert told.exit_code == 2
    assert "buckets.md" in told.stderr
    assert "hunter2" not in told.output


def test_addresses_to_watch_may_be_set(monkeypatch):
    monkeypatch.setenv("QA_WATCH", '["s3://calls/in/"]')
    assert load_settings().watch == ("s3://calls/in/",)
