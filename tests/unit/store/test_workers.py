"""A claim's owner can be seen to be gone, or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qa.store.workers import is_gone, name_worker


def renamed(worker: str, **parts: str) -> str:
    names = ("host", "boot", "pids", "pid", "started", "serial")
    return "/".join(
        parts.get(name, old) for name, old in zip(names, worker.split("/"), strict=True)
    )


def test_names_differ_even_within_a_process():
    assert name_worker() != name_worker()


def test_this_process_is_there():
    assert not is_gone(name_worker(), one_machine=True)


def test_a_process_that_ended_is_gone():
    code = "from qa.store.workers import name_worker; print(name_worker())"
    ended = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert is_gone(ended, one_machine=True)


def test_a_process_that_took_over_the_number_is_another_one():
    assert is_gone(renamed(name_worker(), started="1"), one_machine=False)


def test_before_the_last_start_of_the_machine():
    earlier = renamed(name_worker(), boot="another")
    assert is_gone(earlier, one_machine=True)
    # With a database server it may be another machine of the same name.
    assert not is_gone(earlier, one_machine=False)


@pytest.mark.parametrize("part", ["host", "pids"])
def test_what_cannot_be_seen_from_here_is_not_called_gone(part):
    elsewhere = renamed(name_worker(), **{part: "another", "boot": "another"})
    assert not is_gone(elsewhere, one_machine=False)


def test_another_container_of_this_machine_cannot_be_seen():
    assert not is_gone(renamed(name_worker(), pids="1", started="1"), one_machine=True)


@pytest.mark.parametrize("name", ["", "w", "a/b/c", "h/b/p/x/1/1"])
def test_a_name_of_another_make_waits_for_its_lease(name):
    assert not is_gone(name, one_machine=True)
