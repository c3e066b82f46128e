"""What only the card for support asks; what all cards share is in test_starter_cards.py."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.records import Channel, EndedBy, Event, EventKind, Metadata, ScoreStatus, Verdict
from qa.scoring import find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

GOLDEN = YAML(typ="safe", pure=True).load(
    (Path(__file__).with_name("golden") / "support-standard.yaml").read_text("utf-8")
)
PERFECT = {
    language: [pair for part in talk.values() for line in part for pair in line.items()]
    for language, talk in GOLDEN.items()
}
LANGUAGES = sorted(PERFECT)


@pytest.fixture(name="card", scope="module")
def _card():
    return find_card("support-standard", load_settings(company=("Acme",)))


def score(card, talk, **more):
    [assessment] = judge(make_safe(talk, **more), card)
    return assessment


def verdicts(assessment):
    return {f.item: f.verdict for f in assessment.findings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_perfect_chat_without_times_is_100(card, language):
    result = score(card, PERFECT[language], language=language, channel=Channel.CHAT, timed=False)
    assert (result.score.total, result.score.passed) == (100, True)
    assert verdicts(result)["first_reply"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caller_who_hangs_up_costs_the_agent_nothing(card, language):
    last = PERFECT[language][-3][1].rpartition(". ")[0] + "."
    talk = [*PERFECT[language][:-3], ("agent", last)]
    hung_up = Metadata(ended_by=EndedBy.CUSTOMER)
    result = score(card, talk, language=language, metadata=hung_up)
    assert verdicts(result)["anything_else"] is Verdict.NOT_APPLICABLE
    assert verdicts(result)["farewell"] is Verdict.NOT_APPLICABLE
    assert result.score.total == 100
    assert score(card, talk, language=language).score.total < 100


def test_the_agent_a_call_is_transferred_to_owes_no_greeting_with_company(card):
    talk = [
        ("agent-2" if who == "agent" and i > 4 else who, text)
        for i, (who, text) in enumerate(PERFECT["en"])
    ]
    talk[5] = ("agent-2", "Boris here. " + talk[5][1])
    safe = make_safe(talk).model_copy(update={"events": (Event(kind=EventKind.TRANSFER),)})
    first, second = judge(safe, card)
    assert verdicts(second)["greeting"] is Verdict.NOT_APPLICABLE
    assert verdicts(second)["company"] is Verdict.NOT_APPLICABLE
    assert verdicts(first)["farewell"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Are you deaf? This is your own fault."),
        ("ru", "Вы что, глухой? Вы сами виноваты."),
        ("ro", "Sunteți surd? Este vina dumneavoastră."),
        ("hu", "Ön süket? Ez az ön hibája."),
    ],
)
def test_an_insult_is_suspected_and_shown_and_zeroes_nobody(card, language, said):
    talk = [*PERFECT[language][:-1], ("agent", said), PERFECT[language][-1]]
    result = score(card, talk, language=language)
    assert result.score.status is ScoreStatus.CRITICAL_SUSPECTED
    assert result.score.suspected == ("no_insult",)
    assert result.score.total == pytest.approx(90)
    assert verdicts(result)["no_blame"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I can see your order here; it was held at the depot."),
        ("ru", "Вижу, что ваш заказ задержался на складе."),
        ("ro", "Văd că comanda dumneavoastră a fost livrată ieri."),
        ("hu", "Látom, hogy a rendelése a raktárban maradt."),
    ],
)
def test_telling_before_asking_who_it_is_is_suspected(card, language, said):
    talk = [*PERFECT[language][:3], ("agent", said), *PERFECT[language][3:]]
    result = score(card, talk, language=language)
    assert verdicts(result)["verify_first"] is Verdict.FAIL
    assert "verify_first" in result.score.suspected


def test_asking_is_not_verifying(card):
    talk = [*PERFECT["en"]]
    talk[4] = ("customer", "I do not have it with me.")
    assert verdicts(score(card, talk))["verify_first"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Tell me your full card number please."),
        ("ru", "Продиктуйте полный номер карты."),
        ("ro", "Spuneți-mi parola contului, vă rog."),
        ("hu", "Kérem a teljes kártyaszámát."),
    ],
)
def test_asking_for_secrets_is_suspected(card, language, said):
    talk = [*PERFECT[language][:3], ("agent", said), *PERFECT[language][3:]]
    assert "no_secrets" in score(card, talk, language=language).score.suspected


#: Secrets that are spoken of, and ("+") asked for.
SPOKEN_OF = {
    "en": ["I have reset your password.", "Your password must have eight characters.",
           "Enter your password on the website.", "The pin is printed in the letter.",
           "+What is your password?", "+Can I have your PIN, please?", "+Please tell me the CVV.",
           "+I need the three digits on the back.", "+Please confirm your pin code.",
           "+Right, and your PIN as well please.", "+Your pin?", "I sent you the PIN.",
           "+May I have your full name, account number and PIN, please?",
           "+Sure, I need your full name, account number, and PIN"],
    "ru": ["Я сбросила ваш пароль.", "Введите код из смс на сайте.", "Ваш пароль отправлен на почту.",
           "+Назовите ваш пароль.", "+Скажите, пожалуйста, пин-код.", "+Какой у вас пароль?",
           "+Продиктуйте код из смс.", "+И ваш пин-код, пожалуйста."],
    "ro": ["V-am resetat parola contului.", "Introduceți parola contului pe site.",
           "Parola dumneavoastră a fost schimbată.", "+Care este parola dumneavoastră?",
           "+Îmi puteți da codul PIN?", "+Spuneți-mi codul din SMS.", "+Și codul PIN, vă rog."],
    "hu": ["Visszaállítottam a jelszavát.", "A jelszava megváltozott.",
           "A weboldalon írja be a jelszavát.", "+Mondja meg a jelszavát.", "+Kérem a PIN-kódját.",
           "+Mi a jelszava?", "+Diktálja be az SMS-ben kapott kódot.", "+És a PIN-kódját is kérem."],
}  # fmt: skip


@pytest.mark.parametrize("card_id", ["support-standard", "order-taking"])
@pytest.mark.parametrize("language", SPOKEN_OF)
def test_speaking_of_a_secret_is_not_asking_for_it(card_id, language):
    card = find_card(card_id, load_settings(company=("Acme",)))
    for said in SPOKEN_OF[language]:
        talk = [("customer", "Well."), ("agent", said.lstrip("+")), ("customer", "I see.")]
        suspected = "no_secrets" in score(card, talk, language=language).score.suspected
        assert suspected is said.startswith("+"), said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Never tell anybody your password."),
        ("ru", "Никому не сообщайте пароль."),
        ("ro", "Nu spuneți nimănui parola contului."),
        ("hu", "Soha ne adja meg a jelszavát."),
    ],
)
def test_warning_of_giving_secrets_away_is_not(card, language, said):
    talk = [*PERFECT[language][:3], ("agent", said), *PERFECT[language][3:]]
    assert score(card, talk, language=language).score.suspected == ()


def test_dead_air_that_nobody_announced_costs_points(card):
    talk = [
        (who, text, i * 5.0 + (60 if i > 6 else 0)) for i, (who, text) in enumerate(PERFECT["en"])
    ]
    result = score(card, talk)
    assert verdicts(result)["dead_air"] is Verdict.FAIL
    assert result.score.total == pytest.approx(97)


def test_a_slow_chat_costs_points(card):
    times = [0.0, 5.0, 95.0, 100.0, 110.0, 520.0, 525.0, 530.0, 540.0, 545.0, 550.0, 555.0]
    talk = [
        ("customer", "Hi", 0.0),
        *((w, t, at + 1) for (w, t), at in zip(PERFECT["en"], times, strict=True)),
    ]
    result = score(card, talk, channel=Channel.CHAT, seconds_per_word=0.001)
    assert verdicts(result)["slow_replies"] is Verdict.FAIL
    assert verdicts(result)["first_reply"] is Verdict.PASS
