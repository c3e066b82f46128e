"""Metrics for Prometheus: where the work stands, in its text format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from qa.access import Right
from qa.api.deps import StoreDep
from qa.api.identity import requires
from qa.store.standing import Queue, Standing

router = APIRouter(tags=["health"])


@router.get("/metrics", dependencies=[requires(Right.METRICS)], response_class=Response)
def metrics(store: StoreDep) -> Response:
    """Tell queues, workers and failures as Prometheus reads them; no names, no texts."""
    registry = CollectorRegistry()
    registry.register(_Now(store.standing()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    """Where the work stands, as families of gauges."""

    def __init__(self, found: Standing) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the families."""
        yield from (self._by_load(*one) for one in _BY_LOAD)
        for name, text, value in _SINGLE:
            yield GaugeMetricFamily(name, text, value=value(self._found))

    def _by_load(
        self, name: str, text: str, value: Callable[[Standing, Queue], float]
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, text, labels=["load"])
        for queue in self._found.queues:
            family.add_metric([queue.load], value(self._found, queue))
        return family


def _age(found: Standing, queue: Queue) -> float:
    return (found.at - queue.oldest).total_seconds() if queue.oldest else 0.0


_BY_LOAD: tuple[tuple[str, str, Callable[[Standing, Queue], float]], ...] = (
    ("qa_waiting", "Conversations that may be begun.", lambda _, q: q.waiting),
    ("qa_later", "Conversations that wait for another attempt.", lambda _, q: q.later),
    ("qa_working", "Conversations that are being worked on.", lambda _, q: q.working),
    ("qa_oldest_seconds", "Age of the conversation that waits longest.", _age),
)
_SINGLE: tuple[tuple[str, str, Callable[[Standing], float]], ...] = (
    ("qa_failed", "Conversations that were given up.", lambda s: s.failed_count),
    ("qa_workers", "Processes that hold claims.", lambda s: len(s.workers)),
    (
        "qa_workers_stuck",
        "Processes without a sign of life, or an hour at one conversation.",
        lambda s: sum(worker.stuck for worker in s.workers),
    ),
    ("qa_heard_last_hour", "Conversations heard in the last hour.", lambda s: s.last_hour),
    ("qa_heard_last_day", "Conversations heard in the last day.", lambda s: s.last_day),
    (
        "qa_heard_last_day_seconds",
        "Seconds of calls heard in the last day.",
        lambda s: s.last_day_seconds,
    ),
)
