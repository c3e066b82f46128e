"""``qa serve``: the server, and beside it one worker for what waits."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from qa.cli import say
from qa.errors import UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn.supervisors import Multiprocess

    from qa.settings import Settings

#: Seconds that a connection stays open between two requests: longer than proxies and people who
#: look at a page leave it idle, so that none of them sends a request as it is closed.
_IDLE_S = 75
#: Seconds that the worker has to give its work back when the server ends.
_GRACE_S = 10


def run_server(settings: Settings, *, work: bool) -> None:
    """Serve until interrupted, in as many processes as the settings say.

    Raises
    ------
    UsageError : the port is taken.
    SettingsError : a setting is unsafe.
    StoreError : the database cannot be used.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    several = settings.serve_processes > 1
    # What is wrong is said here and once, not by each process.
    app = _checked(settings) if several else _application(settings)
    with _listening(settings.host, settings.port) as taken, _worker(wanted=work):
        say.out(_address(settings, taken.getsockname()[1]))
        sys.stdout.flush()
        say.note("Ctrl-C ends it.")
        config = uvicorn.Config(
            app,
            factory=several,
            workers=settings.serve_processes,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=_IDLE_S,
            # Who calls is whom the connection comes from, unless a proxy of ours says it.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
        )
        if several:
            _supervise(Multiprocess(config, sockets=[taken]))
        else:
            uvicorn.Server(config).run(sockets=[taken])


def _supervise(server: Multiprocess) -> None:
    """Run until told to end; Ctrl-C is passed on as Python does, which uvicorn's own keeps."""
    told = []

    def interrupt(number: int, _: object) -> None:
        told.append(number)
        server.signal_queue.append(number)

    signal.signal(signal.SIGINT, interrupt)
    server.run()
    if told:
        raise KeyboardInterrupt


def _checked(settings: Settings) -> Callable[[], FastAPI]:
    """Return what makes the application, in each process its own."""
    from qa.api.safety import refuse_unsafe
    from qa.store import open_store

    with open_store(settings) as store:
        refuse_unsafe(settings, accounts=store.accounts.any())
    return partial(_application, settings)


def _application(settings: Settings) -> FastAPI:
    from qa.api import create_app

    app = create_app(settings)
    threading.Thread(target=_prepare, daemon=True).start()
    return app


def _prepare() -> None:
    """Have ready what the first search would wait for."""
    from qa.jobs.machine import keep_what_is_loaded
    from qa.store.desk import wording

    wording.prepare()
    keep_what_is_loaded()


def _address(settings: Settings, port: int) -> str:
    if settings.public_url:
        return settings.public_url
    scheme = "https" if settings.tls_certificate else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{port}/"


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, port))
            made.listen()
        except OSError as err:
            raise UsageError(
                f"{host}:{port} cannot be listened on: {err.strerror}.",
                "Is it served already? Else choose another one: qa serve --port 0",
            ) from err
        yield made


@contextmanager
def _worker(*, wanted: bool) -> Iterator[None]:
    """Run ``qa work --follow`` beside the server: models and their crashes stay out of it."""
    if not wanted:
        yield
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "work", "--follow", "--while-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        # Its input ends with us, however we end; that is what it watches.
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
