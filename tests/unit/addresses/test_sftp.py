"""SFTP, with a real server: one whose key is known is read, and no other."""

import contextlib
import os
import socket
import threading
import warnings
from pathlib import Path

import pytest

from qa.addresses import place_of
from qa.errors import Away
from qa.importers import Rejected, find
from qa.jobs.fetching import fetched

with warnings.catch_warnings():  # the package's, on import
    warnings.simplefilter("ignore")
    import paramiko

HOST = "127.0.0.1"


class Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class Files(paramiko.SFTPServerInterface):
    """The files of a folder, to be read."""

    def __init__(self, server):
        self.root = server.root

    def _at(self, path) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path):
        found = self._at(path)
        if not found.is_dir():
            return paramiko.SFTP_NO_SUCH_FILE
        return [paramiko.SFTPAttributes.from_stat(p.lstat(), p.name) for p in found.iterdir()]

    def lstat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).lstat())
        except OSError as err:
            return paramiko.SFTPServer.convert_errno(err.errno)

    stat = lstat

    def open(self, path, flags, attr):
        if path.endswith("closed.wav"):
            return paramiko.SFTP_PERMISSION_DENIED
        handle = Handle(flags)
        handle.readfile = self._at(path).open("rb")
        return handle


class Keyed(paramiko.ServerInterface):
    def __init__(self, root, key):
        self.root, self.key = root, key

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_auth_publickey(self, username, key):
        known = username == "qa" and key == self.key
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username):
        return "publickey"


class Server:
    """An SFTP server in threads of this process."""

    def __init__(self, root, account):
        self.key = paramiko.ECDSAKey.generate()
        self._root, self._account = root, account
        self._socket = socket.create_server((HOST, 0))
        self.port = self._socket.getsockname()[1]
        self._open = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                made, _ = self._socket.accept()
                transport = paramiko.Transport(made)
                transport.add_server_key(self.key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
                self._open.append(transport)
                with contextlib.suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=Keyed(self._root, self._account))

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)
        for transport in self._open:
            transport.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "home/.ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "home"


@pytest.fixture
def server(tmp_path, home):
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(home / ".ssh/id_ecdsa"))
    (tmp_path / "served/calls").mkdir(parents=True)
    made = Server(tmp_path / "served", key)
    known = f"[{HOST}]:{made.port} {made.key.get_name()} {made.key.get_base64()}\n"
    (home / ".ssh/known_hosts").write_text(known)
    yield made
    made.close()


@pytest.fixture
def look(settings):
    def run(address):
        found = list(find([place_of(address)], settings))
        rejected = [r for r in found if isinstance(r, Rejected)]
        return [c for c in found if not isinstance(c, Rejected)], rejected

    return run


def test_what_lies_there_is_found_and_heard(server, look, sound, tmp_path, settings):
    folder = tmp_path / "served/calls"
    (folder / "call 1#?.wav").write_bytes(sound(1) * 40)  # 5 MB
    (folder / "call 1#?.json").write_text('{"queue": "billing"}')
    (folder / "closed.wav").write_bytes(sound(2))
    (folder / "out.wav").symlink_to("/etc/passwd")
    base = f"sftp://qa@{HOST}:{server.port}/calls/"
    (one,), (rejected,) = look(base)
    assert (one.source, one.metadata.queue) == (f"{base}call 1#?.wav", "billing")
    assert rejected.error.reason == f"{base}closed.wav: its server does not let us read it."
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with fetched(one, scratch, settings) as here:
        assert Path(here.audio[0].uri).read_bytes() == sound(1) * 40


def test_settings_of_ssh_say_the_rest(server, look, sound, tmp_path, home):
    (tmp_path / "served/calls/call-1.wav").write_bytes(sound(1))
    (home / ".ssh/config").write_text(
        f"Host recorder\n HostName {HOST}\n Port {server.port}\n User qa\n"
    )
    (one,), rejected = look("sftp://recorder/calls/")
    assert (one.source, rejected) == ("sftp://recorder/calls/call-1.wav", [])


@pytest.mark.parametrize("known", ["", "another"])
def test_a_server_whose_key_is_not_known_is_told_nothing(server, look, home, known):
    other = paramiko.ECDSAKey.generate()
    line = f"[{HOST}]:{server.port} {other.get_name()} {other.get_base64()}\n" if known else ""
    (home / ".ssh/known_hosts").write_text(line)
    _, (rejected,) = look(f"sftp://qa@{HOST}:{server.port}/calls/")
    assert "the key of the server" in rejected.error.reason
    assert "known_hosts" in rejected.error.mend


def test_an_account_that_it_does_not_take(server, look):
    _, (rejected,) = look(f"sftp://other@{HOST}:{server.port}/calls/")
    assert "no credentials that its server takes" in rejected.error.reason


def test_no_server_there(home, look):
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    _, (rejected,) = look(f"sftp://qa@{HOST}:{port}/calls/")
    assert isinstance(rejected.error, Away)
