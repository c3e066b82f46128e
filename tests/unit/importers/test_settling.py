"""A file is taken once it is whole, and once."""

import subprocess
import sys
import wave

import pytest

from qa.errors import InputError
from qa.importers import Rejected, find
from qa.importers.settling import Settling, is_being_written
from qa.settings import Settings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def write(path, seconds: int = 1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\0" * 8000 * seconds)
    return path


@pytest.fixture
def look(tmp_path, clock):
    """One look at the folder, some seconds after the last: the names of what it took."""
    settling = Settling(10, clock=clock)

    def look(*, after: float = 0.0) -> list[str]:
        clock.now += after
        found = list(find([tmp_path], Settings(data=tmp_path / "none"), settling=settling))
        assert not any(isinstance(one, Rejected) for one in found)
        return [one.source.rpartition("/")[2] for one in found]

    return look


def test_a_file_is_taken_when_it_stopped_growing_and_once(look, tmp_path):
    assert look() == []  # and an empty folder is no mistake
    write(tmp_path / "a.wav")
    assert look() == []
    assert look(after=9) == []
    write(tmp_path / "a.wav", seconds=2)  # the call goes on
    assert look(after=9) == []
    assert look(after=10) == ["a.wav"]
    assert look(after=10) == []
    write(tmp_path / "a.wav", seconds=3)
    assert [look(after=n) for n in (0, 10)] == [[], ["a.wav"]]


def test_files_of_one_call_wait_for_each_other(look, tmp_path):
    write(tmp_path / "a.wav")
    look()
    (tmp_path / "a.json").write_text("{}")
    assert look(after=10) == []  # what is known of it came just now
    assert look(after=10) == ["a.wav"]


def test_the_clock_of_a_share_does_not_matter(look, tmp_path, clock):
    import os

    for name, then in (("past.wav", 0), ("future.wav", 4e9)):
        os.utime(write(tmp_path / name), (then, then))
    assert look() == []
    assert look(after=10) == ["future.wav", "past.wav"]


def test_what_changes_while_it_is_read_waits_on(tmp_path, clock):
    path = write(tmp_path / "a.wav")
    settling = Settling(10, clock=clock)
    assert not settling.ready([path])
    clock.now += 10
    assert settling.ready([path])
    write(path, seconds=2)
    assert not settling.take([path])
    clock.now += 10
    assert settling.ready([path])
    assert settling.take([path])
    assert not settling.ready([path])


@pytest.fixture
def writer(tmp_path):
    """Another program that has a recording open for writing."""
    path = write(tmp_path / "a.wav")
    code = f"import sys; f = open({str(path)!r}, 'ab'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout.readline() == b"open\n"
        if not is_being_written(path):
            program.kill()
            pytest.skip("this file system does not tell")
        yield path, program
        program.kill()


def test_a_recording_that_a_program_still_writes_is_not_taken(writer, tmp_path):
    path, program = writer
    settings = Settings(data=tmp_path / "none")
    (rejected,) = find([path], settings)
    assert "still writing" in rejected.error.reason
    assert isinstance(rejected.error, InputError)
    assert list(find([path], settings, settling=Settling(0))) == []
    program.communicate()
    (taken,) = find([path], settings)
    assert not isinstance(taken, Rejected)


def test_asking_holds_no_writer_up(tmp_path):
    path = write(tmp_path / "a.wav")
    assert not is_being_written(path)
    with path.open("ab") as file:  # would wait, or end this process, if the lease were kept
        file.write(b"more")
