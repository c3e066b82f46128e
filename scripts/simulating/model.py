"""What so many conversations a day need: processors, GPUs, disks, rows.

Every figure that goes in was measured; docs/benchmarks.md says how. Times are seconds of one core
unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

#: Cores beside a GPU, as where it was measured.
GPU_CORES = 8
#: Days a year on which calls come in, and bytes of a gigabyte.
DAYS = 365
GB = 1e9


@dataclass(frozen=True)
class Costs:
    """What one conversation takes.

    Attributes
    ----------
    hearing : seconds of a core for a second of a call, models, redaction and score included.
    hearing_gpu : seconds of a machine with a GPU and eight cores for a second of a call.
    reading : a chat of 30 messages: redacted, judged.
    keeping_call, keeping_chat : claimed, kept and closed, the database's own share left out.
    serving : the share of the database's server, in what keeping takes of the worker.
    call_rows, call_bytes, call_texts : rows and bytes in the database, bytes of sealed texts.
    chat_rows, chat_bytes, chat_texts : of a chat.
    playback : bytes of a recording that may be played, for a second of it.
    """

    hearing: float = 0.078
    hearing_gpu: float = 0.0106
    reading: float = 0.051
    keeping_call: float = 0.040
    keeping_chat: float = 0.006
    serving: float = 0.5
    call_rows: int = 93
    call_bytes: int = 67_000
    call_texts: int = 59_000
    chat_rows: int = 63
    chat_bytes: int = 30_000
    chat_texts: int = 7_700
    playback: int = 8_000


@dataclass(frozen=True)
class House:
    """What comes in, and when it is worked on.

    Attributes
    ----------
    call_s : mean length of a call.
    calls : share of calls; the rest are chats.
    window_s : seconds a day in which work goes on: 20:00 to 06:30.
    load : how busy machines may be, so that a bad night still ends in time.
    """

    call_s: float = 300.0
    calls: float = 0.7
    window_s: float = 10.5 * 3600
    load: float = 0.8


@dataclass(frozen=True)
class Need:
    """What so many a day need."""

    a_day: int
    audio_hours: float
    a_second: float
    cores: float
    gpus: float
    server_cores: float
    rows_a_year: float
    database_gb: float
    vault_gb: float


def need(a_day: int, costs: Costs | None = None, house: House | None = None) -> Need:
    """Work it out."""
    costs, house = costs or Costs(), house or House()
    calls, chats = a_day * house.calls, a_day * (1 - house.calls)
    heard = calls * house.call_s
    free = house.window_s * house.load
    keeping = calls * costs.keeping_call + chats * costs.keeping_chat
    texts = chats * costs.reading + keeping
    return Need(
        a_day=a_day,
        audio_hours=heard / 3600,
        a_second=a_day / house.window_s,
        cores=(heard * costs.hearing + texts) / free,
        gpus=(heard * costs.hearing_gpu + texts / GPU_CORES) / free,
        server_cores=keeping * costs.serving / free,
        rows_a_year=DAYS * (calls * costs.call_rows + chats * costs.chat_rows),
        database_gb=DAYS * (calls * costs.call_bytes + chats * costs.chat_bytes) / GB,
        vault_gb=DAYS
        * (calls * costs.call_texts + chats * costs.chat_texts + heard * costs.playback)
        / GB,
    )


def table() -> Iterator[str]:
    """Yield the table of the page, line by line."""
    yield (
        "| conversations a day | hours of calls a day | a second at night | cores "
        "| or GPU machines | cores of the database | rows a year | database a year "
        "| vault a year |"
    )
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for a_day in (1_000, 10_000, 100_000, 1_000_000):
        n = need(a_day)
        yield (
            f"| {a_day:,} | {n.audio_hours:,.0f} | {n.a_second:.2f} | {ceil(n.cores):,} "
            f"| {ceil(n.gpus):,} | {n.server_cores:.2f} "
            f"| {n.rows_a_year / 1e6:,.0f} million | {n.database_gb:,.0f} GB "
            f"| {n.vault_gb / 1000:,.1f} TB |"
        )
