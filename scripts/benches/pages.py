"""How heavy the page of a conversation is, for the server and for a browser.

    scripts/bench pages [--minutes N ...] [--json]

A made call of N minutes (a hundred and seventy words each), judged by `support-standard`, is
served by this program and opened in a Chromium of this machine. Server: processor time of this
process for one answer, median of ten. Browser: what is transferred besides the sound, first paint,
and the longest piece of work of the page's thread without a pause (its processor time, from a
trace of the browser's own) while it loads, while all of it is scrolled through, and while its end,
beginning and middle are heard.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qa.audio import PEAKS_PER_SECOND, save_peaks
from qa.audio.files import libav
from qa.records import SAMPLE_RATE, Heard, SafeConversation, Turn
from qa.scoring import find_card, judge
from qa.settings import Settings
from qa.store import name_worker, open_store
from qa.testing import fake_provenance, make_call, make_safe

_WORDS = ("we", "look", "at", "your", "order", "now", "and", "I", "tell", "you", "please", "wait")
_TURN_WORDS = 15
_TURN_S = 5.3
_AGAIN = 10
_NAMES = ("chromium", "chromium-browser", "google-chrome")

_LOADED = """() => {
  const parts = [...performance.getEntriesByType('resource'),
    ...performance.getEntriesByType('navigation')].filter((e) => !e.name.includes('/audio'));
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return { kb: parts.reduce((sum, e) => sum + e.encodedBodySize, 0) / 1000,
           paint: paint ? paint.startTime : 0 };
}"""
#: What a trace calls one uninterrupted piece of work; and how the page's own thread is told from
#: those that draw the browser's frame.
_TASK, _HERE = "RunTask", "the-page"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench pages", description=__doc__)
    parser.add_argument("--minutes", type=int, nargs="+", default=[10, 180])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    figures = {str(n): measure(n) for n in options.minutes}
    if options.json:
        print(json.dumps(figures))
        return 0
    for minutes, found in figures.items():
        print(f"{minutes} minutes: " + ", ".join(f"{k} {v:.0f}" for k, v in found.items()))
    return 0


def measure(minutes: int) -> dict[str, float]:
    """Serve a call of so many minutes and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data", default_scorecards=("support-standard",))
        safe = fill(settings, minutes)
        with _served(settings) as address:
            return {
                "words": sum(len(t.words) for t in safe.turns),
                "server_ms": _server(f"{address}/conversations/{safe.id}"),
                **_browser(f"{address}/conversations/{safe.id}"),
            }


def fill(settings: Settings, minutes: int) -> SafeConversation:
    """Keep a made call of so many minutes, heard and judged."""
    rng = random.Random(minutes)  # noqa: S311 - made calls, the same every time
    lines = [
        (
            "customer" if n % 2 else "agent",
            "Good morning, Dana speaking."
            if not n
            else " ".join(rng.choices(_WORDS, k=_TURN_WORDS)),
            n * _TURN_S,
        )
        for n in range(int(minutes * 60 / _TURN_S))
    ]
    safe = make_safe(lines, id="long", duration=minutes * 60.0)
    call = make_call(id="long", uri="long.wav")
    card = find_card("support-standard", settings)
    settings.data.mkdir(parents=True)
    with open_store(settings) as store:
        store.register(call, [card.id])
        job = store.claim(name_worker(), lease_s=60, only=[call.id])
        if job is None:
            raise RuntimeError("the made call cannot be claimed")
        turns = tuple(Turn(**turn.model_dump()) for turn in safe.turns)
        heard = Heard(turns=turns, safe=safe, provenance=(fake_provenance("listen"),))
        store.save_heard(call.id, heard)
        store.save_assessments(call.id, card, judge(safe, card))
        store.finish(job)
        with store.vault.scratch() as scratch:
            for kind, path in (("playback", scratch / "a.mp3"), ("peaks", scratch / "a.npy")):
                (_sound if kind == "playback" else _peaks)(path, minutes)
                store.vault.put(kind, call.id, path)  # type: ignore[arg-type]  # both are kinds
    return safe


def _sound(path: Path, minutes: int) -> None:
    """Write a minute of noise again and again: frames at a constant bit rate can be joined."""
    av = libav()
    one = path.with_name("minute.mp3")
    noise = np.random.default_rng(0).normal(0, 0.05, (1, SAMPLE_RATE * 60)).astype(np.float32)
    with av.open(str(one), "w", options={"write_xing": "0", "id3v2_version": "0"}) as out:
        stream = out.add_stream("mp3", rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = 48_000
        frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    path.write_bytes(one.read_bytes() * minutes)


def _peaks(path: Path, minutes: int) -> None:
    rng = np.random.default_rng(0)
    save_peaks(rng.uniform(0, 1, (1, minutes * 60 * PEAKS_PER_SECOND)).astype(np.float32), path)


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    import uvicorn  # noqa: PLC0415 - a benchmark's own

    from qa.api import create_app  # noqa: PLC0415

    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def _server(address: str) -> float:
    import httpx  # noqa: PLC0415 - a benchmark's own

    spent = []
    with httpx.Client() as client:
        for _ in range(_AGAIN):
            began = time.process_time()
            client.get(address).raise_for_status()
            spent.append(time.process_time() - began)
    return statistics.median(spent) * 1000


def _browser(address: str) -> dict[str, float]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a benchmark's own

    path = next((p for p in map(shutil.which, _NAMES) if p), None)
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        steps = {"load": _load, "scroll": _scroll, "seek": _seek}
        busy = {}
        for name, step in steps.items():
            if name == "seek":  # where nothing but the beginning is there yet
                _load(page, address)
            browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
            step(page, address)
            page.evaluate(f"performance.mark('{_HERE}')")
            busy[f"busy_{name}_ms"] = _longest(json.loads(browser.stop_tracing()))
            if name == "load":
                found: dict[str, float] = page.evaluate(_LOADED)
        browser.close()
    return {"kb": found["kb"], "first_paint_ms": found["paint"], **busy}


def _longest(trace: Any) -> float:
    """Return the longest piece of work of the thread that draws the page, in milliseconds."""
    events = trace["traceEvents"]
    page = next((e["pid"], e["tid"]) for e in events if e["name"] == _HERE)
    spent = [
        e.get("tdur", 0) for e in events if (e["pid"], e["tid"]) == page and _TASK in e["name"]
    ]
    return max(spent, default=0) / 1000


def _load(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#wave > div").wait_for()
    page.wait_for_timeout(1000)


def _scroll(page: Any, _: str) -> None:
    """Scroll from the beginning to the end, a screen at a time."""
    page.mouse.move(300, 600)
    while page.locator(".part.ahead").count() or not page.evaluate(
        "scrollY + innerHeight >= document.body.scrollHeight - 5"
    ):
        page.mouse.wheel(0, 1600)
        page.wait_for_timeout(60)
    page.wait_for_timeout(500)


def _seek(page: Any, _: str) -> None:
    """Hear the end, the beginning and the middle."""
    box = page.locator(".lanes").bounding_box()
    for share in (0.98, 0.02, 0.5):
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + 10)
        page.wait_for_timeout(1500)
