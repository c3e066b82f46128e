from datetime import UTC, datetime

import pytest

from qa.api import words
from qa.records import Critical, ItemKind, Provenance, Role, Score, ScoreStatus, Triage, Verdict
from qa.store import State


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "00:00"), (59.99, "00:59"), (83.4, "01:23"), (3723, "1:02:03"), (None, words.DASH)],
)
def test_times_are_shown_as_people_read_them_from_a_player(seconds, shown):
    assert words.clock(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(72.44, "72.4"), (80.0, "80"), (79.96, "80"), (-0.01, "0"), (None, words.DASH)],
)
def test_scores_have_one_decimal_and_none_when_whole(value, shown):
    assert words.number(value) == shown


def score(**given):
    return Score(**({"status": ScoreStatus.FINAL, "mode": "sections"} | given))


@pytest.mark.parametrize(
    ("given", "text", "outcome", "tone"),
    [
        (score(total=91.25, low=91.25, high=91.25, passed=True), "91.2", "passed", "good"),
        (score(total=40, passed=False), "40", "failed", "bad"),
        (
            score(status=ScoreStatus.PROVISIONAL, low=61, high=85.5),
            f"61{words.DASH}85.5",
            "open",
            "open",
        ),
        (
            score(status=ScoreStatus.CRITICAL_SUSPECTED, raw=70, low=70, high=70, passed=None),
            "70",
            "open",
            "alarm",
        ),
        (
            score(status=ScoreStatus.CRITICAL_CONFIRMED, total=0, passed=False),
            "0",
            "failed",
            "alarm",
        ),
        (score(status=ScoreStatus.NOT_SCORABLE), "not scorable", "", "none"),
    ],
)
def test_a_score_is_a_number_a_range_or_an_admission(given, text, outcome, tone):
    assert (words.score(given), words.outcome(given), words.tone(given)) == (text, outcome, tone)


def test_every_kind_of_answer_has_its_words():
    """A new verdict, role or state without words would break pages at run time."""
    assert set(words.VERDICTS) == set(words.SIGNS) == set(Verdict)
    assert set(words.ROLES) == set(Role)
    assert set(words.STATUSES) == set(ScoreStatus)
    assert set(words.TRIAGES) == set(Triage)
    assert set(words.KINDS) == set(ItemKind)
    assert set(words.CRITICALS) == set(Critical)
    assert set(words.STATES) == set(State)


def test_a_long_list_names_the_first_and_counts_the_rest():
    assert words.listing(["a", "b"]) == "a, b"
    assert words.listing(["a", "b", "c", "d", "e"]) == "a, b, c +2"


def test_things_are_counted_in_words():
    assert [words.count(n, "call") for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]


def test_moments_are_shown_in_the_zone_of_the_machine(monkeypatch):
    at = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert words.moment(at) == at.astimezone().strftime("%Y-%m-%d %H:%M")


def test_the_engines_that_heard_a_call_are_named_by_their_models():
    stages = [
        Provenance(stage="listen", engine="callcenter-qa"),
        Provenance(stage="diarize", engine="channels"),
        Provenance(stage="transcribe", engine="faster-whisper", model="faster-whisper-base"),
    ]
    assert words.heard_with(stages) == "transcribed by faster-whisper-base, speakers by channels"
    assert words.heard_with(stages[:1]) == ""
