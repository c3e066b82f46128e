"""A server that answers as S3 does, in a process of its own: it can be killed and started again.

What it serves are the files of a folder, a folder in it for each bucket; as program it is that
server. What is put into it besides is gone when it is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

HOST = "127.0.0.1"
_ACCOUNT, _PART = "123456789012", "aws"


class S3Server:
    """A server of buckets.

    Parameters
    ----------
    folder : each folder in it is a bucket, read whenever the server starts.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self._said = folder.with_name(f"{folder.name}-said")
        self._program = self._spare = self._spawn()
        self.start()

    @property
    def env(self) -> dict[str, str]:
        """What tells a program where it is, and as whom it speaks to it."""
        return {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self.port}",
            "AWS_ACCESS_KEY_ID": "invented",
            "AWS_SECRET_ACCESS_KEY": "invented-as-well",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def make_ready(self) -> None:
        """Let the next one be ready: else to start it takes seconds."""
        self._spare = self._spawn()
        assert self._spare.stdout is not None
        assert self._spare.stdout.readline() == b"ready\n", self._said.read_text()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._said.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, __file__, str(self.folder), str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._program = self._spare
        assert self._program.stdin is not None
        self._program.stdin.write(b"go\n")
        self._program.stdin.flush()
        end = time.monotonic() + 60
        while not self._answers():
            assert self._program.poll() is None, self._said.read_text()
            assert time.monotonic() < end, self._said.read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as knock:
            return knock.connect_ex((HOST, self.port)) == 0

    def kill(self) -> None:
        """End it as a power cut does."""
        self._program.kill()
        self._program.communicate()

    def close(self) -> None:
        """End it, and what is ready to be the next."""
        for program in {self._program, self._spare}:
            program.kill()
            program.communicate()


def _serve(folder: Path, port: int) -> None:
    from moto.backends import get_backend
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    buckets = get_backend("s3")[_ACCOUNT][_PART]
    for bucket in sorted(p for p in folder.iterdir() if p.is_dir()):
        buckets.create_bucket(bucket.name, "us-east-1")
        for path in sorted(p for p in bucket.rglob("*") if p.is_file()):
            key = path.relative_to(bucket).as_posix()
            buckets.put_object(bucket.name, key, path.read_bytes())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    application = DomainDispatcherApplication(create_backend_app)
    make_server(HOST, port, application, threaded=True).serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
