"""Every role, right and reason has words: a page that lists them all must not miss one."""

from qa.access import ALL, Grant, Right, UserRole
from qa.api import people_words
from qa.api.i18n import speaking
from qa.store.joining import KNOWN, Joined


def test_every_role_right_and_reason_is_worded():
    assert set(people_words.ROLES) == set(people_words.DUTIES) == set(UserRole)
    assert set(people_words.RIGHTS) == set(Right)
    assert set(people_words.JOINED) == set(Joined) - KNOWN


def test_a_role_says_where_it_is_held():
    held = {
        Grant(UserRole.SUPERVISOR): "Supervisor: everywhere",
        Grant(UserRole.REVIEWER, team="north"): "Reviewer: team north",
        Grant(UserRole.TRAINER, team=ALL, project="retail"): "Trainer: project retail",
        Grant(UserRole.ADMINISTRATOR): "Administrator",
        Grant(UserRole.AGENT): "Agent",
    }
    assert {people_words.grant(grant) for grant in held} == set(held.values())


def test_it_says_so_in_the_language_of_the_page():
    with speaking("ru"):
        assert people_words.grant(Grant(UserRole.SUPERVISOR)) == "Руководитель: везде"
