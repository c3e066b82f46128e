"""docs/howto/add-an-importer.md, done as it says."""

import re
import sys
from pathlib import Path

import pytest

from qa.importers import FORMATS, abouts, find
from qa.records import Role
from qa.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "add-an-importer.md"
FILES = dict(
    re.findall(r"^```\w+ file=(\S+)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
LINE = re.search(
    r'^    "(\w+)": "qa\.importers\.(\w+):(\w+)",$', PAGE.read_text("utf-8"), re.MULTILINE
)


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """Save the page's files and register its format, as a reader would."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    name, module, attribute = LINE.groups()
    monkeypatch.syspath_prepend(tmp_path / "qa" / "importers")
    monkeypatch.setitem(FORMATS, name, f"{module}:{attribute}")
    yield tmp_path / "tests/contract/importers/acme/chat.json"
    sys.modules.pop(module)


def test_the_page_reads_its_sample(sample):
    (chat,) = find([sample], Settings())
    assert chat.external_id == "A-17"
    assert [(m.text, m.at) for m in chat.messages] == [
        ("Where is my order?", 0.0),
        ("It left today.", 40.0),
    ]
    assert [p.role for p in chat.parties] == [Role.CUSTOMER, Role.AGENT]
    assert abouts()["acme"].title == "Acme desk chats"


def test_what_does_not_fit_is_rejected_alone(sample):
    whole = sample.read_text("utf-8")
    sample.write_text(f"[{whole}, {whole.replace('3', '4', 1)}, {whole.replace('body', 'text')}]")
    first, second, third = find([sample], Settings())
    assert first.external_id == "A-17"
    assert second.error.reason.endswith("item 2: acmeVersion: only 3 is known.")
    assert "item 3: does not fit the format (KeyError)" in third.error.reason
