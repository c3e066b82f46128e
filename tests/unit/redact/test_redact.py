"""What is hidden, what stays, and what it is called."""

import pytest

from qa.records import SafeTurn
from qa.redact import redact
from qa.testing import make_turns


def texts(*lines, language="en", keep=(), timed=True):
    safe, _ = redact(make_turns(lines, language=language, timed=timed), keep=keep)
    return [turn.text for turn in safe]


def one(text, language="en", **options):
    return texts(("customer", text), language=language, **options)[0]


CARD = "four one one one one one one one one one one one one one one one"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        # strong: long enough by itself
        (f"It is {CARD}, thanks.", "en", "It is [CARD_NUMBER], thanks."),
        ("4111 1111 1111 1111", "en", "[CARD_NUMBER]"),
        ("4111-1111-1111-1111.", "en", "[CARD_NUMBER]."),
        ("4,111,111,111,111,111", "en", "[CARD_NUMBER]"),
        ("forty one eleven eleven eleven eleven eleven eleven eleven", "en", "[CARD_NUMBER]"),
        ("сорок один одиннадцать " * 4, "ru", "[CARD_NUMBER]"),
        (
            "четыреста одиннадцать сто одиннадцать сто одиннадцать триста пять ноль один",
            "ru",
            "[CARD_NUMBER]",
        ),
        (
            "negyvenegy tizenegy negyvenegy tizenegy negyvenegy tizenegy negyvenegy tizenegy",
            "hu",
            "[CARD_NUMBER]",
        ),
        ("zero șapte doi doi trei patru cinci șase șapte opt", "ro", "[PHONE]"),
        ("call me on (555) 123-4567 please", "en", "call me on [PHONE] please"),
        ("oh seven nine double five six seven eight nine oh", "en", "[PHONE]"),
        (
            "мой телефон плюс семь девятьсот шестнадцать пятьсот двадцать три сорок пять шестьдесят семь",
            "ru",
            "мой телефон плюс [PHONE]",
        ),
        (
            "a telefonszámom hatos harminc, hatszáztizenkettő huszonegy negyvenöt",
            "hu",
            "a telefonszámom [PHONE]",
        ),
        ("four one one two no sorry wait I mean three one one one", "en", "[NUMBER]"),
        # IBAN, with and without spaces, in letters
        ("It's RO49 AAAA 1B31 0075 9384 0000, okay?", "en", "It's [IBAN], okay?"),
        ("RO49AAAA1B31007593840000 that is it", "en", "[IBAN] that is it"),
        (
            "my iban is r o four nine a a a a one b three one zero zero seven five nine three eight four zero zero zero zero",
            "en",
            "my iban is [IBAN]",
        ),
        # e-mail
        ("write to john.smith@example.com!", "en", "write to [EMAIL]!"),
        ("it's j o h n underscore seven at gmail dot com thanks", "en", "it's [EMAIL] thanks"),
        (
            "моя почта иван точка петров собака мейл точка ру спасибо",
            "ru",
            "моя почта [EMAIL] спасибо",
        ),
        ("ion punct popescu a rond yahoo punct ro", "ro", "[EMAIL]"),
        ("nagy pont péter kukac freemail pont hu", "hu", "[EMAIL]"),
        # weaker: by what is said around it
        ("my PIN is 3941.", "en", "my PIN is [NUMBER]."),
        ("my account number is one two three four five", "en", "my account number is [NUMBER]"),
        (
            "the last four digits of the card are 1234",
            "en",
            "the last four digits of the card are [NUMBER]",
        ),
        ("пин код семь два один ноль", "ru", "пин код [NUMBER]"),
        ("codul PIN este trei nouă patru unu", "ro", "codul PIN este [NUMBER]"),
        ("a PIN kód három kilenc négy egy", "hu", "a PIN kód [NUMBER]"),
        # of a code that is named, one digit is left, the others were heard as words
        ("код безопасности выключить три", "ru", "код безопасности выключить [NUMBER]"),
        ("codul de securitate este cinci", "ro", "codul de securitate este [NUMBER]"),
        # ... and its name has lost its first word
        ("the code is zero seven nine eight", "en", "the code is [NUMBER]"),
        ("код восемь два семь", "ru", "код [NUMBER]"),
    ],
)
def test_hidden(text, language, expected):
    assert one(text.strip(), language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It takes two weeks and costs twenty dollars.", "en"),
        ("You have three or four options.", "en"),
        ("The branch hours are nine thirty a m to five p m.", "en"),
        ("On July 21st 2024 at 5:30 you paid $1,234.56, that is 12.50 a day.", "en"),
        ("Your balance is two thousand three hundred forty five dollars and six cents.", "en"),
        ("The address is 9756 Primrose Street.", "en"),
        ("My zip code is seven zero zero two three.", "en"),
        ("The error code is four zero four.", "en"),
        ("My PIN has four digits and three of them are right.", "en"),
        ("No one told me for one moment, oh no.", "en"),
        ("I have been with you since 2019, it is 2026 now.", "en"),
        ("Look at our store and work at home.", "en"),
        ("Через две недели, двадцать первого мая, стоит три тысячи четыреста рублей.", "ru"),
        ("Costă o mie două sute de lei, în trei zile lucrătoare.", "ro"),
        ("Két hét múlva, ötezer forintért, hat darab.", "hu"),
    ],
)
def test_amounts_dates_times_and_counts_stay(text, language):
    assert one(text, language) == text


