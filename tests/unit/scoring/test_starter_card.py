"""Golden conversations: the starter card is fair."""

import pytest

from qa.records import Channel, EndedBy, Event, EventKind, Metadata, ScoreStatus, Verdict
from qa.scoring import find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

PERFECT = {
    "en": [
        ("agent", "Good morning, thank you for calling Acme, my name is Anna. How can I help you?"),
        ("customer", "Hello, my order has not arrived."),
        ("agent", "I'm very sorry to hear that, I understand how annoying this is."),
        ("agent", "Could you please tell me your full name and order number?"),
        ("customer", "John Brown, order number [NUMBER]."),
        ("agent", "Thank you. One moment please, let me check that for you."),
        ("agent", "I can see your order here; it was held at the depot."),
        ("agent", "So you would like it to be sent to your home, is that correct?"),
        ("customer", "Yes, please."),
        ("agent", "I have arranged it, you will receive it by tomorrow. Is there anything else?"),
        ("customer", "No, thanks."),
        ("agent", "Thank you for calling, have a great day. Goodbye."),
    ],
    "ru": [
        ("agent", "Добрый день, компания Acme, меня зовут Анна. Чем могу помочь?"),
        ("customer", "Здравствуйте, мой заказ не пришёл."),
        ("agent", "Приносим извинения, я понимаю, насколько это неприятно."),
        ("agent", "Назовите, пожалуйста, ваше имя и номер заказа."),
        ("customer", "Меня зовут Иван Петров, номер заказа [NUMBER]."),
        ("agent", "Спасибо. Одну минуту, я проверю."),
        ("agent", "Вижу, что ваш заказ задержался на складе."),
        ("agent", "Правильно ли я понимаю, что доставка нужна домой?"),
        ("customer", "Да."),
        ("agent", "Я оформила доставку, курьер приедет завтра. Остались ли у вас ещё вопросы?"),
        ("customer", "Нет, спасибо."),
        ("agent", "Благодарю за звонок, всего доброго, до свидания."),
    ],
    "ro": [
        ("agent", "Bună ziua, ați sunat la Acme, mă numesc Ana. Cu ce vă pot ajuta?"),
        ("customer", "Bună ziua, comanda mea nu a ajuns."),
        ("agent", "Ne cerem scuze, înțeleg cât de neplăcut este."),
        ("agent", "Îmi puteți spune, vă rog, numele și numărul comenzii?"),
        ("customer", "Numele meu este Ion Popescu, numărul comenzii este [NUMBER]."),
        ("agent", "Mulțumesc. Un moment, vă rog, verific imediat."),
        ("agent", "Văd că comanda a fost oprită în depozit."),
        ("agent", "Am înțeles corect că doriți livrarea acasă?"),
        ("customer", "Da, vă rog."),
        ("agent", "Am programat livrarea, veți primi coletul mâine. Vă mai pot ajuta cu ceva?"),
        ("customer", "Nu, mulțumesc."),
        ("agent", "Vă mulțumesc pentru apel, o zi frumoasă, la revedere."),
    ],
    "hu": [
        ("agent", "Jó napot kívánok, Acme ügyfélszolgálat, a nevem Anna. Miben segíthetek?"),
        ("customer", "Jó napot, nem érkezett meg a rendelésem."),
        ("agent", "Elnézést kérünk, megértem, mennyire kellemetlen ez."),
        ("agent", "Megmondaná, kérem, a nevét és a rendelésszámát?"),
        ("customer", "Kovács István vagyok, a rendelésszámom [NUMBER]."),
        ("agent", "Köszönöm. Egy pillanat, kérem, máris utánanézek."),
        ("agent", "Látom, hogy a rendelése a raktárban maradt."),
        ("agent", "Jól értem, hogy házhoz szállítást kér?"),
        ("customer", "Igen."),
        (
            "agent",
            "Rögzítettem a szállítást, holnap megkapja a csomagot. Segíthetek még valamiben?",
        ),
        ("customer", "Nem, köszönöm."),
        ("agent", "Köszönjük hívását, további szép napot, viszonthallásra."),
    ],
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
def test_a_perfect_short_call_is_100(card, language):
    result = score(card, PERFECT[language], language=language)
    assert [f.item for f in result.findings if f.verdict is Verdict.FAIL] == []
    assert (result.score.status, result.score.total, result.score.passed) == (
        ScoreStatus.FINAL,
        100,
        True,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_perfect_chat_without_times_is_100(card, language):
    result = score(card, PERFECT[language], language=language, channel=Channel.CHAT, timed=False)
    assert (result.score.total, result.score.passed) == (100, True)
    assert verdicts(result)["first_reply"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Mm.", "Yes.", "Okay."]),
        ("ru", ["Угу.", "Да.", "Так."]),
        ("ro", ["Mda.", "Da.", "Așa."]),
        ("hu", ["Hm.", "Igen.", "Jó."]),
    ],
)
def test_a_mute_agent_is_below_20(card, language, said):
    customers = [t for who, t in PERFECT[language] if who == "customer"][:3]
    talk = [
        line
        for c, a in zip(customers, said, strict=True)
        for line in (("customer", c), ("agent", a))
    ]
    assert score(card, talk, language=language).score.total < 20


@pytest.mark.parametrize(
    ("language", "hello", "bye"),
    [
        ("en", "Good morning, Acme, my name is Anna.", "Thank you for calling, goodbye."),
        ("ru", "Добрый день, Acme, меня зовут Анна.", "Спасибо за звонок, до свидания."),
        ("ro", "Bună ziua, Acme, mă numesc Ana.", "Mulțumim pentru apel, la revedere."),
        ("hu", "Jó napot, Acme, a nevem Anna.", "Köszönjük hívását, viszonthallásra."),
    ],
)
def test_script_words_without_substance_fail(card, language, hello, bye):
    customers = [t for who, t in PERFECT[language] if who == "customer"]
    talk = [
        ("agent", hello),
        ("customer", customers[0]),
        ("agent", "Mm."),
        ("customer", customers[1]),
        ("agent", bye),
    ]
    result = score(card, talk, language=language)
    assert result.score.passed is False
    assert result.score.total < 60


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_noise_turns_fails_into_not_heard_never_passes_into_fails(card, language):
    """The same call heard badly: whatever failed is a question now, whatever passed has not failed."""
    talk = [*PERFECT[language][:2], ("agent", "Мда."), *PERFECT[language][4:6]]
    clear = verdicts(score(card, talk, language=language))
    noisy = verdicts(score(card, talk, language=language, confidence=0.4))
    earning = {i.id for _, i in card.items if i.kind in {"any", "sequence"}}
    assert any(v is Verdict.FAIL for v in clear.values())
    for item in earning:
        assert noisy[item] is (Verdict.REVIEW if clear[item] is Verdict.FAIL else clear[item])


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
