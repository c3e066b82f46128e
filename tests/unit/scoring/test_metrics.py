"""Timing is measured fairly."""

import pytest

from qa.records import Channel, Event, EventKind, Layout, Metadata, SpeechSpan
from qa.scoring.document import Document
from qa.scoring.metrics import METRICS, NotMeasurable
from qa.scoring.parts import parts
from qa.testing import make_safe


def measure(name, safe):
    [part] = parts(Document(safe))
    return METRICS[name](part)


def value(name, safe):
    return measure(name, safe).value


def chat(*lines, timed=True):
    return make_safe(lines, channel=Channel.CHAT, timed=timed, seconds_per_word=0.0001)


CHAT = chat(
    ("customer", "Hello?", 0.0),
    ("customer", "Anybody?", 20.0),
    ("agent", "Hello.", 50.0),
    ("customer", "My order.", 60.0),
    ("agent", "One moment.", 70.0),
    ("agent", "Here it is.", 300.0),
    ("customer", "Thanks.", 310.0),
    ("agent", "Bye.", 340.0),
)


class TestReplies:
    @pytest.mark.parametrize(
        ("name", "seconds"),
        [("first", 50), ("max", 50), ("p50", 30), ("p90", 50)],
    )
    def test_count_from_the_first_unanswered_message(self, name, seconds):
        assert value(f"reply_seconds_{name}", CHAT) == pytest.approx(seconds, abs=0.01)

    def test_the_clock_starts_when_the_agent_was_assigned(self):
        assigned = Event(kind=EventKind.ASSIGNED, start=40.0)
        assert value(
            "reply_seconds_first", CHAT.model_copy(update={"events": (assigned,)})
        ) == pytest.approx(10, abs=0.01)

    def test_show_the_reply(self):
        [evidence] = measure("reply_seconds_max", CHAT).evidence
        assert (evidence.turn, evidence.start) == (2, 0.0)

    def test_without_times_cannot_be_measured(self):
        safe = chat(("customer", "Hello?"), ("agent", "Hello."), timed=False)
        assert measure("reply_seconds_first", safe) == NotMeasurable("The messages carry no times.")

    def test_nobody_waited(self):
        assert isinstance(
            measure("reply_seconds_max", chat(("agent", "Hello.", 0.0))), NotMeasurable
        )

    def test_of_a_call_count_from_the_end_of_the_turn(self):
        safe = make_safe([("customer", "one two three", 0.0), ("agent", "yes", 2.9)])
        assert value("reply_seconds_first", safe) == pytest.approx(2.0)


class TestDeadAir:
    @staticmethod
    def call(before, gap, *, who="agent"):
        return make_safe(
            [("customer", "Hello.", 0.0), (who, before, 1.0), ("agent", "So then.", 2.5 + gap)]
        )

    @pytest.mark.parametrize(
        ("before", "who", "is_dead"),
        [
            ("I see here.", "agent", True),
            ("My order.", "customer", True),
            ("What is it?", "agent", False),
            ("One moment please.", "agent", False),
            ("Please hold.", "agent", False),
        ],
        ids=["after a statement", "after the customer", "after a question", "announced", "a hold"],
    )
    def test_belongs_to_who_should_speak(self, before, who, is_dead):
        seconds = value("dead_air_max", self.call(before, 30, who=who))
        assert (seconds > 25) is is_dead
        assert seconds == 0 or is_dead

    def test_a_hold_of_the_telephone_system_is_none(self):
        safe = self.call("I see.", 30)
        hold = Event(kind=EventKind.HOLD, start=3.0, end=30.0)
        assert value("dead_air_max", safe.model_copy(update={"events": (hold,)})) == 0

    def test_a_breath_is_none(self):
        assert value("dead_air_max", self.call("I see.", 0)) == 0

    def test_share_is_of_the_time_that_was_talked_in(self):
        share = value("dead_air_share", self.call("I see here.", 30))
        assert 0.85 < share < 0.95

    def test_is_shown_where_it_is(self):
        [evidence] = measure("dead_air_max", self.call("I see here.", 30)).evidence
        assert evidence.end - evidence.start > 25

    def test_is_nothing_in_a_chat(self):
        assert isinstance(measure("dead_air_max", CHAT), NotMeasurable)


