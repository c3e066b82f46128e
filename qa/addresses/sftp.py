"""SFTP that speaks only with servers whose key is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem


class UnknownServer(Exception):
    """The server's key stands in no file of known hosts."""


class _Refuse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # its package says no types
    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
        raise UnknownServer


class Sftp(SFTPFileSystem):  # type: ignore[misc]  # its package says no types
    """Files over SFTP.

    The library's own takes any key for the server's. Keys of hosts come from
    ``~/.ssh/known_hosts``, ours from ``~/.ssh`` or an agent, the rest from ``~/.ssh/config``.

    Parameters
    ----------
    channel_timeout : seconds until the next piece of an answer.
    """

    cachable = False

    def __init__(self, host: str, *, channel_timeout: float, **options: Any) -> None:
        self._channel_timeout = channel_timeout
        super().__init__(host, **options)

    def _connect(self) -> None:
        known = _of_config(self.host)
        said = {"port": int, "username": str, "key_filename": str}
        given = {name: kind(known[name]) for name, kind in said.items() if name in known}
        self.client = paramiko.SSHClient()
        self.client.load_system_host_keys()
        self.client.set_missing_host_key_policy(_Refuse())
        self.client.connect(known.get("hostname", self.host), **(given | self.ssh_kwargs))
        self.ftp = self.client.open_sftp()
        channel = self.ftp.get_channel()
        if channel is not None:
            channel.settimeout(self._channel_timeout)

    def close(self) -> None:
        """Let the connection go."""
        self.client.close()


def _of_config(host: str) -> dict[str, str]:
    """Return what the user's SSH settings say of a host: its name, port, account and key."""
    file = Path("~/.ssh/config").expanduser()
    if not file.is_file():
        return {}
    said = paramiko.SSHConfig.from_path(str(file)).lookup(host)
    found = {"hostname": said["hostname"]} if "hostname" in said else {}
    if "port" in said:
        found["port"] = said["port"]
    if "user" in said:
        found["username"] = said["user"]
    if said.get("identityfile"):
        found["key_filename"] = said["identityfile"][0]
    return found
