from datetime import UTC, datetime

from qa.api.pages.cards import LEAD, card_view, evidence_by_id
from qa.records import (
    Assessment,
    CardRef,
    Critical,
    Evidence,
    EvidenceKind,
    Finding,
    ItemKind,
    Override,
    Score,
    ScoreStatus,
    SectionScore,
    Verdict,
)
from qa.store import Reviewed, ReviewEvent
from qa.testing import fake_provenance

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def finding(item, verdict, *, section="opening", evidence=(), **given):
    return Finding(
        item=item,
        section=section,
        ask=f"{item}?",
        verdict=verdict,
        value={Verdict.PASS: 1.0, Verdict.FAIL: 0.0}.get(verdict),
        evidence=evidence,
        **given,
    )


def view(*findings, overrides=(), history=(), **score):
    total = Score(
        **(
            {
                "status": ScoreStatus.FINAL,
                "mode": "sections",
                "sections": (
                    SectionScore(id="opening", title="Opening", weight=1, low=50, high=50),
                ),
            }
            | score
        )
    )
    made = Assessment(
        conversation="c",
        card=CardRef(id="card", version=1, hash="sha256:0"),
        party="agent",
        findings=findings,
        score=total,
        provenance=fake_provenance(),
    )
    reviewed = Reviewed(
        number=1,
        assessment=made,
        overrides=overrides,
        score=total,
        history=history,
        made_at=NOW,
    )
    return card_view(reviewed, number=0, title="Card", who="Agent")


def test_a_quote_is_played_with_a_run_up_and_a_window_from_its_start():
    hit = Evidence(kind=EvidenceKind.HIT, turn=3, start=83.4, end=85, quote="sorry")
    window = Evidence(kind=EvidenceKind.WINDOW, turn=0, last_turn=4, start=12.0, end=42.0)
    item = view(finding("a", Verdict.PASS, evidence=(hit, window))).items[0]
    assert item.hits[0].play == 83.4 - LEAD
    assert (item.hits[0].at, item.hits[0].turns) == ("01:23", "turn 4")
    assert (item.windows[0].play, item.windows[0].turns) == (12.0, "turns 1 to 5")


def test_the_run_up_never_begins_before_the_recording():
    hit = Evidence(kind=EvidenceKind.HIT, turn=0, start=0.3, end=1, quote="hello")
    assert view(finding("a", Verdict.PASS, evidence=(hit,))).items[0].hits[0].play == 0.0


def test_in_a_chat_evidence_is_shown_and_not_played():
    hit = Evidence(kind=EvidenceKind.HIT, turn=2, quote="hello")
    assert view(finding("a", Verdict.PASS, evidence=(hit,))).items[0].hits[0].play is None


def test_what_somebody_should_look_at_comes_with_suspected_criticals_first():
    card = view(
        finding("fine", Verdict.PASS),
        finding("missed", Verdict.FAIL),
        finding("unclear", Verdict.REVIEW),
        finding("insult", Verdict.FAIL, critical=Critical.WHOLE),
        finding("elsewhere", Verdict.NOT_APPLICABLE),
        finding("hint", Verdict.FAIL, kind=ItemKind.ADVICE),
        status=ScoreStatus.CRITICAL_SUSPECTED,
        suspected=("insult",),
    )
    assert [i.finding.item for i in card.attention] == ["insult", "missed", "unclear"]
    assert card.attention[0].suspected


def test_the_human_s_verdict_stands_and_the_machine_s_is_kept_beside_it():
    over = Override(item="missed", verdict=Verdict.PASS, value=1.0, who="Ana", at=NOW)
    card = view(finding("missed", Verdict.FAIL), overrides=(over,))
    item = card.items[0]
    assert (item.verdict, item.finding.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert card.overridden
    assert not item.attention


def test_a_verdict_on_words_that_changed_asks_for_another_look():
    over = Override(item="a", verdict=Verdict.PASS, value=1.0, at=NOW, confirm_again=True)
    assert view(finding("a", Verdict.PASS), overrides=(over,)).items[0].attention


def test_items_stand_under_their_sections_even_without_a_section_score():
    card = view(finding("a", Verdict.PASS), finding("b", Verdict.PASS, section="closing"))
    assert [(s.title, len(s.items)) for s in card.sections] == [("Opening", 1), ("closing", 1)]
    assert card.sections[1].score is None


def test_evidence_is_found_by_the_id_that_its_chip_has():
    hit = Evidence(kind=EvidenceKind.HIT, turn=1, quote="x", char_start=0, char_end=1)
    card = view(finding("a", Verdict.PASS), finding("b", Verdict.PASS, evidence=(hit,)))
    assert evidence_by_id([card]) == {card.items[1].hits[0].id: hit}


def test_history_names_who_said_what_newest_first():
    events = [
        ReviewEvent(at=NOW, who="", action="scored", item="a", verdict=Verdict.FAIL, version=1),
        ReviewEvent(at=NOW, who="Ana", action="override", item="a", verdict=Verdict.PASS),
        ReviewEvent(at=NOW, who="Ana", action="undo", item="a", verdict=Verdict.PASS),
    ]
    lines = view(finding("a", Verdict.FAIL), history=tuple(events)).history
    assert [(x.who, x.what) for x in lines] == [
        ("Ana", "took back Pass on a; the machine's verdict stands"),
        ("Ana", "decided a: Pass"),
        ("Machine", "scored a: Fail"),
    ]
