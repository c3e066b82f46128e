"""Links: what lies outside the folder is never read, and the link is told of."""

import os
from pathlib import Path

import pytest

from qa.importers.links import leads_out

CHAT = {"id": "t-1", "messages": [{"party": "customer", "text": "hello"}]}
SECRET = {"id": "s", "messages": [{"party": "customer", "text": "not for you"}]}


@pytest.fixture
def inside(tmp_path, data, recording):
    """Return a folder with a chat, beside which lies one that is none of its."""
    data("in/chat.json", CHAT)
    data("outside/secret.json", SECRET)
    recording("outside/secret.wav")
    return tmp_path / "in"


@pytest.mark.parametrize("target", [
    "../outside/secret.json", "../outside/secret.wav", "../outside", "/etc", "/dev/zero", "..",
])  # fmt: skip
@pytest.mark.parametrize("name", ["link.json", "link.wav", "sub/link"])
def test_a_link_that_leads_out_is_told_of_and_not_followed(inside, found, target, name):
    link = inside / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(inside / target)
    conversations, (rejected,) = found(inside)
    assert [c.external_id for c in conversations] == ["t-1"]
    assert rejected.source == str(link)
    assert "a link that leads out of what was given" in rejected.error.reason


def test_a_link_within_is_followed_once_and_circles_end(inside, found):
    (inside / "again.json").symlink_to("chat.json")
    (inside / "circle").symlink_to(".")
    (inside / "loop").symlink_to("loop")
    conversations, (rejected,) = found(inside)
    assert [c.external_id for c in conversations] == ["t-1", "t-1"]  # the store takes one
    assert "too many levels of symbolic links" in rejected.error.reason


def test_what_is_named_is_read_wherever_it_lies(inside, found):
    (inside / "link.json").symlink_to("../outside/secret.json")
    for paths in ([inside / "link.json"], [inside, inside.parent / "outside"]):
        conversations, rejected = found(*paths)
        assert "s" in {c.external_id for c in conversations}
        assert not rejected


def test_a_sidecar_that_leads_out_is_not_read(inside, found, recording, data):
    data("outside/known.json", {"queue": "secret"})
    sound = recording("in/call.wav")
    (inside / "call.json").symlink_to("../outside/known.json")
    _, rejected = found(sound)
    assert "a link out of its folder" in rejected[0].error.reason


@pytest.mark.parametrize("name", ["link.wav", "linked/secret.wav", "../outside/secret.wav"])
def test_a_joining_file_names_nothing_outside(inside, found, data, name):
    (inside / "link.wav").symlink_to("../outside/secret.wav")
    (inside / "linked").symlink_to("../outside")
    joining = data("in/1.call.json", {"files": [{"file": name, "side": "agent"}]})
    _, (rejected,) = found(joining)
    assert "names a file outside its folder" in rejected.error.reason


def test_a_joining_file_takes_nothing_from_another_folder(inside, found, data, recording):
    recording("in/b/call.wav")
    data("in/a/1.call.json", {"files": [{"file": "../b/call.wav", "side": "agent"}]})
    conversations, rejected = found(inside)
    assert [Path(c.source).name for c in conversations] == ["call.wav", "chat.json"]
    assert [Path(r.source).name for r in rejected] == ["1.call.json"]


def test_nothing_waits_for_a_pipe(inside, found, data):
    os.mkfifo(inside / "pipe.wav")
    (inside / "link").symlink_to("pipe.wav")
    data("in/1.call.json", {"files": [{"file": "pipe.wav", "side": "agent"}]})
    conversations, rejected = found(inside)
    assert [c.external_id for c in conversations] == ["t-1"]
    assert any("not a file" in r.error.reason for r in rejected)


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b", "nowhere.wav", "."])
def test_a_joining_file_that_names_none_is_rejected(inside, found, data, name):
    joining = data("in/1.call.json", {"files": [{"file": name, "side": "agent"}]})
    conversations, (rejected,) = found(inside)
    assert [c.external_id for c in conversations] == ["t-1"]
    assert rejected.source == str(joining)


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("gone.wav", False),
        ("gone/gone.wav", False),
        ("nowhere", False),
        ("nul/call.wav", True),  # no folder: nothing can be there
        ("linked/gone.wav", True),
        ("linked/gone/gone.wav", True),
    ],
)
def test_what_does_not_exist_leads_where_its_folder_does(inside, path, out):
    (inside / "nowhere").symlink_to("gone.json")
    (inside / "nul").symlink_to("/dev/null")
    (inside / "linked").symlink_to("../outside")
    assert leads_out(inside / path, [inside]) is out
