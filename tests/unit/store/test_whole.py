"""Files that are written whole: of many at once as well."""

import errno
import os

import pytest

from qa.store import whole
from qa.store.whole import staged


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_many_files_are_on_the_disk_before_any_takes_its_place(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(whole, "_flush", lambda new: flushed.append(list(new)))
    targets = {tmp_path / f"{n}.json": str(n).encode() for n in range(3)}
    with staged(tmp_path, targets) as place:
        assert len(flushed[0]) == 3
        (apart,) = tmp_path.iterdir()
        assert apart.name.startswith(".new-")
        assert apart.stat().st_mode & 0o777 == 0o700
        place(targets)
    assert names(tmp_path) == ["0.json", "1.json", "2.json"]
    assert (tmp_path / "2.json").read_bytes() == b"2"
    assert (tmp_path / "2.json").stat().st_mode & 0o777 == 0o600


def test_what_takes_no_place_goes_and_leaves_the_old(tmp_path):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(b"old")
    with staged(tmp_path, {old: b"other", new: b"new"}) as place:
        place([new])
    assert names(tmp_path) == ["new.json", "old.json"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("system", ["Linux", "another"])
def test_a_full_disk_leaves_the_old_files_and_no_half_of_the_new(tmp_path, monkeypatch, system):
    class Other:
        """A C library that cannot flush a whole file system."""

    class Linux:
        syncfs = staticmethod(lambda _handle: -1)

    def refuse(_handle):
        raise OSError(errno.ENOSPC, "full")

    (tmp_path / "a.json").write_bytes(b"old")
    monkeypatch.setattr(
        whole.ctypes, "CDLL", lambda *_, **__: Linux if system == "Linux" else Other
    )
    monkeypatch.setattr(whole.ctypes, "get_errno", lambda: errno.ENOSPC)
    monkeypatch.setattr(os, "fsync", refuse)
    both = {tmp_path / "a.json": b"new", tmp_path / "b.json": b"new"}
    with (
        pytest.raises(OSError, match=r"full|space") as refused,
        staged(tmp_path, both) as place,
    ):
        place(both)
    assert refused.value.errno == errno.ENOSPC
    assert names(tmp_path) == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"
