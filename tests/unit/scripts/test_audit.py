"""scripts/audit: a known hole or a secret fails, a service out of reach does not."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TODAY = dt.date(2026, 11, 27)
HOLE = {
    "id": "GHSA-0000-test-0000",
    "aliases": ["CVE-2026-0001"],
    "summary": "invented",
    "affected": [
        {
            "package": {"name": "leaky", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def audit():
    loader = SourceFileLoader("audit", str(ROOT / "scripts" / "audit"))
    module = module_from_spec(spec_from_loader("audit", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def service():
    """A service of advisories that knows one hole, in `leaky` 1.0."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            pin = (asked["package"]["name"], asked["version"])
            holes = {"vulns": [HOLE]} if pin == ("leaky", "1.0") else {}
            self.wfile.write(json.dumps(holes).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


class TestDependencies:
    def test_a_hole_is_named_with_what_mends_it(self, audit, service, tmp_path):
        (tmp_path / "demo.txt").write_text("# pins\nleaky==1.0\nsound==2.0\n")
        found = audit.dependencies(service=service, pins=tmp_path, today=TODAY)
        assert found == ["leaky 1.0: CVE-2026-0001, 1.1"]

    def test_an_accepted_one_is_none_until_its_day(self, audit):
        answer = {
            "dependencies": [
                {"name": "sound", "version": "2.0", "vulns": []},
                {"name": "left-out", "skip_reason": "not a pin"},
                {
                    "name": "leaky",
                    "version": "1.0",
                    "vulns": [{"id": "GHSA-1", "aliases": ["CVE-1"], "fix_versions": []}],
                },
            ]
        }
        assert audit.judged(answer, {"CVE-1": TODAY}, today=TODAY) == []
        late = audit.judged(answer, {"CVE-1": TODAY}, today=TODAY + dt.timedelta(days=1))
        assert late == ["leaky 1.0: GHSA-1, no version without it; was accepted until 2026-11-27"]
        assert len(audit.judged(answer, {}, today=TODAY)) == 1

    def test_one_without_a_reason_is_not_accepted(self, audit, tmp_path):
        path = tmp_path / "accepted.toml"
        row = '[[accepted]]\nid = "{}"\nreason = "{}"\nuntil = 2027-01-01\n'
        path.write_text(row.format("CVE-1", "only on Windows") + row.format("CVE-2", " "))
        assert audit.accepted(path) == {"CVE-1": dt.date(2027, 1, 1)}

    def test_a_service_out_of_reach_is_said(self, audit, tmp_path):
        (tmp_path / "demo.txt").write_text("sound==1.0\n")
        with pytest.raises(audit.Unreachable):
            audit.dependencies(service="http://127.0.0.1:9/", pins=tmp_path, today=TODAY)

    @pytest.mark.parametrize(
        ("last", "error"),
        [
            ("pip_audit._service.interface.ServiceError", "Unreachable"),
            ("requests.exceptions.JSONDecodeError: a page of a hotel's net", "Unreachable"),
            ("ERROR:pip_audit._cli:Tip: your network may be blocking it", "Unreachable"),
            ("ERROR:pip_audit._cli:requirement sound is not pinned", "CalledProcessError"),
            ("ModuleNotFoundError: No module named pip_audit", "CalledProcessError"),
        ],
    )
    def test_what_is_no_matter_of_the_net_fails(self, audit, last, error):
        done = subprocess.CompletedProcess(["pip_audit"], 1, "", f"Traceback\n{last}\n")
        with pytest.raises((audit.Unreachable, subprocess.CalledProcessError)) as caught:
            audit.answered(done)
        assert type(caught.value).__name__ == error


def test_a_secret_is_found_and_not_shown(audit, tmp_path):
    # put together here, so that this file holds none
    key = "AKIA" + "QYLPMN5HFIQR7XYA"
    more = "wJalrXUtnFEMI8K7" + "MDENG5bPxRfiCYzTq9LmNoPw"
    lines = f'AWS_ACCESS_KEY_ID = "{key}"\nAWS_SECRET_ACCESS_KEY = "{more}"\n'
    (tmp_path / "settings.py").write_text(lines)
    (tmp_path / "invented.py").write_text(lines.replace('"\n', '"  # kingfisher:ignore\n'))
    found = audit.secrets(tmp_path)
    assert found
    assert all(line.startswith("settings.py:") for line in found)
    assert not any(key in line or more in line for line in found)
