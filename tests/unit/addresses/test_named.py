"""Recordings that other files name by an address in a bucket or on a server of files."""

import base64
import hashlib
import json

import pytest

from qa.importers import Rejected, find
from qa.settings import Settings

SOUND = b"RIFF sound"
PARTIES = [{"name": "Dana", "role": "agent"}, {"name": "Ann"}]


@pytest.fixture
def vcon(tmp_path):
    """Write a vCon whose recording lies at an address."""

    def write(address):
        stated = base64.urlsafe_b64encode(hashlib.sha512(SOUND).digest()).decode().rstrip("=")
        recording = {
            "type": "recording", "start": "2026-11-03T16:45:00Z", "duration": 4, "parties": [1, 0],
            "mediatype": "audio/x-wav", "url": address, "filename": "a.wav",
            "content_hash": f"sha512-{stated}",
        }  # fmt: skip
        made = {"vcon": "0.4.0", "uuid": "u-1", "parties": PARTIES, "dialog": [recording]}
        (tmp_path / "a.vcon").write_text(json.dumps(made))
        return tmp_path / "a.vcon"

    return write


@pytest.mark.parametrize("below", ["", "2026", "2026/"])
def test_it_is_read_from_where_the_settings_allow(there, vcon, below):
    file = vcon(there.put("2026/a.wav", SOUND))
    (one,) = find([file], Settings(fetch_from=(there.address + below,)))
    assert one.audio[0].content == SOUND


@pytest.mark.parametrize("below", [None, "202", "2025/", "2026/b"])
def test_it_is_not_read_from_anywhere_else(there, vcon, below):
    allowed = () if below is None else (there.address + below,)
    (one,) = find([vcon(there.put("2026/a.wav", SOUND))], Settings(fetch_from=allowed))
    assert isinstance(one, Rejected)
    assert "not allowed" in one.error.reason


def test_one_that_is_not_there_is_named(there, vcon):
    there.put("2026/b.wav", SOUND)
    (one,) = find([vcon(there.address + "2026/a.wav")], Settings(fetch_from=(there.address,)))
    assert isinstance(one, Rejected)
    assert "nothing is there" in one.error.reason
