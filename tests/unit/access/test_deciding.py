"""Who may do what: every role, every right, one's own and other people's conversations."""

import pytest

from qa.access import (
    ABOUT_CONVERSATIONS,
    ALL,
    EVERYTHING,
    EVERYWHERE,
    NOTHING,
    RIGHTS,
    Facts,
    Grant,
    Principal,
    Right,
    UserRole,
)
from qa.errors import Forbidden, UsageError

OURS = Facts(team="north", project="retail", agents=frozenset({"7"}))
RELEASED = Facts(team="north", project="retail", agents=frozenset({"7"}), released=True)
OTHER_TEAM = Facts(team="south", project="retail", agents=frozenset({"8"}), released=True)
OTHER_PROJECT = Facts(team="north", project="travel", agents=frozenset({"7"}))
NOBODYS = Facts()

SEES = {"list", "read", "hear", "cards"}
REVIEWS = SEES | {
    "override", "confirm_critical", "correct", "comment", "star", "answer", "examples",
    "tokens",
}  # fmt: skip
#: The policy once more, by hand: a change of the one must be meant in the other.
EXPECTED = {
    "administrator": {str(r) for r in Right} - {"second_look"},
    "supervisor": REVIEWS
    | {"release", "sample", "assign", "collect", "export", "figures", "import"},
    "reviewer": REVIEWS,
    "trainer": {"examples", "collect", "cards"},
    "agent": SEES | {"second_look"},
    "auditor": SEES | {"figures", "audit", "agent_file"},
    "service": SEES
    | {"override", "correct", "sample", "export", "figures", "import", "metrics"},
}  # fmt: skip


def principal(role, team="north", project="retail", **given):
    where = {} if role in EVERYWHERE else {"team": team, "project": project}
    given.setdefault("agent_id", "7")
    return Principal(id="1", name="dana", grants=(Grant(UserRole(role), **where),), **given)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", list(UserRole))
def test_a_role_has_exactly_the_rights_that_are_written_down_twice(role, right):
    assert (right in RIGHTS[role]) == (right in EXPECTED[role])
    assert principal(role).may(right) == (right in EXPECTED[role])


@pytest.mark.parametrize("right", sorted(ABOUT_CONVERSATIONS))
@pytest.mark.parametrize("role", list(UserRole))
def test_a_right_counts_where_its_role_is_held_and_nowhere_else(role, right):
    who, has = principal(role), right in EXPECTED[role]
    everywhere = role in EVERYWHERE
    assert who.may(right, RELEASED) == has
    assert who.may(right, OURS) == (has and role is not UserRole.AGENT)
    for foreign in (OTHER_TEAM, OTHER_PROJECT, NOBODYS):
        assert who.may(right, foreign) == (has and everywhere)


def test_an_agent_sees_their_own_conversations_once_they_are_released():
    who = principal("agent", team=ALL, project=ALL)
    assert who.may(Right.READ, RELEASED)
    assert not who.may(Right.READ, OURS)
    assert not who.may(Right.READ, OTHER_TEAM)


def test_an_agent_account_without_an_agent_sees_nothing_not_everything():
    who = principal("agent", team=ALL, project=ALL, agent_id=None)
    assert who.scope(Right.LIST) == NOTHING
    assert not who.may(Right.LIST)


@pytest.mark.parametrize(
    ("team", "project", "facts", "may"),
    [
        ("north", ALL, OURS, True),
        ("north", ALL, OTHER_PROJECT, True),
        ("north", ALL, OTHER_TEAM, False),
        ("north", ALL, NOBODYS, False),
        (ALL, "retail", OTHER_TEAM, True),
        (ALL, "retail", OTHER_PROJECT, False),
        (ALL, "retail", NOBODYS, False),
        ("north", "travel", OURS, False),
        (ALL, ALL, NOBODYS, True),
    ],
)
def test_team_and_project_must_both_fit(team, project, facts, may):
    assert principal("reviewer", team, project).may(Right.OVERRIDE, facts) is may


def test_several_roles_add_up_each_where_it_is_held():
    who = Principal(
        id="1",
        name="dana",
        grants=(
            Grant(UserRole.SUPERVISOR, team="north"),
            Grant(UserRole.REVIEWER, team="south"),
        ),
    )
    assert who.may(Right.RELEASE, OURS)
    assert not who.may(Right.RELEASE, OTHER_TEAM)
    assert who.may(Right.OVERRIDE, OTHER_TEAM)


def test_a_token_has_at_most_the_rights_of_its_account():
    who = principal("reviewer", scopes=frozenset({Right.READ, Right.EXPORT, Right.USERS}))
    assert who.rights == {Right.READ}
    assert who.scope(Right.LIST) == NOTHING


def test_a_refusal_names_the_right_and_what_to_do():
    with pytest.raises(Forbidden, match="dana lacks the right 'export' here") as refused:
        principal("reviewer").check(Right.EXPORT, OURS)
    assert "administrator" in refused.value.mend


def test_roles_that_are_held_everywhere_cannot_be_held_for_a_team():
    with pytest.raises(UsageError, match="auditor"):
        Grant(UserRole.AUDITOR, team="north")
    assert principal("auditor").scope(Right.READ) == EVERYTHING


def test_every_right_is_somebodys():
    assert frozenset().union(*RIGHTS.values()) == frozenset(Right)
