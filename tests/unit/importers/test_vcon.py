"""vCons: calls, chats and mail; recordings with their hashes; what is refused, and why."""

import base64
import gzip
import hashlib
import http.server
import threading

import pytest

from qa.importers import Rejected, find
from qa.records import Channel, Direction, EventKind, Role
from qa.settings import Settings

AGENT = {"name": "Dana", "role": "agent", "mailto": "dana@acme.example"}
ANN = {"name": "Ann Other", "tel": "+15555550100", "meta": {"role": "customer"}}
START = "2026-03-02T08:00:00Z"


def vcon(*dialog, analysis=(), **more):
    return {
        "vcon": "0.4.0",
        "uuid": "u-1",
        "parties": [AGENT, ANN],
        "dialog": list(dialog),
        "analysis": analysis,
        **more,
    }


def recording(**more):
    return {
        "type": "recording",
        "start": START,
        "duration": 4,
        "parties": [1, 0],
        "mediatype": "audio/x-wav",
        **more,
    }


def transcript(body, **more):
    return {
        "type": "transcript",
        "dialog": 0,
        "vendor": "another",
        "encoding": "json",
        "body": body,
        **more,
    }


def hashed(content, kind="sha512"):
    return f"{kind}-{base64.urlsafe_b64encode(hashlib.new(kind, content).digest()).decode().rstrip('=')}"


def said(c):
    return [(u.party, u.text, u.start, u.end) for u in c.transcript.utterances]


