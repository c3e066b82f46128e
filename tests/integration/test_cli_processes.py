"""Commands as processes of their own: what is printed where, and how they end."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).parents[2]


def start(env, *args, **given):
    return subprocess.Popen(
        [sys.executable, "-m", "qa.cli", *map(str, args)],
        env=env,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **given,
    )


def test_run_scores_what_is_new_and_leaves_what_is_known(env, folder):
    first = start(env, "run", folder, "--workers", 1)
    out, err = first.communicate(timeout=240)
    assert first.returncode == 1, err  # the text that says it is sound is named
    assert "a-chat.json" in out
    assert "scored" in out
    assert "notes.wav" in err
    (folder / "notes.wav").unlink()
    second = start(env, "run", folder, "--json")
    out, err = second.communicate(timeout=240)
    assert second.returncode == 0, err
    assert "0 new, 1 known already, 1 duplicate" in err
    (found,) = json.loads(out)["conversations"]
    assert found["state"] == "done"
    assert found["scores"][0]["card"]["id"] == "front-desk"


def test_swapped_roles_are_scored_again_at_once(env, qa):
    swapped = start(env, "roles", "swap", "refund", "--json")
    out, err = swapped.communicate(timeout=240)
    assert swapped.returncode == 0, err
    (found,) = json.loads(out)["conversations"]
    assert (found["state"], found["wanted"]) == ("done", [])
    assert "greeting" in found["scores"][0]["failed"]
    assert "swapped by" in qa("show", "refund").stdout


@contextlib.contextmanager
def served(env, *args):
    server = start(env, "serve", "--port", 0, *args)
    try:
        yield server, server.stdout.readline().strip()
    finally:
        server.kill()
        server.communicate()


def test_the_server_says_where_it_is_and_ends_with_ctrl_c(env):
    with served(env, "--no-work") as (server, address):
        assert address.startswith("http://127.0.0.1:")
        with urlopen(f"{address}api/v1/ready") as answer:
            assert json.load(answer)["status"] == "ready"
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 130


@pytest.mark.parametrize(
    ("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["told to end", "Ctrl-C"]
)
def test_several_processes_answer_and_all_end_with_the_server(env, told, code):
    with served(env, "--no-work", "--processes", 2) as (server, address):
        with urlopen(f"{address}api/v1/ready") as answer:
            assert json.load(answer)["status"] == "ready"
        made = children(server.pid)
        assert len(made) >= 2
        server.send_signal(told)
        assert server.wait(20) == code
        until = time.monotonic() + 10
        while any(map(alive, made)):  # among them Python's own helper, which ends after us
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_port_that_is_taken_is_told_so(env):
    with served(env, "--no-work") as (_, address):
        port = address.rstrip("/").rpartition(":")[2]
        second = start(env, "serve", "--port", port)
        _, err = second.communicate(timeout=60)
        assert second.returncode == 2
        assert f"127.0.0.1:{port} cannot be listened on" in err


def children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(n) for n in found.stdout.split()]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_server_s_worker_scores_again_and_does_not_outlive_it(env):
    with served(env) as (server, address):
        (worker,) = children(server.pid)
        request = f"{address}api/v1/conversations/refund/score"
        with urlopen(Request(request, method="POST")) as answer:
            assert answer.status == 202
        until = time.monotonic() + 120
        state = "waiting"
        while state != "done":
            assert time.monotonic() < until, state
            time.sleep(0.3)
            with urlopen(f"{address}api/v1/conversations/refund") as answer:
                state = json.load(answer)["summary"]["state"]
        server.kill()  # not even asked to end
        until = time.monotonic() + 60
        while alive(worker):
            assert time.monotonic() < until
            time.sleep(0.2)


def test_work_that_is_interrupted_says_how_to_go_on(env, qa):
    worker = start(env, "work", "--follow", "--workers", 1)
    assert "1 worker" in worker.stderr.readline()  # it has begun
    worker.send_signal(signal.SIGINT)
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 130
    assert "qa work" in err
    assert "Traceback" not in err
    states = {i["id"]: i["state"] for i in json.loads(qa("list", "--json").stdout)["items"]}
    assert states["fresh"] in {"waiting", "failed"}  # given back, unless it was done before
