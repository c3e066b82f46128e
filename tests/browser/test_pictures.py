"""The pictures of the guides: each scene can be played, and each picture is shown somewhere."""

import re
import sys
from pathlib import Path

import pytest
from seeing import visitor

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
LARGEST = 150_000

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def scenes():
    sys.path.insert(0, str(ROOT / "scripts"))
    import _scenes

    yield _scenes
    sys.path.remove(str(ROOT / "scripts"))


def test_every_scene_shows_what_it_is_taken_of(scenes, chromium, serving, tmp_path):
    settings, sessions = scenes.house(tmp_path)
    with serving(settings) as address:
        for scene in scenes.SCENES:
            session = sessions[scene.who]
            with visitor(chromium, address, session=session, width=1280) as page:
                page.goto(scene.path)
                shown = scene.play(page)
                assert shown is None or shown.is_visible(), scene.name


def test_every_picture_is_of_a_scene_is_small_and_stands_in_a_guide(scenes):
    shown = {
        name for doc in DOCS for name in re.findall(r"images/(\w+)\.png", doc.read_text("utf-8"))
    }
    images = {path.stem: path for path in (ROOT / "docs" / "images").glob("*.png")}
    assert set(images) == {scene.name for scene in scenes.SCENES} == shown
    assert [name for name, path in images.items() if path.stat().st_size > LARGEST] == []