SPOKEN = [("agent", "Hi."), ("customer", "Hello.")]
BODIES = {
    "places and points in time": [
        {"parties": 0, "start": "2026-03-02T08:00:01Z", "duration": 1, "text": "Hi."},
        {"parties": [1], "start": "2026-03-02T08:00:02.5Z", "text": "Hello."},
    ],
    "labels": [{"speaker": "Agent", "message": "Hi."}, {"speaker": "Customer", "message": "Hello."}],
    "text": {"transcript": "Agent: Hi.\nCustomer: Hello.", "confidence": 0.9},
    "markdown": "**Agent(Dana)**: Hi.\n\n**Customer(Ann)**: Hello.",
    "another vendor's": {"segments": [
        {"start": 0, "end": 1, "text": " Hi.", "speaker": "Agent", "words": [{"word": "Hi.", "start": 0, "end": 1, "score": 1}]},
        {"start": 2, "end": 3, "text": " Hello.", "speaker": "Customer", "words": [{"word": "Hello.", "start": 2, "end": 3, "score": 1}]},
    ], "language": "en"},
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_words_come_from_a_transcript_in_any_known_form(data, found, body):
    data("a.vcon", vcon(recording(), analysis=[transcript(body)]))
    (c,), rejected = found()
    assert not rejected
    assert [(p, t) for p, t, _, _ in said(c)] == SPOKEN
    assert [(p.id, p.role, p.name) for p in c.parties] == [
        ("agent", Role.AGENT, "Dana"),
        ("customer", Role.CUSTOMER, "Ann Other"),
    ]
    assert "5555550100" not in c.model_dump_json()


def test_points_in_time_count_from_the_recording(data, found):
    data("a.vcon", vcon(recording(meta={"direction": "in", "disposition": "ANSWERED"}), {"type": "transfer", "start": "2026-03-02T08:00:30Z"},
                        analysis=[transcript(BODIES["places and points in time"])]))  # fmt: skip
    (c,), _ = found()
    assert [(s, e) for _, _, s, e in said(c)] == [(1.0, 2.0), (2.5, None)]
    assert c.metadata.started_at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert (c.metadata.direction, c.metadata.disposition) == (Direction.INBOUND, "ANSWERED")
    assert [(e.kind, e.start) for e in c.events] == [(EventKind.TRANSFER, 30.0)]


def test_a_transcript_that_tells_who_speaks_wins(data, found):
    flat = transcript({"transcript": "Hi. Hello."})
    data("a.vcon", vcon(recording(), analysis=[flat, transcript(BODIES["text"], type="diarized")]))
    (c,), _ = found()
    assert [(p, t) for p, t, _, _ in said(c)] == SPOKEN


LATER = "2026-03-02T08:00:30Z"
PARTS = [
    ("places", {0: [{"party": 0, "text": "Hi.", "start": 1.0}], 1: [{"party": 0, "text": "Hello.", "start": 2.0}]}, LATER, [("agent", "Hi.", 1.0), ("agent", "Hello.", 32.0)]),
    ("voices", {0: [{"speaker": "A", "text": "Hi.", "start": 1.0}], 1: [{"speaker": "A", "text": "Hello.", "start": 2.0}]}, LATER, [("speaker-voice-0", "Hi.", 1.0), ("speaker-voice-1", "Hello.", 32.0)]),
    ("nobody knows when", {0: [{"party": 0, "text": "Hi.", "start": 1.0}], 1: [{"party": 0, "text": "Hello.", "start": 2.0}]}, None, [("agent", "Hi.", 1.0), ("agent", "Hello.", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "bodies", "start", "expected"), PARTS, ids=[p[0] for p in PARTS])
def test_recordings_with_a_transcript_each_are_told_one_after_another(
    why, bodies, start, expected, data, found
):
    analysis = [transcript(body, dialog=place) for place, body in bodies.items()]
    data("v.json", vcon(recording(), recording(start=start), analysis=analysis))
    (c,), rejected = found()
    assert not rejected
    assert [row[:3] for row in said(c)] == expected


def test_the_first_voice_need_not_be_the_first_party(data, found):
    words = [{"word": "hi", "start": 0, "end": 1, "speaker": 0}]
    body = {"results": {"channels": [{"alternatives": [{"transcript": "hi", "words": words}]}]}}
    people = [{"name": "Ann"}, {"name": "Dana"}]
    data("v.json", vcon(recording(), analysis=[transcript(body)], parties=people))
    (c,), _ = found()
    named = {p.id: p.name for p in c.parties}
    assert [named[u.party] for u in c.transcript.utterances] == [None]


def test_a_recording_inside_is_kept_apart_from_the_json(recording, data, found, tmp_path):
    sound = recording("sound.wav").read_bytes()
    (tmp_path / "sound.wav").unlink()
    body = base64.urlsafe_b64encode(sound).decode().rstrip("=")
    dialog = {
        "type": "recording",
        "start": START,
        "parties": [0, 1],
        "filename": "a.wav",
        "encoding": "base64url",
        "body": body,
        "content_hash": hashed(sound),
    }
    data("a.vcon", vcon(dialog))
    (c,), _ = found()
    (source,) = c.audio
    assert source.content == sound
    assert source.checksum == f"sha256:{hashlib.sha256(sound).hexdigest()}"
    assert "content" not in c.model_dump_json()


@pytest.mark.parametrize("kind", ["sha512", "sha256"])
def test_a_recording_beside_is_taken_along_and_not_twice(recording, data, found, kind):
    sound = recording("sound.wav")
    data("a.vcon", vcon({"type": "recording", "start": START, "parties": [0, 1], "filename": "sound.wav",
                         "url": "https://files.acme.example/sound.wav", "content_hash": [hashed(sound.read_bytes(), kind)]}))  # fmt: skip
    (c,), rejected = found()
    assert not rejected
    assert [s.uri for s in c.audio] == [str(sound)]


def test_the_oldest_versions_write_their_hash_otherwise(recording, data, found):
    sound = recording("sound.wav")
    signature = hashed(sound.read_bytes()).removeprefix("sha512-")
    data(
        "a.json",
        vcon(
            {
                "type": "recording",
                "start": START,
                "parties": [0, 1],
                "filename": "sound.wav",
                "alg": "SHA-512",
                "signature": signature,
                "duration": "4.5",
            }
        ),
    )
    (c,), _ = found()
    assert len(c.audio) == 1


def test_a_chat(data, found):
    line = {"type": "text", "start": START, "parties": [1, 0], "mimetype": "text/plain"}
    data(
        "a.vcon",
        vcon(
            line | {"body": "Where?"},
            line
            | {
                "body": "<p>Here.</p>",
                "originator": 0,
                "mimetype": "text/html",
                "start": "2026-03-02T08:00:09Z",
            },
        ),
    )
    (c,), _ = found()
    assert c.channel is Channel.CHAT
    assert [(m.party, m.text, m.at) for m in c.messages] == [
        ("customer", "Where?", 0.0),
        ("agent", "Here.", 9.0),
    ]


def test_mail_without_what_it_quotes(data, found):
    body = "--x\r\nContent-Type: text/plain\r\n\r\nAll is fine.\r\n\r\nOn Friday, Ann Other wrote:\r\n> Hi\r\n--x\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--x--\r\n"
    data(
        "a.vcon",
        vcon(
            {
                "type": "text",
                "start": START,
                "parties": [0, 1],
                "mediatype": 'multipart/mixed; \n boundary="x"',
                "body": body,
                "message_id": "<1@x>",
            },
            subject="Fine",
        ),
    )
    (c,), _ = found()
    assert c.channel is Channel.MAIL
    assert [(m.text, m.attachments) for m in c.messages] == [("Fine\n\nAll is fine.", ("a.png",))]


REFUSED = [
    ({"protected": "e30", "iv": "x", "ciphertext": "x", "tag": "x"}, "encrypted"),
    ({"payload": "e30", "signatures": [{"signature": "x"}]}, "signed"),
    (vcon(), "nothing was said"),
    (vcon({"type": "incomplete", "disposition": "no-answer", "parties": []}), "incomplete"),
    (vcon(recording(parties=[0, 9])), "party 9"),
    (vcon(recording(duration=-1)), "negative duration"),
    (vcon(recording()), "without content"),
    (vcon(recording(url="https://files.acme.example/a.wav", content_hash="sha512-AAAA")), "files.acme.example, which is not allowed"),
    (vcon(recording(url="nonsense")), "not allowed"),
    (vcon(recording(body="UklGRg", encoding="rot13")), "'rot13'"),
    (vcon(recording(body="!!!!", encoding="base64url")), "not in base64url"),
    (vcon(recording(body="UklGRg", encoding="base64url", content_hash=hashed(b"other"))), "not the one that is stated"),
    (vcon(recording(body="UklGRg", encoding="base64url"), recording(url="https://x.example/b.wav")), "2 recordings"),
    (vcon({"type": "text", "body": "Hi.", "parties": 0}, analysis="none"), "analysis: Input should be a valid list"),
    (vcon(analysis=[transcript({"strange": 1})]), "(another) is in no known format"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "reason"), REFUSED, ids=[r for _, r in REFUSED])
def test_what_is_refused_says_why(data, found, value, reason):
    path = data("a.vcon", value)
    conversations, (reject,) = found(path)
    assert not conversations
    assert reason in reject.error.reason
    assert str(path) in reject.error.reason
    assert reject.error.mend


def test_a_recording_beside_that_nothing_vouches_for_is_refused(recording, data, found):
    recording("sound.wav")
    data("a.vcon", vcon({"type": "recording", "parties": [0, 1], "filename": "sound.wav"}))
    conversations, (reject,) = found()
    assert not conversations
    assert "nothing vouches for it" in reject.error.reason


@pytest.mark.parametrize("name", ["../a.wav", "/etc/passwd", ".a.wav", "link.wav"])
def test_nothing_outside_the_folder_is_read(recording, data, found, tmp_path, name):
    outside = recording("elsewhere/a.wav")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.wav").symlink_to(outside)
    dialog = {
        "type": "recording",
        "parties": [0, 1],
        "filename": name,
        "content_hash": hashed(outside.read_bytes()),
    }
    conversations, (reject,) = found(data("in/a.vcon", vcon(dialog)))
    assert not conversations
    assert "not allowed" in reject.error.reason


# --- recordings at an address ------------------------------------------------------------


@pytest.fixture
def server():
    """Serve bytes on this machine; "/away" leads elsewhere."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/away"):
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.2:9/x")
                self.end_headers()
                return
            self.send_response(200)
            body = b"RIFF sound"
            if self.path == "/bomb":
                self.send_header("Content-Encoding", "gzip")
                body = gzip.compress(bytes(10_000_000))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_a_recording_that_unfolds_while_it_comes_is_refused(data, server):
    file = data(
        "a.vcon", vcon(recording(url=f"{server}/bomb", filename="a.wav", content_hash=hashed(b"x")))
    )
    (one,) = find([file], Settings(fetch_from=(server,)))
    assert isinstance(one, Rejected)
    assert "compressed" in one.error.reason


ADDRESSES = [
    ("/ok/a.wav", "/ok/", None),
    ("/ok/a.wav", "/other/", "not allowed"),
    ("/ok/../etc", "/ok/", "not allowed"),
    ("/away", "/", "127.0.0.2, which is not allowed"),
]


@pytest.mark.parametrize(("path", "prefix", "reason"), ADDRESSES)
def test_a_recording_is_fetched_only_from_where_the_settings_allow(
    data, server, path, prefix, reason
):
    file = data(
        "a.vcon",
        vcon(recording(url=server + path, filename="a.wav", content_hash=hashed(b"RIFF sound"))),
    )
    (one,) = find([file], Settings(fetch_from=(server + prefix,)))
    if reason is None:
        assert one.audio[0].content == b"RIFF sound"
    else:
        assert isinstance(one, Rejected)
        assert reason in one.error.reason


@pytest.mark.parametrize("way", ["%2e%2e", "%2E.", "..", ".", "..%2fetc", "..%5cetc", "..\\etc"])
def test_an_address_that_climbs_out_of_what_is_allowed_is_not(way):
    from qa.importers.recordings import allowed

    allow = Settings(fetch_from=("http://127.0.0.1/ok/",))
    assert allowed("http://127.0.0.1/ok/a/b%20c.wav", allow)
    assert not allowed(f"http://127.0.0.1/ok/{way}/a.wav", allow)


@pytest.mark.parametrize("address", [
    "http://user@127.0.0.1/ok/", "http://127.0.0.1.evil.example/ok/", "file:///ok/", "http://127.0.0.1:81/ok/", "http://[::1", "https://127.0.0.1/ok/",
])  # fmt: skip
def test_an_address_that_only_looks_allowed_is_not(address):
    from qa.importers.recordings import allowed

    assert not allowed(address, Settings(fetch_from=("http://127.0.0.1/ok/",)))
