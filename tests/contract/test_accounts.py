"""Accounts, sessions, tokens, pauses and scopes, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text
from stores import Clock, open_at

from qa.access import ALL, Grant, Principal, Right, UserRole
from qa.errors import NotFound, TooMany, UnknownName, UsageError
from qa.records import Heard, Metadata, Party, Role
from qa.store import Filter, database
from qa.testing import make_call, make_safe, make_turns

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN = (Grant(UserRole.ADMINISTRATOR),)
REVIEWER = (Grant(UserRole.REVIEWER, team="north"),)


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock) as opened:
        opened.accounts.add("root", grants=ADMIN, who="test", password="kept")
        yield opened


@pytest.fixture
def dana(store):
    return store.accounts.add("Dana", grants=REVIEWER, who="root", password="kept-too")


# --- accounts ----------------------------------------------------------------------------


def test_a_name_is_one_whatever_its_case(store, dana):
    assert store.accounts.get(" DANA ") == dana
    with pytest.raises(UsageError, match="has an account"):
        store.accounts.add("dAnA", grants=REVIEWER, who="root")
    with pytest.raises(UnknownName, match="dina"):
        store.accounts.get("dina")


@pytest.mark.parametrize("name", ["", "two words", "a\nb", "x" * 101, "<b>"])
def test_names_that_cannot_be_typed_or_shown_are_refused(store, name):
    with pytest.raises(UsageError):
        store.accounts.add(name, grants=REVIEWER, who="root")


@pytest.mark.parametrize(
    ("grants", "given", "word"),
    [
        ((), {}, "needs a role"),
        ((Grant(UserRole.AGENT),), {}, "which agent"),
        ((Grant(UserRole.SERVICE),), {"password": "kept"}, "no password"),
        ((Grant(UserRole.SERVICE), *REVIEWER), {}, "no other role"),
    ],
)
def test_roles_that_do_not_fit_together_are_refused(store, grants, given, word):
    with pytest.raises(UsageError) as refused:
        store.accounts.add("x", grants=grants, who="root", **given)
    assert word in str(refused.value)


def test_the_first_account_is_an_administrator_and_one_always_stays(store, dana, ready_database):
    for undo in (
        lambda: store.accounts.disable("root", who="root"),
        lambda: store.accounts.set_grants("root", REVIEWER, who="root"),
    ):
        with pytest.raises(UsageError, match="administrator"):
            undo()
    assert store.accounts.get("root").disabled_at is None
    store.accounts.set_grants("dana", ADMIN, who="root")
    store.accounts.disable("root", who="dana")
    assert store.accounts.password_of("root") is None


def test_what_happens_to_accounts_is_in_the_journal_and_no_secret_is(store, dana):
    secret = store.sessions.begin(dana)
    made, _ = store.sessions.add_token(
        dana, label="script", scopes={Right.READ}, lasts=timedelta(days=1), who="dana"
    )
    store.accounts.set_password("dana", "another", who="root")
    with database.reading(store._engine) as session:
        rows = session.connection().execute(text("SELECT kind, who, detail FROM event")).all()
        whole = str([tuple(r) for t in ("account", "session", "token", "event", "throttle")
                     for r in session.connection().execute(text(f"SELECT * FROM {t}"))])  # fmt: skip
    assert [r[0] for r in rows] == [
        "account added", "account added", "logged in", "token made", "password changed",
    ]  # fmt: skip
    assert secret not in whole
    assert made not in whole


# --- sessions ----------------------------------------------------------------------------


def test_a_session_is_its_account_with_the_roles_of_this_moment(store, dana):
    secret = store.sessions.begin(dana)
    assert store.sessions.who(secret) == Principal(dana.id, "dana", REVIEWER)
    store.accounts.set_grants("dana", ADMIN, who="root")
    assert store.sessions.who(secret).roles == {UserRole.ADMINISTRATOR}
    assert store.sessions.who(secret + "x") is None


def test_a_session_ends_when_unused_and_at_the_latest_after_a_day(store, dana, clock):
    secret = store.sessions.begin(dana)
    for _ in range(12):
        clock.pass_time(minutes=59)
        assert store.sessions.who(secret) is not None
    clock.pass_time(minutes=59)
    assert store.sessions.who(secret) is None
    secret = store.sessions.begin(dana)
    clock.pass_time(minutes=60)
    assert store.sessions.who(secret) is None


@pytest.mark.parametrize(
    "ended",
    [
        lambda store, secret, dana: store.sessions.end(secret, who="dana"),
        lambda store, secret, dana: store.sessions.end_all(dana.id, who="dana"),
        lambda store, secret, dana: store.sessions.begin(dana, instead=secret),
        lambda store, secret, dana: store.accounts.set_password("dana", "new", who="root"),
        lambda store, secret, dana: store.accounts.disable("dana", who="root"),
    ],
    ids=["log-out", "log-out everywhere", "log-in again", "new password", "disabled"],
)
def test_a_session_ends_at_once(store, dana, ended):
    secret = store.sessions.begin(dana)
    ended(store, secret, dana)
    assert store.sessions.who(secret) is None


# --- tokens ------------------------------------------------------------------------------


def token(store, account, *scopes, days=1):
    lasts = timedelta(days=days)
    return store.sessions.add_token(account, label="", scopes=set(scopes), lasts=lasts, who="root")


def test_a_token_works_within_its_scopes_until_it_expires_or_is_revoked(store, dana, clock):
    made, known = token(store, dana, Right.READ)
    assert store.sessions.bearer(made).rights == {Right.READ}
    assert store.sessions.bearer(made[:-1]) is None
    clock.pass_time(days=1)
    assert store.sessions.bearer(made) is None
    made, known = token(store, dana, Right.READ)
    store.sessions.revoke(known.id, who="root")
    assert store.sessions.bearer(made) is None
    made, _ = token(store, dana, Right.READ)
    store.accounts.disable("dana", who="root")
    assert store.sessions.bearer(made) is None


def test_a_token_cannot_have_what_its_account_lacks(store, dana):
    with pytest.raises(UsageError, match="lacks itself: users"):
        token(store, dana, Right.READ, Right.USERS)
    made, _ = token(store, dana, Right.OVERRIDE)
    store.accounts.set_grants("dana", (Grant(UserRole.TRAINER),), who="root")
    assert store.sessions.bearer(made).rights == frozenset()


def test_a_token_of_somebody_else_cannot_be_revoked_by_its_id(store, dana):
    _, known = token(store, store.accounts.get("root"), Right.READ)
    with pytest.raises(NotFound):
        store.sessions.revoke(known.id, who="dana", account=dana.id)
    assert [t.id for t in store.sessions.tokens()] == [known.id]
    assert store.sessions.tokens(dana.id) == ()


# --- pauses ------------------------------------------------------------------------------


def fails(store, times, *, account="dana", address="192.0.2.1"):
    for _ in range(times):
        store.throttle.attempt(account=account, address=address)


def test_after_five_failures_each_further_one_doubles_the_pause(store, clock):
    fails(store, 5)
    waits = []
    for _ in range(9):
        with pytest.raises(TooMany) as told:
            fails(store, 1, address="192.0.2.9")
        waits.append(told.value.seconds)
        clock.pass_time(seconds=told.value.seconds)
        fails(store, 1)
    assert waits == [16, 31, 61, 121, 241, 481, 901, 901, 901]


def test_one_address_cannot_try_many_accounts(store, clock):
    for n in range(30):
        fails(store, 1, account=f"guess-{n}")
    with pytest.raises(TooMany):
        fails(store, 1, account="dana")
    fails(store, 1, account="dana", address="192.0.2.2")


def test_passing_forgets_the_account_s_failures_and_not_the_address_s(store):
    for n in range(29):
        fails(store, 1, account=f"guess-{n}")
    fails(store, 1, account="dana")
    store.throttle.passed(account="dana", address="192.0.2.1")
    fails(store, 1, account="dana")
    with pytest.raises(TooMany):
        fails(store, 1, account="dana")


def test_a_crowd_at_once_is_counted_one_by_one(store):
    def attempt(_):
        try:
            fails(store, 1)
        except TooMany:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 5


# --- what a list shows may be opened, and nothing else ------------------------------------


def register(store, id, *, team=None, project=None, agent=None, second=None):
    meta = Metadata(team=team, project=project, agent_id=agent, started_at=START)
    store.register(make_call(id=id, metadata=meta), ["support"])
    if second:
        safe = make_safe([("agent", "Hello"), ("agent-2", "Hello"), ("customer", "Hi")], id=id)
        parties = (*safe.parties[:1], Party(id="agent-2", role=Role.AGENT, agent_id=second))
        safe = safe.model_copy(update={"metadata": meta, "parties": parties})
        raw = make_turns([("agent", "Hello"), ("agent-2", "Hello"), ("customer", "Hi")])
        store.save_heard(id, Heard(turns=raw, safe=safe, provenance=()))


@pytest.fixture
def floor(store):
    """Conversations of two teams, two projects and nobody's."""
    register(store, "n-retail", team="north", project="retail", agent="7")
    register(store, "n-travel", team="north", project="travel", agent="8", second="7")
    register(store, "s-retail", team="south", project="retail", agent="9")
    register(store, "nobodys")
    for name in ("n-travel", "s-retail"):
        store.release_to_agents(name, who="root")
    return ("n-retail", "n-travel", "s-retail", "nobodys")


