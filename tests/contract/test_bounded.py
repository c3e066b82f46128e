"""No page asks the database once a row: what it asks does not grow with what it shows."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from qa.api import create_app
from qa.records import Heard, Metadata
from qa.scoring import judge, load_scorecard
from qa.store import Filter
from qa.store.desk.draws import Occasion, Rule
from qa.store.joining import Agent
from qa.store.views import Number
from qa.testing import make_call, make_safe, make_turns

FEW, MANY = 3, 12
NOW = datetime.now(UTC)
DESK = load_scorecard(
    """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: alpha, ask: Alpha?, any: [alpha]}
      - {id: bravo, ask: Bravo?, any: [bravo]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
      - {id: tone, ask: Was the tone right?, human: Listen.}
""",
    name="desk",
)
LINES = [
    ("agent", "Hello, my name is Dana. This is alpha.", 0.0),
    ("customer", "Thank you, Dana, you idiot.", 4.0),
    ("agent", "No idiot is spoken to, Dana is patient.", 8.0),
]
PATHS = (
    "/conversations",
    "/conversations?needs_review=true",
    "/conversations?failed_item=bravo",
    "/inbox",
    "/samples",
    "/search?q=alpha",
    "/examples",
    "/examples?item=alpha&verdict=pass",
    "/figures?by=agent",
    "/figures/agents/0",
    "/figures/conversations",
    "/figures/fairness?by=language",
)


def fill(store, numbers):
    """Take in conversations of which every page shows something."""
    for n in numbers:
        meta = Metadata(started_at=NOW - timedelta(hours=n), agent_id=str(n % 2), agent_name="Dana")
        name = f"call-{n}"
        store.register(make_call(id=name, metadata=meta), [DESK.ref.id])
        job = store.claim("w", lease_s=60, only=[name])
        safe = make_safe(LINES, id=name, metadata=meta)
        store.save_heard(name, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
        store.save_assessments(name, DESK, judge(safe, DESK))
        store.finish(job)
        store.draws.draw(
            Rule(per_agent=1), Occasion(who="root", reason="by chance", blind=False), seed=n
        )


@pytest.fixture
def client(ready_database):
    settings = ready_database.model_copy(update={"requests_per_second": 0})
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as opened:
        store = opened.app.state.store
        store.roster.replace([Agent(id=n, name="Dana", team="north") for n in "01"], who="root")
        yield opened


def asked(client, path):
    """Return how many queries an answer takes."""
    found = []

    def count(*_):
        found.append(1)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        client.get(path, headers={"accept": "text/html"}).raise_for_status()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return len(found)


def test_pages_and_twins_take_as_many_queries_for_many_rows_as_for_few(client):
    paths = [*PATHS, *(f"/api/v1{path}" for path in PATHS)]
    store = client.app.state.store
    fill(store, range(FEW))
    for path in paths:  # what is looked up once in a process
        asked(client, path)
    few = {path: asked(client, path) for path in paths}
    fill(store, range(FEW, MANY))
    assert len(store.moments.search().items) > FEW
    assert len(store.searching.search("alpha").items) == MANY
    many = {path: asked(client, path) for path in paths}
    assert not {path: (few[path], n) for path, n in many.items() if n > few[path]}


def test_numbers_are_counted_as_far_as_is_shown(client):
    store = client.app.state.store
    fill(store, range(FEW))
    filters = [Filter(), Filter(needs_review=True), Filter(failed_item="alpha")]
    assert store.numbers(filters, most=FEW) == (Number(n=3), Number(n=3), Number(n=0))
    assert store.numbers(filters, most=2)[0] == Number(n=2, more=True)
    assert [len(store.list(f).items) for f in filters] == [3, 3, 0]
