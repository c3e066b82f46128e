"""One night, event by event: conversations come in, workers take them, things break.

Workers claim at the database, work, and keep what came of it at the database; its server has a
few cores and a queue. A call takes a worker as long as it is times the factor measured; a chat is
claimed with others. What breaks: a process that dies over its recording (tried again), recordings
that kill every process (parked after three), the server away for two minutes, machines gone.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

from simulating.model import Costs, House

HOUR = 3600.0
#: Conversations come in between these hours, most around noon; all is to be done by the deadline.
OPEN, NOON, CLOSE, DEADLINE = 8 * HOUR, 12 * HOUR, 20 * HOUR, 30.5 * HOUR
#: When all of it comes at once, as an export; when machines are lost, and when the database is.
NIGHT, LOST, OUTAGE = 20 * HOUR, 22 * HOUR, 24 * HOUR
#: Seconds of the shortest call.
SHORTEST = 10.0
#: A claim whose worker vanished is free again after so long; what died is tried so often.
GONE_S, ATTEMPTS = 45.0, 3
TOGETHER = 32


@dataclass(frozen=True)
class Setup:
    """Machines, and what one claim takes of the database's server.

    Attributes
    ----------
    cores : of all workers together, one process each.
    server_cores : of the database's server.
    claim_s, held_s : of a claim; more for each conversation that is claimed meanwhile.
    deaths, poison : share of recordings whose process dies once, or always.
    outage_s : for how long the database is away, at midnight.
    lost : share of the workers that are gone for an hour, from 22:00 on.
    at_once : whether all come in at 20:00, as an export, and not over the day.
    """

    cores: int
    server_cores: int = 2
    claim_s: float = 0.003
    held_s: float = 0.000003
    deaths: float = 0.0005
    poison: float = 0.0001
    outage_s: float = 120.0
    lost: float = 0.1
    at_once: bool = True


@dataclass
class Came:
    """What came of it: counts, and how busy who was (shares of the time until all was done)."""

    done: int = 0
    parked: int = 0
    late: int = 0
    again: int = 0
    ended: float = 0.0
    workers: float = 0.0
    server: float = 0.0
    most_waiting: int = 0

    @property
    def is_server(self) -> bool:
        """Say whether the database's server was busier than the workers."""
        return self.server > self.workers

    @property
    def bottleneck(self) -> str:
        """Say what was busiest."""
        return "the database's server" if self.is_server else "the workers' cores"


@dataclass
class _Item:
    takes: float
    keeping: float
    chat: bool
    dies: int
    tries: int = 0


class _Day:
    """The queue, the workers, the database's server, and what is to happen next."""

    def __init__(self, setup: Setup, costs: Costs, left: int) -> None:
        self._setup, self._costs, self._left = setup, costs, left
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._chats: deque[_Item] = deque()
        self._calls: deque[_Item] = deque()
        self._servers = [0.0] * setup.server_cores
        self._idle: list[bool] = []
        self._held = 0
        self._busy = self._serving = 0.0
        self._now = OPEN
        self.came = Came()

    def at(self, when: float, what: Callable[[], None]) -> None:
        """Have something happen then."""
        heapq.heappush(self._events, (when, next(self._order), what))

    def play(self) -> Came:
        """Let all happen in order until nothing is left to do."""
        while self._left and self._events:
            self._now, _, what = heapq.heappop(self._events)
            what()
        came, span = self.came, self._now - (NIGHT if self._setup.at_once else OPEN)
        came.ended = self._now
        came.workers = self._busy / span / self._setup.cores
        came.server = self._serving / span / self._setup.server_cores
        return came

    def comes(self, item: _Item) -> None:
        """One waits from now on."""
        (self._chats if item.chat else self._calls).append(item)
        waits = len(self._chats) + len(self._calls)
        self.came.most_waiting = max(self.came.most_waiting, waits)
        if self._idle:
            self.looks(goes=self._idle.pop())

    def looks(self, *, goes: bool) -> None:
        """A worker has nothing to do; those that go are away for an hour."""
        if goes and LOST <= self._now < LOST + HOUR:
            self.at(LOST + HOUR, partial(self.looks, goes=goes))
            return
        taken = self._take()
        if not taken:
            self._idle.append(goes)
            return
        claimed = self._served(self._setup.claim_s + self._setup.held_s * self._held)
        self._held += len(taken)
        works = sum(item.takes for item in taken)
        self._busy += works
        self.at(claimed + works, partial(self._worked, taken, goes=goes))

    def _worked(self, taken: Sequence[_Item], *, goes: bool) -> None:
        self._held -= len(taken)
        keeping = sum(item.keeping for item in taken if not item.dies)
        for item in taken:
            item.tries += 1
            if not item.dies:
                self._left -= 1
                self.came.done += 1
                self.came.late += self._now > DEADLINE
            elif item.tries >= ATTEMPTS:
                self._left -= 1
                self.came.parked += 1
            else:
                item.dies -= 1
                self.came.again += 1
                self.at(self._now + GONE_S, partial(self.comes, item))
        self._busy += keeping
        kept = self._served(keeping * self._costs.serving) + keeping
        self.at(kept, partial(self.looks, goes=goes))

    def _take(self) -> list[_Item]:
        """Take what costs little first; chats together, what was tried alone."""
        if not self._chats:
            return [self._calls.popleft()] if self._calls else []
        taken = [self._chats.popleft()]
        while self._chats and len(taken) < TOGETHER:
            if taken[0].tries or self._chats[0].tries:
                break
            taken.append(self._chats.popleft())
        return taken

    def _served(self, takes: float) -> float:
        """Return when the database's server has answered."""
        begin = max(self._now, heapq.heappop(self._servers))
        if OUTAGE <= begin < OUTAGE + self._setup.outage_s:
            begin = OUTAGE + self._setup.outage_s
        heapq.heappush(self._servers, begin + takes)
        self._serving += takes
        return begin + takes


def simulate(
    a_day: int, setup: Setup, *, house: House, costs: Costs | None = None, seed: int = 1
) -> Came:
    """Play one day until all is done or parked."""
    costs = costs or Costs()
    day = _Day(setup, costs, a_day)
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(a_day):
        came_in = NIGHT if setup.at_once else rng.triangular(OPEN, CLOSE, NOON)
        day.at(came_in, partial(day.comes, _item(rng, setup, costs, house)))
    for number in range(setup.cores):
        day.at(OPEN, partial(day.looks, goes=number < setup.cores * setup.lost))
    return day.play()


def _item(rng: random.Random, setup: Setup, costs: Costs, house: House) -> _Item:
    chance = rng.random()
    dies = ATTEMPTS if chance < setup.poison else int(chance < setup.poison + setup.deaths)
    if rng.random() >= house.calls:
        return _Item(takes=costs.reading, keeping=costs.keeping_chat, chat=True, dies=dies)
    # Few calls are long: lengths as of an exponential law, none under ten seconds.
    length = SHORTEST + rng.expovariate(1 / (house.call_s - SHORTEST))
    return _Item(takes=length * costs.hearing, keeping=costs.keeping_call, chat=False, dies=dies)