def test_a_number_split_by_the_other_sides_words_is_hidden_in_every_part():
    assert texts(
        ("agent", "Can I have your card number, please?"),
        ("customer", "Sure, it's four one one one"),
        ("agent", "mhm"),
        ("customer", "one one one one, uh, one one one one"),
        ("agent", "yes, go on"),
        ("customer", "one one one two."),
    ) == [
        "Can I have your card number, please?",
        "Sure, it's [CARD_NUMBER]",
        "mhm",
        "[CARD_NUMBER]",
        "yes, go on",
        "[CARD_NUMBER].",
    ]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("R O four nine the A A A A one b three one zero zero", "en", "[IBAN] the [IBAN]"),
        (
            "forty zero eighty no, wait, zero May six seventy one sixty six forty zero nine eighty",
            "en",
            " ".join(["[CARD_NUMBER]"] * 3 + ["no, wait, [CARD_NUMBER] May [CARD_NUMBER]"]),
        ),
        ("R O cinci zero am T R L 5851 5088 4154 9744", "ro", "[IBAN] am [IBAN]"),
    ],
)
def test_what_a_word_heard_wrongly_cuts_off_is_hidden_as_well(text, language, expected):
    asked = "The card number?" if text.startswith("forty") else "The IBAN?"
    assert texts(("agent", asked), ("customer", text), language=language)[1] == expected


def test_what_is_written_beside_a_number_is_not_cut_off_it():
    line = "Their phone number is 555-0123, and their address is 3141 Crow Canyon Place."
    assert one(line) == line.replace("555-0123", "[PHONE]")


def test_an_account_numbers_letters_may_take_several_turns():
    assert texts(
        ("customer", "Az IBAN számom H"),
        ("agent", "igen"),
        ("customer", "U megvan."),
        ("agent", "igen"),
        ("customer", "négy egy nulla húszkettő harminchat nulla öt hatvanöt tizenkilenc"),
        language="hu",
    )[::2] == ["Az IBAN számom [CARD_NUMBER]", "[CARD_NUMBER] megvan.", "[CARD_NUMBER]"]


