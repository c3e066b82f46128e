"""What an absence is worth where recognition errs: the measured table, and how items use it."""

import pytest

from qa.records import EvidenceKind, Verdict
from qa.scoring import judge
from qa.scoring.hearing import Chances, Table, table
from qa.testing import make_safe

MADE = Table(
    version=1,
    wrong_words=((1.0, 0.0), (0.9, 0.1), (0.7, 0.5)),
    rates=(0.1, 0.5),
    recall={"all": (0.9, 0.5), "farewell": (0.8, 0.3)},
    sure_word=0.8,
    absences=(
        Chances(near=0.0, unsure=(0.01, 0.05), sure=(0.01, 0.05)),
        Chances(near=0.8, unsure=(0.4, 0.6), sure=(0.2, 0.5)),
    ),
)


@pytest.mark.parametrize(
    ("sure", "wrong"), [(1.0, 0.0), (0.95, 0.05), (0.9, 0.1), (0.8, 0.3), (0.7, 0.5), (0.2, 0.5)]
)
def test_confidence_says_how_many_words_are_wrong(sure, wrong):
    assert MADE.wrong_share(sure) == pytest.approx(wrong)


def test_families_that_were_not_measured_are_as_all():
    assert MADE.found_share("farewell", 0.1) == 0.8
    assert MADE.found_share("empathy", 0.1) == MADE.found_share("", 0.1) == 0.9
    assert MADE.found_share("farewell", 0.0) == 1.0


@pytest.mark.parametrize(
    ("near", "wrong", "families", "instead", "chance"),
    [
        (0.0, 0.1, (), None, 0.01),
        (0.79, 0.1, (), 0.3, 0.01),
        (0.8, 0.1, (), None, 0.2),
        (0.8, 0.1, (), 0.8, 0.2),
        (0.8, 0.1, (), 0.79, 0.4),
        (0.8, 0.05, (), None, 0.1),
        (0.8, 0.0, ("farewell",), 0.1, 0.0),
        (0.8, 0.1, ("farewell",), None, 1 / 3),  # missed twice as often: odds 1/4 become 1/2
        (0.8, 0.1, ("empathy", "farewell"), None, 1 / 3),
        (1.0, 0.9, (), None, 0.5),
    ],
)
def test_the_chance_that_something_was_missed(near, wrong, families, instead, chance):
    assert MADE.missed(near, wrong, families, instead=instead) == pytest.approx(chance)


def test_the_measured_table_never_falls_as_hearing_gets_worse():
    measured = table()
    assert measured.wrong_share(1.0) == 0.0
    assert list(measured.rates) == sorted(measured.rates)
    for _, wrong in zip(measured.wrong_words, measured.wrong_words[1:], strict=False):
        assert wrong[1] > 0
    for name, row in measured.recall.items():
        assert len(row) == len(measured.rates), name
        assert row[0] > row[-1], name
    for row in measured.absences:
        for chances in (row.unsure, row.sure):
            assert len(chances) == len(measured.rates)
            assert chances[0] < chances[-1]


def test_an_unsure_word_in_a_near_miss_is_measured_to_be_worth_more():
    for row in table().absences:
        if row.near >= 0.65:
            assert sum(row.unsure) > sum(row.sure)


@pytest.fixture(name="answer")
def _answer(card_of):
    def answer(item, talk, *, confidence, top=None):
        lines = item.replace("\n", "\n  ")
        card = card_of(f"- id: it\n  ask: Is it so?\n  {lines}", **(top or {}))
        [assessment] = judge(make_safe(talk, confidence=confidence), card)
        return assessment.findings[0]

    return answer


class TestItems:
    NEAR = (("agent", "Welcome to the north star garden shop support."), ("customer", "It is 4."))
    FAR = (("agent", "One moment."), ("customer", "Yes."))

    def test_the_same_words_fail_where_they_were_heard_well(self, answer):
        assert (
            answer(
                "any: [welcome to the north star garden shop customer support]",
                self.NEAR,
                confidence=1.0,
            ).verdict
            is Verdict.FAIL
        )

    def test_a_near_miss_is_for_a_person_where_they_were_not(self, answer):
        finding = answer(
            "any: [welcome to the north star garden shop customer support]",
            self.NEAR,
            confidence=0.76,
        )
        assert finding.verdict is Verdict.REVIEW
        assert "of the words are wrong" in finding.reason
        assert "chance that it was missed" in finding.reason

    def test_nothing_like_it_fails_all_the_same(self, answer):
        assert (
            answer(
                "any: [welcome to the north star garden shop customer support]",
                self.FAR,
                confidence=0.76,
            ).verdict
            is Verdict.FAIL
        )

    def test_where_most_words_are_wrong_no_absence_counts(self, answer):
        finding = answer(
            "any: [welcome to the north star garden shop customer support]",
            self.FAR,
            confidence=0.6,
        )
        assert finding.verdict is Verdict.REVIEW

    def test_item_and_card_say_what_chance_they_take(self, answer):
        words = "any: [welcome to the north star garden shop customer support]"
        lenient = answer(f"{words}\nmax_missed: 0.9", self.NEAR, confidence=0.76)
        assert lenient.verdict is Verdict.FAIL
        strict = answer(words, self.FAR, confidence=0.76, top={"max_missed": 0.0})
        assert strict.verdict is Verdict.REVIEW

    @pytest.mark.parametrize(
        ("unsure", "verdict", "instead"),
        [("golf", Verdict.REVIEW, 0.3), ("good", Verdict.FAIL, 0.9)],
    )
    def test_an_unsure_word_leaves_doubt_where_the_phrase_should_stand(
        self, card_of, unsure, verdict, instead
    ):
        """The mean confidence is the same; what counts is which word was not heard well."""
        said = "Good morning, welcome to the north star garden shop golf support."
        [turn] = make_safe([("agent", said)], confidence=0.9).turns
        words = [
            w.model_copy(update={"confidence": 0.3}) if w.text.lower() == unsure else w
            for w in turn.words
        ]
        safe = make_safe([turn.model_copy(update={"words": tuple(words)})])
        words = "any: [welcome to the north star garden shop customer support]"
        card = card_of(f"- id: it\n  ask: Is it so?\n  {words}")
        [assessment] = judge(safe, card)
        [finding] = assessment.findings
        [near] = [e for e in finding.evidence if e.kind is EvidenceKind.NEAR_MISS]
        assert near.instead == instead
        assert finding.verdict is verdict

    def test_a_floor_of_confidence_takes_its_place(self, answer):
        words = "any: [welcome to the north star garden shop customer support]\nmin_confidence: 0.5"
        assert answer(words, self.NEAR, confidence=0.6).verdict is Verdict.FAIL
        assert answer(words, self.NEAR, confidence=0.4).verdict is Verdict.REVIEW