def test_lists_counts_and_ids_agree_with_the_decision(store, floor):
    roles, teams, projects = (
        (UserRole.REVIEWER, UserRole.AGENT), (ALL, "north", "south", "east"), (ALL, "retail", "travel"),
    )  # fmt: skip
    for role, team, project in product(roles, teams, projects):
        who = Principal("1", "x", (Grant(role, team, project),), agent_id="7")
        scope = who.scope(Right.LIST)
        may = {name for name in floor if who.may(Right.LIST, store.facts(name))}
        assert {s.id for s in store.list(scope=scope).items} == may
        assert store.counts(scope=scope).total == len(may)
        narrowed = store.counts(Filter(project="retail"), scope=scope).total
        assert narrowed == len([name for name in may if name.endswith("retail")])
        for name in may:
            assert store.resolve(name, scope=scope) == name
        for name in {*floor} - may:
            with pytest.raises(NotFound):
                store.resolve(name, scope=scope)


def test_an_ambiguous_beginning_names_only_what_one_may_know_of(store, floor):
    who = Principal("1", "x", (Grant(UserRole.REVIEWER, "north"),))
    with pytest.raises(UsageError, match="several") as told:
        store.resolve("n", scope=who.scope(Right.LIST))
    assert "n-retail" in told.value.mend
    assert "nobodys" not in told.value.mend
    assert store.resolve("no", scope=Principal("2", "y", ADMIN).scope(Right.LIST)) == "nobodys"


def test_an_agent_of_a_part_sees_the_conversation_until_it_is_taken_back(store, floor):
    who = Principal("1", "x", (Grant(UserRole.AGENT),), agent_id="7")
    assert [s.id for s in store.list(scope=who.scope(Right.READ)).items] == ["n-travel"]
    store.take_back_from_agents("n-travel", who="root")
    assert store.list(scope=who.scope(Right.READ)).items == ()
    assert [e.kind for e in store.log("n-travel")] == ["released", "taken back"]
