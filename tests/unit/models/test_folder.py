"""The model folder: what is looked up, what is believed, and what is found damaged."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from qa import models
from qa.errors import DiskFull, ModelError, UnknownName
from qa.models import shelf


@pytest.fixture
def known(toy):
    return toy.catalogue(toy.model(toy.hub))


@pytest.fixture
def by_hand(toy, settings):
    """Put the toy into the folder as a person would."""
    folder = settings().model_folder / "toy"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(toy.weights)
    (folder / "config.json").write_bytes(toy.config)
    return folder


class TestLocate:
    def test_finds_what_somebody_put_there(self, settings, known, by_hand):
        assert models.locate("toy", settings(), catalogue=known) == by_hand / "model.bin"

    def test_gives_the_folder_of_a_model_without_a_single_file(self, toy, settings, by_hand):
        known = toy.catalogue(toy.model(toy.hub, entry=""))
        assert models.locate("toy", settings(), catalogue=known) == by_hand

    def test_says_which_command_fetches_what_is_missing(self, settings, known, hub):
        server = hub("well")
        with pytest.raises(ModelError, match="qa models pull toy"):
            models.locate("toy", settings(hub=server.address), catalogue=known)
        assert server.asked == []
        assert not settings().model_folder.exists()

    def test_knows_its_names(self, settings):
        with pytest.raises(UnknownName, match="Did you mean 'whisper-base'"):
            models.locate("wisper-base", settings())

    @pytest.mark.parametrize("listed", [True, False])
    def test_a_corrupted_file_is_refused(self, settings, known, by_hand, listed):
        if listed:
            models.locate("toy", settings(), catalogue=known)
        (by_hand / "model.bin").write_bytes(b"corrupted")
        with pytest.raises(
            ModelError, match=r"toy/model\.bin is not the file .* expected .* found"
        ):
            models.locate("toy", settings(), catalogue=known)

    def test_a_missing_part_is_missing(self, settings, known, by_hand):
        models.locate("toy", settings(), catalogue=known)
        (by_hand / "config.json").unlink()
        with pytest.raises(ModelError, match="is not in"):
            models.locate("toy", settings(), catalogue=known)

    def test_reads_the_bytes_once(self, settings, known, by_hand, monkeypatch):
        models.locate("toy", settings(), catalogue=known)
        monkeypatch.setattr(shelf, "sha256_of", lambda path: pytest.fail(f"read {path}"))
        models.locate("toy", settings(), catalogue=known)

    def test_a_copied_folder_is_read_again_and_believed(self, settings, known, by_hand):
        models.locate("toy", settings(), catalogue=known)
        os.utime(by_hand / "model.bin", (1, 1))
        assert models.locate("toy", settings(), catalogue=known)

    def test_a_list_that_cannot_be_kept_is_no_obstacle(self, settings, known, by_hand, monkeypatch):
        def refuse(*_args):
            raise PermissionError(errno.EACCES, "read-only")

        monkeypatch.setattr(shelf, "write_list", refuse)
        assert models.locate("toy", settings(), catalogue=known)
        assert not (by_hand / "manifest.json").exists()

    def test_a_forged_list_does_not_make_a_file_right(self, settings, known, by_hand):
        models.locate("toy", settings(), catalogue=known)
        (by_hand / "model.bin").write_bytes(b"forged")
        listed = by_hand / "manifest.json"
        pin = known["toy"].sources[0].files[0].sha256
        listed.write_text(listed.read_text().replace(pin, shelf.sha256_of(by_hand / "model.bin")))
        with pytest.raises(ModelError, match="is not the file that is pinned"):
            models.locate("toy", settings(), catalogue=known)


class TestCheck:
    def test_reads_every_byte_again(self, settings, known, by_hand):
        models.locate("toy", settings(), catalogue=known)
        path = by_hand / "model.bin"
        stat = path.stat()
        content = bytearray(path.read_bytes())
        content[1000] ^= 1  # a bit that the disk forgot: size and time stay
        path.write_bytes(content)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        (listed,) = models.listing(settings(), catalogue=known)
        assert listed.state == "ready"
        (found,) = models.check(settings(), catalogue=known)
        assert found.state == "damaged"
        assert "expected" in found.reason
        # Whoever opens it from now on is told so.
        with pytest.raises(ModelError, match="is not the file that is pinned"):
            models.locate("toy", settings(), catalogue=known)
        content[1000] ^= 1
        path.write_bytes(content)
        assert models.locate("toy", settings(), catalogue=known)

    def test_lists_what_is_needed_and_missing(self, settings):
        found = {
            m.name: m for m in models.check(settings(transcriber="whisper", profile="compact"))
        }
        assert found["whisper-base"].state == "missing"
        assert found["whisper-base"].needed_for == ("whisper",)
        assert found["whisper-base"].reason == "Fetch it: qa models pull whisper-base"
        assert "whisper-small" not in found

    def test_a_damaged_model_is_fetched_again(self, toy, settings, known, by_hand, hub):
        (by_hand / "model.bin").write_bytes(b"corrupted")
        (got,) = toy.pull(settings(hub=hub("well").address), known)
        assert got.path.read_bytes() == toy.weights
        assert "is not the file that is pinned" in got.notes[0]


class TestNeeded:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ({"profile": "compact"}, "faster-whisper-base"),
            ({"profile": "standard"}, "faster-whisper-small"),
            ({"profile": "accurate"}, "faster-whisper-large-v3-turbo"),
            ({"profile": "auto"}, "faster-whisper-base"),
        ],
    )
    def test_follows_the_profile(self, settings, given, name):
        wanted = models.needed(settings(transcriber="faster-whisper", **given))
        assert wanted["faster-whisper"] == name
        assert "whisper" not in wanted

    def test_auto_means_the_standard_weights_once_they_are_here(self, settings):
        (settings().model_folder / "whisper-small").mkdir(parents=True)
        assert models.needed(settings(transcriber="whisper"))["whisper"] == "whisper-small"

    def test_every_name_is_in_the_catalogue(self, settings):
        for profile in ("compact", "standard", "accurate"):
            for transcriber in ("whisper", "faster-whisper"):
                wanted = models.needed(settings(profile=profile, transcriber=transcriber))
                assert set(wanted.values()) <= set(models.MODELS)

    def test_engines_without_weights_need_none(self, settings):
        assert models.for_engine("channels", settings()) is None
        assert models.needed(settings(diarizer="channels", transcriber="other")) == {
            "parser-en": "spacy-en"
        }

    def test_a_parser_is_needed_only_where_its_language_is_spoken(self, settings):
        assert "parser-en" in models.needed(settings(languages=("ru", "en")))
        assert "parser-en" not in models.needed(settings(languages=("ru",)))


class TestAuto:
    @pytest.fixture
    def known(self, toy):
        names = ("faster-whisper-small", "faster-whisper-base")
        return toy.catalogue(*(toy.model(toy.hub, name=name) for name in names))

    @pytest.fixture
    def given(self, settings):
        return lambda **more: settings(
            profile="auto",
            transcriber="faster-whisper",
            diarizer="channels",
            languages=("ru",),
            **more,
        )

    def test_takes_the_standard_weights_where_the_hub_answers(self, given, known, hub):
        here = given(hub=hub("well").address)
        got = models.pull(here, catalogue=known, patience_s=1.5)
        assert [p.name for p in got] == ["faster-whisper-small"]
        assert models.needed(here, catalogue=known)["faster-whisper"] == "faster-whisper-small"

    def test_takes_the_compact_ones_where_it_does_not(self, given, known):
        with pytest.raises(ModelError, match="faster-whisper-base could not be fetched"):
            models.pull(given(), catalogue=known, patience_s=1.5)

    def test_takes_the_compact_ones_where_the_hub_has_others(self, toy, given, known, hub):
        small = toy.hub.model_copy(update={"files": (toy.file("model.bin", b"not to be had"),)})
        known["faster-whisper-small"] = toy.model(small, name="faster-whisper-small")
        got = models.pull(given(hub=hub("well").address), catalogue=known, patience_s=1.5)
        assert [p.name for p in got] == ["faster-whisper-base"]
        assert "faster-whisper-small" in got[0].notes[0]


class TestTrouble:
    def test_offline_asks_nobody(self, toy, settings, known, hub):
        server = hub("well")
        with pytest.raises(ModelError, match="QA_OFFLINE"):
            toy.pull(settings(hub=server.address, offline=True), known)
        assert server.asked == []

    def test_what_could_be_fetched_stays(self, toy, settings, known, hub):
        known["other"] = toy.model(
            toy.hub.model_copy(update={"files": (toy.file("x.bin", b"elsewhere"),)}), name="other"
        )
        with pytest.raises(ModelError, match="The model other could not be fetched"):
            models.pull(settings(hub=hub("well").address), names=["other", "toy"], catalogue=known)
        assert models.locate("toy", settings(), catalogue=known)

    def test_too_little_room_is_said_before_the_download(
        self, toy, settings, known, hub, monkeypatch
    ):
        server = hub("well")
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(DiskFull, match="MB free; the model takes"):
            toy.pull(settings(hub=server.address), known)
        assert server.asked == []

    def test_a_disk_that_fills_up_is_said(self, toy, settings, known, hub, monkeypatch):
        def full(*_args, **_options):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(shelf, "install", full)
        with pytest.raises(DiskFull, match="No room left"):
            toy.pull(settings(hub=hub("well").address), known)

    def test_a_folder_that_cannot_be_made_is_said(self, toy, settings, known, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ModelError, match="cannot be written"):
            toy.pull(settings(models=tmp_path / "file" / "models"), known)

    def test_a_pull_that_waits_for_another_says_so(self, toy, settings, known, hub):
        root, said, done = settings().model_folder, [], []
        here = settings(hub=hub("well").address)

        def tell(_done, _total, name):
            said.append(name)

        second = threading.Thread(target=lambda: done.extend(toy.pull(here, known, progress=tell)))
        with shelf.locked(root, waiting=lambda: pytest.fail("nobody else is here")):
            second.start()
            while not said:
                second.join(0.01)
            assert said == ["waiting for another pull"]
            assert done == []
        second.join()
        assert [p.name for p in done] == ["toy"]

    def test_two_pulls_at_once_fetch_once(self, toy, settings, known, hub):
        server = hub("well")
        here, got = settings(hub=server.address), []
        pulls = [
            threading.Thread(target=lambda: got.extend(toy.pull(here, known))) for _ in range(4)
        ]
        for one in pulls:
            one.start()
        for one in pulls:
            one.join()
        assert [p.path.read_bytes() == toy.weights for p in got] == [True] * 4
        assert len(server.asked) == len(toy.hub.files)


def test_looking_up_weights_loads_no_speech_engine():
    code = (
        "import sys; from qa import models; from qa.settings import Settings;"
        "models.listing(Settings());"
        "print({'torch', 'whisper', 'faster_whisper', 'ctranslate2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
