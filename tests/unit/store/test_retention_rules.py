"""How long what is kept: the first rule that fits, kind by kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qa.errors import SettingsError
from qa.importers.sidecar import sidecars_of
from qa.records import Channel, ScoreStatus
from qa.setting_parts import Retention
from qa.settings import load_settings
from qa.store.erasing.files import beside
from qa.store.erasing.policies import Aged, What, asks_scores, due, kinds_of, past

BEGAN = datetime(2026, 11, 3, 16, 45, tzinfo=UTC)
ALL = {"audio_days": 1, "unredacted_days": 1, "text_days": 1, "scores_days": 1}


def call(**more):
    given = {"id": "c", "channel": Channel.CALL, "began_at": BEGAN, "queue": "sales",
             "project": "acme", "language": "ro", "tags": frozenset({"complaint"}),
             "outcomes": frozenset({"resolved"}), "statuses": frozenset({ScoreStatus.FINAL}),
             "passed": frozenset({True}), "totals": (88.0,)}  # fmt: skip
    return Aged(**(given | more))


def rule(name="r", **more):
    return Retention(name=name, **more)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({}, True),
        ({"queue": "sales"}, True),
        ({"queue": "Sales"}, False),
        ({"project": "acme", "channel": "call"}, True),
        ({"project": "acme", "channel": "chat"}, False),
        ({"language": "ro"}, True),
        ({"tag": "complaint"}, True),
        ({"tag": "mystery"}, False),
        ({"outcome": "resolved"}, True),
        ({"outcome": "voicemail"}, False),
        ({"result": "passed"}, True),
        ({"result": "failed"}, False),
        ({"min_score": 88}, True),
        ({"min_score": 88.1}, False),
        ({"min_score": 80, "max_score": 90}, True),
        ({"max_score": 87}, False),
    ],
)
def test_a_rule_fits_where_all_of_its_conditions_hold(condition, fits):
    found = due(call(), [rule(text_days=1, **condition)])
    assert (What.TEXT in found) is fits


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        ({}, "passed"),
        ({"passed": frozenset({True, False})}, "failed"),
        ({"passed": frozenset()}, ""),
        ({"statuses": frozenset({ScoreStatus.FINAL, ScoreStatus.CRITICAL_CONFIRMED})}, "critical"),
    ],
)
def test_the_worst_of_several_scores_counts(facts, result):
    assert call(**facts).result == result


def test_the_first_rule_counts_of_each_kind_and_the_rest_falls_through():
    rules = [
        rule("cards", tag="complaint", audio_days=0),
        rule("acme", project="acme", audio_days=365, text_days=30),
        rule("all", **ALL),
    ]
    told = {what: (one.rule, one.at) for what, one in due(call(), rules).items()}
    assert told == {
        What.AUDIO: ("cards", BEGAN),
        What.TEXT: ("acme", BEGAN + timedelta(days=30)),
        What.UNREDACTED: ("all", BEGAN + timedelta(days=1)),
        What.SCORES: ("all", BEGAN + timedelta(days=1)),
    }


def test_for_ever_ends_the_search():
    rules = [rule("court", tag="complaint", audio_days="forever"), rule("all", **ALL)]
    found = due(call(), rules)
    assert found[What.AUDIO].at is None
    assert What.AUDIO not in past(call(), rules, BEGAN + timedelta(days=9999))


@pytest.mark.parametrize("counted", ["scored", "reviewed"])
def test_a_rule_whose_count_has_not_begun_leaves_it_to_the_next(counted):
    rules = [rule("checked", counted_from=counted, text_days=0), rule("latest", text_days=90)]
    assert due(call(), rules)[What.TEXT].rule == "latest"
    later = BEGAN + timedelta(days=5)
    known = call(**{f"{counted}_at": later})
    assert past(known, rules, later) == {What.TEXT: "checked"}
    assert past(known, rules, later - timedelta(seconds=1)) == {}


def test_what_was_written_has_no_sound_to_erase():
    assert What.AUDIO not in due(call(channel=Channel.CHAT), [rule(**ALL)])
    assert kinds_of(Channel.MAIL) == set(What) - {What.AUDIO}


def test_scores_are_looked_up_only_where_a_rule_asks_for_them():
    assert not asks_scores([rule(text_days=1, queue="sales", counted_from="reviewed")])
    for more in ({"result": "failed"}, {"min_score": 0}, {"counted_from": "scored"}):
        assert asks_scores([rule(text_days=1), rule(text_days=1, **more)])


days = st.none() | st.integers(0, 400) | st.just("forever")
some_rules = st.lists(
    st.builds(
        lambda name, tag, counted, *given: {
            "name": name, "tag": tag, "counted_from": counted,
            **dict(zip(ALL, given, strict=True)),
        },
        st.text(min_size=1, max_size=3), st.sampled_from(["", "complaint", "other"]),
        st.sampled_from(["begin", "reviewed"]), days, days, days, days,
    ).filter(lambda one: any(one[key] is not None for key in ALL)),
    max_size=5,
)  # fmt: skip


@given(rules=some_rules, reviewed=st.booleans(), after=st.integers(0, 500))
def test_time_only_ever_adds_to_what_is_past_and_a_rule_below_never_shortens(
    rules, reviewed, after
):
    rules = [Retention(**one) for one in rules]
    facts = call(reviewed_at=BEGAN if reviewed else None)
    now = BEGAN + timedelta(days=after)
    gone = past(facts, rules, now)
    assert gone.items() <= past(facts, rules, now + timedelta(days=1)).items()
    longer = [*rules, Retention(name="last", **ALL)]
    for what, one in due(facts, rules).items():
        assert due(facts, longer)[what] == one


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "a"}, "says of nothing how long it is kept"),
        ({"name": "a", "text_days": -1}, "retention.0.text_days"),
        ({"name": "a", "text_days": "never"}, "retention.0.text_days"),
        ({"name": "a", "text_day": 1}, "retention.0.text_day"),
        ({"name": "a", "channel": "fax", "text_days": 1}, "retention.0.channel"),
        ({"name": "a", "text_days": 1, "min_score": 90, "max_score": 10}, "above max_score"),
        ({"text_days": 1}, "retention.0.name"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_its_field(given, says):
    with pytest.raises(SettingsError) as refused:
        load_settings(retention=[given])
    assert says in str(refused.value)
    assert "qa.toml" in refused.value.mend


def test_two_rules_of_one_name_could_not_be_told_apart():
    with pytest.raises(SettingsError, match="same name"):
        load_settings(retention=[{"name": "a", "text_days": 1}, {"name": "a", "audio_days": 1}])


def test_a_rule_cannot_be_changed_behind_its_back():
    with pytest.raises(ValidationError):
        rule(text_days=1).text_days = 2


def test_the_file_that_tells_of_a_recording_is_the_one_that_importers_read(tmp_path):
    recording = tmp_path / "call.1.wav"
    assert set(beside(recording)) == set(sidecars_of(recording))
