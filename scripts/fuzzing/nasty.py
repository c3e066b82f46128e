"""Values, bytes, paths and endings that have broken programs before."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

#: Lies beside the input, never in it; whatever tells of it has read what it must not.
CANARY = "outside-canary"
PATHS: tuple[Any, ...] = (
    "../outside/chat.json", "../outside/call.wav", "../outside", "..", ".", "/", "~/.netrc",
    "sub/../../outside/call.wav", "./../outside/chat.json", "..\\outside\\chat.json", "C:\\x.wav",
    "file:///etc/passwd", "file://../outside/call.wav", "/etc/passwd", "/dev/zero", "/dev/stdin",
    "/proc/self/environ", "\\\\host\\share\\x.wav", "http://127.0.0.1:9/x.wav", "call.wav\0.json",
    "http://169.254.169.254/latest", "https://[::1", "ftp://localhost/x",
    "data:audio/wav;base64,AA", "%2e%2e/outside/call.wav", "link.wav", "link.json",
    "linked/call.wav", "x" * 5_000,
    "..%2foutside%2fcall.wav", "pipe.wav", "call.wav", "|id", "$(id)", "CON", "",
)  # fmt: skip
NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e308, 10**400, 2**63, "", " ", "\0", "\ud800", "NaN", "-0", "1e999",
    *PATHS[:8], "x" * 70_000, "0001-01-01T00:00:00", "9999-12-31T23:59:59+14:00",
    "PT999999999999H", "\u202e", "{}", "[]", [], {}, [[]], [None], {"": None},
    "http://127.0.0.1:9/x", "<p>" * 5_000, "&" * 5_000, "agent", "customer", "Europe/Nowhere",
    1_700_000_000_000, "1700000000000", "00:00:-1.5", {"$ref": "#"}, "=cmd|' /C x'!A0",
)  # fmt: skip


def _zipped() -> bytes:
    """Return a small archive that unpacks to 8 MB, and names a file outside."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("../outside/more.json", b'{"messages": []}')
        archive.writestr("xl/workbook.xml", b"<a>" + b" " * (8 << 20))
    return made.getvalue()


ZIPPED = _zipped()
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY c "'
    + b"x" * 999
    + b'"><!ENTITY d "'
    + b"&c;" * 99
    + b'">]><a>&b;'
    + b"&d;" * 99
    + b"</a>"
)
BYTES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"PK\x03\x04", b"\x1f\x8b",
    b"RIFF\xff\xff\xff\xffWAVE", b"[" * 3_000, b'{"a":' * 3_000, b'"', b"\\u", b"\\ud800", b"NaN",
    b"Infinity", b"9" * 6_000, b"\r", b"\n\n\n", b"From ", b"WEBVTT\n", b"../../", b"<v ",
    b"00:00:00.000 --> 99:99:99.999\n", b"1" + b"," * 9_000, b"=?utf-8?b?/////w==?=",
    b"Content-Type: multipart/mixed; boundary=a\n\n", b"\nX: " + b"(" * 3_000, ENTITIES,
    b"From: " + b'"a' * 2_000, b"#EXTM3U\n/etc/passwd\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n", ZIPPED,
)  # fmt: skip
SUFFIXES = (
    ".json", ".jsonl", ".vcon", ".eml", ".mbox", ".vtt", ".srt", ".csv", ".txt", ".wav", ".mp3",
    ".ogg", ".m4a", ".xlsx", ".zip", ".gz", ".xml", ".m3u8", ".call.json", "",
)  # fmt: skip
