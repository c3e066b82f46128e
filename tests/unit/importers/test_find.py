"""Looking through folders: what is found, in which order, and what is said of the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.errors import AudioError, FormatError, InputError, UnknownName, UsageError
from qa.importers import FORMATS, GROUP, Format, Importer, find
from qa.plugins import load
from qa.settings import Settings

CHAT = {"id": "t-1", "messages": [{"party": "customer", "text": "hello"}]}


def test_folders_are_searched_to_any_depth_in_the_order_of_names(recording, data, found, tmp_path):
    for name in ("b/2.wav", "a.wav", "b/1.wav", "c/d/e.WAV"):
        recording(name)
    data("b/15.json", CHAT)
    conversations, rejected = found()
    names = [os.path.relpath(c.source, tmp_path) for c in conversations]
    assert names == ["a.wav", "b/1.wav", "b/15.json", "b/2.wav", "c/d/e.WAV"]
    assert not rejected


def test_hidden_files_and_folders_are_left_out(recording, found):
    recording("a.wav")
    recording(".trash/b.wav")
    recording("._a.wav")
    assert len(found()[0]) == 1


def test_the_content_decides_not_the_name(recording, data, found, tmp_path):
    recording("a.wav").rename(tmp_path / "0001")
    data("notes.txt", "nothing to hear")
    data("._x", "hidden")
    conversations, rejected = found()
    assert [c.source for c in conversations] == [str(tmp_path / "0001")]
    assert not rejected


def test_the_same_file_given_twice_comes_once(recording, found, tmp_path):
    path = recording("a.wav")
    assert len(found(path, tmp_path, path)[0]) == 1


def test_the_same_content_under_two_names_has_one_id(recording, found):
    recording("a.wav", seed=1)
    recording("copy of a.wav", seed=1)
    recording("b.wav", seed=2)
    first, other, copy = found()[0]
    assert first.id == copy.id
    assert other.id != first.id
    assert first.id.startswith("c")
    assert len(first.id) == 17


def test_bad_files_are_named_and_the_rest_goes_on(recording, data, found, tmp_path):
    recording("good.wav")
    data("empty.wav", "")
    data("letter.wav", "Dear all,\nthis is no recording.\n" * 9)
    data("broken.json", '{"messages": [')
    (tmp_path / "loop.mp3").symlink_to(tmp_path / "loop.mp3")

    conversations, rejected = found()

    assert len(conversations) == 1
    wrong = {Path(r.source).name: r.error for r in rejected}
    assert set(wrong) == {"broken.json", "empty.wav", "letter.wav", "loop.mp3"}
    assert "0 bytes" in wrong["empty.wav"].reason
    assert isinstance(wrong["letter.wav"], AudioError)
    assert "holds text" in wrong["letter.wav"].reason
    assert isinstance(wrong["broken.json"], FormatError)
    assert "broken.json:1:15" in wrong["broken.json"].reason
    assert isinstance(wrong["loop.mp3"], InputError)
    assert all(error.mend for error in wrong.values())


def test_a_pipe_does_not_stop_the_batch(recording, found, tmp_path):
    recording("a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert len(found()[0]) == 1
    _, rejected = found(tmp_path / "pipe.wav")
    assert "not a file" in rejected[0].error.reason


@pytest.mark.parametrize("content", ["", "plain text", '{"unrelated": true}', "[1, 2]"])
def test_a_named_file_of_no_format_is_rejected(recording, data, found, content):
    recording("a.wav")
    conversations, rejected = found(data("a.txt", content))
    assert not conversations
    assert "json" in rejected[0].error.mend


def test_a_folder_without_recordings_is_a_usage_error(data, tmp_path):
    data("readme.txt", "nothing here")
    data("package.json", {"name": "something else"})
    with pytest.raises(UsageError, match="No recordings and no chats") as caught:
        list(find([tmp_path], Settings()))
    assert str(tmp_path) in caught.value.reason
    assert "2 files looked at" in caught.value.reason


def test_a_path_that_does_not_exist_is_a_usage_error_before_anything_is_read(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.wav"):
        find([tmp_path / "nowhere.wav"], Settings())


def test_an_unknown_format_names_the_known_ones(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'json'"):
        find([tmp_path], Settings(), format="jso")


def test_one_format_alone(recording, data, found):
    recording("a.wav")
    data("b.json", CHAT)
    assert [c.channel.value for c in found(format="json")[0]] == ["chat"]
    assert [c.channel.value for c in found(format="audio")[0]] == ["call"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_keeps_its_protocol(name):
    part = load("format", name, FORMATS, GROUP)(Settings())
    assert isinstance(part, Importer) != isinstance(part, Format)


def test_finding_needs_no_decoder_and_no_torch():
    code = "import sys, qa.importers, qa.audio; sys.exit(bool({'av', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- a transcript beside its recording -----------------------------------------------------

WHISPER = {
    "text": "Hi.",
    "segments": [{"start": 0, "end": 1, "text": "Hi.", "avg_logprob": 0}],
    "language": "en",
}


def test_a_transcript_and_its_recording_are_one_call(recording, data, found):
    sound = recording("in-700-0402-20260302-100000-1772438400.7.wav")
    for suffix in (".json", ".vtt", ".srt", ".txt"):
        text = {
            ".vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nHi.",
            ".srt": "1\n00:00:00,000 --> 00:00:01,000\nHi.",
        }
        data(
            sound.stem + suffix,
            WHISPER if suffix == ".json" else text.get(suffix, "Agent: Hi.\nAgent: Hi.\n"),
        )
    recording("other.wav")
    conversations, rejected = found()
    assert not rejected
    assert [(len(c.audio), c.transcript and c.transcript.engine) for c in conversations] == [
        (1, "whisper"),
        (1, None),
    ]
    assert conversations[0].metadata.platform == "freepbx"
    assert conversations[0].metadata.language == "en"


def test_a_sidecar_is_no_transcript(recording, data, found):
    recording("a.wav")
    data("a.json", {"id": "7", "queue": "billing"})
    (c,), _ = found()
    assert (c.external_id, c.metadata.queue, c.transcript) == ("7", "billing", None)


@pytest.mark.parametrize(("content", "why"), [
    ("", "it is empty"),
    ('{"a": 1', "no valid JSON"),
    ('{"name": "x", "version": 3}', "JSON with the keys name, version"),
    ("\0\1\2", "binary"),
])  # fmt: skip
def test_a_named_file_of_no_format_is_told_what_it_is(data, found, content, why):
    _, (reject,) = found(data("a.bin", content))
    assert why in reject.error.reason


def test_a_name_that_is_no_text_is_told_of_and_one_with_two_lines_is_taken(
    recording, found, tmp_path
):
    recording("two\nlines.wav")
    recording("b.wav").rename(tmp_path / os.fsdecode(b"caf\xe9.wav"))
    conversations, (rejected,) = found()
    assert [Path(c.source).name for c in conversations] == ["two\nlines.wav"]
    assert rejected.source == rf"{tmp_path}/caf\xe9.wav"
    assert "not in UTF-8" in rejected.error.reason
    assert "Rename it" in rejected.error.mend