class TestInterruptions:
    @staticmethod
    def call(text, start, layout=Layout.STEREO):
        return make_safe(
            [
                ("customer", "one two three four five six seven eight nine ten", 0.0),
                ("agent", text, start),
            ],
            layout=layout,
        )

    @pytest.mark.parametrize(
        ("text", "start", "count"),
        [
            ("no wait listen to me", 1.0, 1),
            ("mhm yeah okay right", 1.0, 1),
            ("uh huh", 1.0, 0),
            ("no wait listen to me", 2.8, 0),
            ("no wait listen to me", 3.5, 0),
        ],
        ids=["talks over", "a long one", "a backchannel", "at the very end", "after"],
    )
    def test_are_counted(self, text, start, count):
        assert value("interruptions", self.call(text, start)) == count

    def test_backchannels_are_none_however_long_they_are_drawn(self):
        safe = self.call("okay right", 1.0)
        drawn = tuple(
            s.model_copy(update={"end": 3.0}) if s.speaker == "agent" else s for s in safe.speech
        )
        assert value("interruptions", safe.model_copy(update={"speech": drawn})) == 0

    @pytest.mark.parametrize("layout", [Layout.MONO, Layout.FAKE_STEREO])
    def test_cannot_be_told_on_one_channel(self, layout):
        assert isinstance(
            measure("interruptions", self.call("no wait listen", 1.0, layout)), NotMeasurable
        )


class TestTalk:
    def test_ratio_is_the_agents_share(self):
        words = " ".join(["word"] * 30)
        safe = make_safe([("agent", words), ("customer", words), ("agent", words)])
        assert value("talk_ratio", safe) == pytest.approx(2 / 3, abs=0.001)

    def test_rate_of_speech(self):
        safe = make_safe([("agent", " ".join(["word"] * 40))], seconds_per_word=0.4)
        assert value("agent_wpm", safe) == pytest.approx(150)

    def test_too_little_gives_no_figure(self):
        safe = make_safe([("agent", "Yes."), ("customer", "No.")])
        assert isinstance(measure("talk_ratio", safe), NotMeasurable)
        assert isinstance(measure("agent_wpm", safe), NotMeasurable)

    def test_words_a_turn(self):
        assert value("words_per_turn", make_safe([("agent", "a b c"), ("agent", "d")])) == 2


class TestRinging:
    @staticmethod
    def call(seconds, *lines, **more):
        return make_safe(
            lines or [("agent", "Hello.")],
            metadata=Metadata(extra={"ring_seconds": seconds}),
            **more,
        )

    def test_it_is_what_the_telephone_system_counted(self):
        assert value("ring_seconds", self.call("12.5")) == 12.5

    @pytest.mark.parametrize("told", ["", "soon", "nan", "inf", "-3"])
    def test_what_is_no_figure_is_none(self, told):
        assert isinstance(measure("ring_seconds", self.call(told)), NotMeasurable)

    def test_a_chat_does_not_ring_and_who_takes_over_did_not_pick_up(self):
        assert isinstance(
            measure("ring_seconds", self.call("3", channel=Channel.CHAT)), NotMeasurable
        )
        safe = self.call("3", ("agent", "Hello."), ("agent-2", "Boris here."))
        first, second = parts(Document(safe))
        assert METRICS["ring_seconds"](first).value == 3
        assert isinstance(METRICS["ring_seconds"](second), NotMeasurable)


def test_each_agent_is_measured_on_their_part():
    safe = make_safe(
        [
            ("agent", "Hello there.", 0.0),
            ("customer", "Hi.", 30.0),
            ("agent-2", "Boris here.", 60.0),
        ]
    )
    first, second = parts(Document(safe))
    assert METRICS["dead_air_max"](first).value > 25
    assert METRICS["dead_air_max"](second).value == 0


def test_speech_of_nobody_known_is_no_silence():
    safe = TestDeadAir.call("I see here.", 30)
    music = SpeechSpan(speaker="speaker-9", start=3.0, end=31.0)
    assert value("dead_air_max", safe.model_copy(update={"speech": (*safe.speech, music)})) < 5