@pytest.mark.parametrize(
    ("answer", "language", "expected"),
    [
        # the end, the dot or the sign was heard wrongly
        ("anna dot reed at example dot channels", "en", "[EMAIL]"),
        ("anna dot reed at example org", "en", "[EMAIL]"),
        ("анна точка собака пример точка", "ru", "[EMAIL]"),
        ("anna ionescu arond exemplu punct găsit", "ro", "[EMAIL]"),
        # no address
        ("I am at the point of sale", "en", "I am at the point of sale"),
        ("send it to us at that point", "en", "send it to us at that point"),
        ("la ora asta, punct", "ro", "la ora asta, punct"),
    ],
)
def test_an_address_that_was_asked_for_may_be_heard_badly(answer, language, expected):
    asked = {"en": "Your email?", "ru": "Ваш имейл?", "ro": "Adresa de email?"}[language]
    assert texts(("agent", asked), ("customer", answer), language=language)[1] == expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("And the code on the back?", "five two", "[NUMBER]"),
        ("How many would you like?", "five two", "five two"),
        ("And the age of your dog?", "fifty two", "fifty two"),
        ("Right, carry on.", "five two", "five two"),
    ],
)
def test_two_digits_are_what_is_left_of_a_code(question, answer, expected):
    assert texts(("agent", question), ("customer", answer))[1] == expected


def test_a_month_that_is_a_filler_elsewhere_keeps_its_date():
    assert texts(
        ("agent", "Care este numărul de telefon?"),
        ("customer", "Văd că livrarea era pe 12 mai 2026, nu?"),
        language="ro",
    )[1] == ("Văd că livrarea era pe 12 mai 2026, nu?")


def test_what_the_agent_reads_back_is_hidden_as_well():
    lines = texts(
        ("customer", "My number is 4716 2203 9981 4405."),
        ("agent", "Ending in four four zero five, right?"),
    )

    assert lines[1] == "Ending in [CARD_NUMBER], right?"


def test_a_secret_is_hidden_when_it_answers_a_question_but_the_balance_is_not():
    assert texts(
        ("agent", "And the three digits on the back, the CVV?"),
        ("customer", "seven two one"),
        ("agent", "The expiry date?"),
        ("customer", "Oh nine twenty seven."),
        ("agent", "Your balance is 8083 in credit."),
    )[1::2] == ["[NUMBER]", "[NUMBER]."]
    assert (
        texts(("agent", "Your PIN?"), ("customer", "3941"), ("agent", "You have 8083 left."))[2]
        == "You have 8083 left."
    )


def test_an_address_split_over_turns_is_hidden_in_both():
    assert texts(
        ("customer", "It's anna dot smith"),
        ("agent", "yes"),
        ("customer", "at gmail dot com, okay?"),
    ) == ["It's [EMAIL]", "yes", "[EMAIL], okay?"]


def test_words_to_keep_stay_but_do_not_cover_a_number():
    assert one("Studio 5544332 here", keep=["studio 5544332"]) == "Studio 5544332 here"
    assert one("I bought it at One and at Seven Eleven", keep=["One", "Seven Eleven"]) == (
        "I bought it at One and at Seven Eleven"
    )
    assert one(CARD, keep=["One"]) == "[CARD_NUMBER]"


def test_a_placeholder_is_one_word_over_the_time_of_what_it_hides():
    (turn,), (span,) = redact(make_turns([("customer", f"it is {CARD}, okay?")]))

    assert isinstance(turn, SafeTurn)
    assert [word.text for word in turn.words] == ["it", "is", "[CARD_NUMBER],", "okay?"]
    assert (turn.words[2].start, turn.words[2].end) == pytest.approx((0.6, 5.4))
    assert (span.kind, span.turn) == ("CARD_NUMBER", 0)
    assert span.start < 0.6
    assert span.end > 5.4


def test_a_chat_has_nothing_to_silence():
    (turn,), (span,) = redact(make_turns([("customer", "mail  a@b.com\nthanks")], timed=False))

    assert turn.text == "mail [EMAIL] thanks"
    assert (span.start, span.end) == (None, None)


def test_a_turn_of_known_length_without_word_times_is_silenced_whole():
    (turn,) = make_turns([("customer", "my PIN is 3941 okay")])
    turn = turn.model_copy(update={"words": ()})

    _, (span,) = redact([turn])

    assert span.start <= turn.start
    assert span.end >= turn.end


def test_two_numbers_of_one_breath_have_their_own_names():
    assert one("Account number is 993193944315 and my PIN is 3941") == (
        "Account number is [NUMBER] and my PIN is [NUMBER]"
    )


def test_nothing_in_nothing_out():
    assert redact([]) == ((), ())
