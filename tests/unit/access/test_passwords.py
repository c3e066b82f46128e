"""Passwords: what is taken, and what is kept of them."""

import pytest
from argon2 import PasswordHasher

from qa.access import secrets
from qa.access.passwords import LONGEST, Passwords, check_new
from qa.errors import UsageError

GOOD = "lamp river ochre tin"


@pytest.fixture
def passwords():
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_the_kept_password_fits_and_no_other(passwords):
    kept = passwords.hash(GOOD)
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert passwords.fits(GOOD, kept)
    assert not passwords.fits(GOOD + " ", kept)
    assert passwords.hash(GOOD) != kept


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"])
def test_where_no_password_is_kept_none_fits(passwords, kept):
    assert not passwords.fits("nobody has this password", kept)


def test_an_endless_password_is_refused_before_it_is_hashed(passwords):
    assert not passwords.fits("x" * (LONGEST + 1), passwords.hash("x" * LONGEST))


def test_a_kept_password_of_lower_cost_is_outdated(passwords):
    kept = passwords.hash(GOOD)
    assert not passwords.outdated(kept)
    assert Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)).outdated(kept)


@pytest.mark.parametrize(
    "taken", [GOOD, "correcthorsebatterystaple", "длинная фраза про чайник", "q8#vLm2!xTzR"]
)
def test_long_passwords_are_taken_whatever_they_are_made_of(taken):
    check_new(taken)


@pytest.mark.parametrize(
    "refused",
    ["", "q8#vLm2!xTz", "password1234", "123456789012", "qwertyuiop12", "aaaaaaaaaaaa", "x" * 257],
)
def test_short_common_and_endless_passwords_are_refused_and_never_quoted(refused):
    with pytest.raises(UsageError) as told:
        check_new(refused)
    assert not refused or refused not in str(told.value)


def test_a_password_of_one_s_own_name_is_refused():
    with pytest.raises(UsageError):
        check_new("dana.ionescu1", about=["dana.ionescu"])


def test_tokens_are_told_apart_by_their_prefix_and_kept_as_digests():
    made = secrets.new_token()
    assert made.startswith("qa_")
    assert len(made) > 40
    assert secrets.new_token() != made
    assert secrets.digest(made) == secrets.digest(made)
    assert made not in secrets.digest(made)
