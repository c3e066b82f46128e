"""Finding phrases: forms of words, recognition errors, negation, places."""

import pytest

from qa.scoring.document import Document
from qa.scoring.matching import Hit, Strictness, distinct, find
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import compile_phrase
from qa.scoring.tolerant import find_tolerantly, near_miss
from qa.testing import make_safe

EXACT, MEDIUM = Strictness.EXACT, Strictness.MEDIUM


def book_of(phrases, language="en"):
    return Phrasebook((v for p in phrases for v in compile_phrase(p, language, {})), language)


def look(phrases, *texts, language="en", strictness=EXACT, **more):
    """Return what is found, as the words of the turns."""
    safe = make_safe([("agent", t) for t in texts], language=language)
    view = Document(safe).view(language)
    book = book_of(phrases, language)
    window = {t.index: (0, len(t.text)) for t in safe.turns}
    hits = find_tolerantly(view, book, window, strictness=strictness, **more)
    return [safe.turns[h.turn].text[h.start : h.end] for h in hits]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("thank you", "Well, thank you very much!", ["thank you"]),
        ("call you back", "He calls you back", ["calls you back"]),
        ("anything else", "Is there ANYTHING—else?", ["ANYTHING—else"]),
        ("have a ... day", "Have a really very nice day!", ["Have a really very nice day"]),
        ("have a ... day", "Have a day", ["Have a day"]),
        ("have a ... day", "Have a one two three four five day", []),
        ("have a ... day", "Have a seat. What a day", []),
        ("do not know", "I don’t know", ["don’t know"]),
        ("it is (your|my) fault", "It's my fault", ["It's my fault"]),
        ("=thanks", "I thank you", []),
        ("=thanks", "Thanks!", ["Thanks"]),
        ("card <NUMBER>", "my card [CARD_NUMBER] please", ["card [CARD_NUMBER]"]),
        ("card <NUMBER>", "my card seven", ["card seven"]),
        ("card <NUMBER>", "my card [PERSON]", []),
        ("this is <NAME>", "Hello, this is Anna.", ["this is Anna"]),
        ("this is <NAME>", "this is fine", []),
        ("this is <NAME>", "this is [PERSON_2]", ["this is [PERSON_2]"]),
        ("<EMAIL>", "write to a.b@c.example", ["a.b@c.example"]),
        ("at <TIME>", "at 10:30 sharp", ["at 10:30"]),
        ("costs <MONEY>", "it costs 5 dollars", ["costs 5"]),
        ("costs <MONEY>", "it costs $5", ["costs $5"]),
        ("<START> thanks", "Thanks a lot.", ["Thanks"]),
        ("<START> thanks", "No. Thanks a lot.", []),
        ("<CLAUSE> would you like", "It is free, would you like it?", ["would you like"]),
        ("<CLAUSE> would you like", "When would you like it?", []),
        ("correct <END>", "Two of them, correct?", ["correct"]),
        ("correct <END>", "Is that correct? Fine.", ["correct"]),
        ("correct <END>", "The correct one, please.", []),
        ("is all <END> thank you", "That is all. Thank you.", ["is all. Thank you"]),
        ("is all <END> thank you", "That is all, thank you.", []),
        ("<END> thank you", "That is all. Thank you.", ["Thank you"]),
        ("<END> thank you", "Thank you.", []),
        ("<CLAUSE> <START> thanks", "Thanks a lot.", ["Thanks"]),
        ("all ... <CLAUSE> thank you", "All is well, thank you.", ["All is well, thank you"]),
        ("<START> (<NUMBER> )?please <END>", "5, please", ["5, please"]),
    ],
)
def test_in_english(phrase, text, found):
    assert look([phrase], text) == found


@pytest.mark.parametrize("strictness", [EXACT, MEDIUM])
@pytest.mark.parametrize(
    "phrase",
    ["all <START> thank you", "all ... <START> thank you", "<END> <START> thank you",
     "<START> <END> thank you", "all ... <END>", "all ... <END> thank you", "all <END> ... you"],
)  # fmt: skip
def test_there_are_places_where_no_phrase_can_be(phrase, strictness):
    """What `check` says can never be found; see `qa.scoring.linting.wording`."""
    for text in ("All thank you.", "All. Thank you.", "All, thank you.", "Thank you", "It is all"):
        assert look([phrase], text, "Thank you.", strictness=strictness) == []


@pytest.mark.parametrize(
    ("phrase", "text", "language"),
    [
        ("приношу извинения", "Приносим извинения!", "ru"),
        ("ещё вопросы", "Есть еще вопрос?", "ru"),
        ("номер заказа", "Номера заказов, пожалуйста", "ru"),
    ],
)
def test_forms_of_words_elsewhere(phrase, text, language):
    assert len(look([phrase], text, language=language)) == 1


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("anything else", "is there anythin else"),
        ("harper valley bank", "mr harper valey bank"),
        ("goodbye", "good-bye goodby"),
        ("sorry for the inconvenience", "sorry the inconvenience"),
        ("help you with anything", "can i help with anything"),
    ],
)
def test_recognition_errors_are_forgiven_for_what_must_be_said(phrase, text):
    assert look([phrase], text, strictness=MEDIUM)
    assert not look([phrase], text, strictness=EXACT)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("thank you for calling", "thank you for your patience"),
        ("thank you", "I think you should"),
        ("was not able to make", "I was able to make it"),
        ("hold the line", "I told him fine"),
        ("bye", "hi"),
    ],
)
def test_what_only_looks_alike_is_not_taken(phrase, text):
    assert look([phrase], text, strictness=MEDIUM) == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("this is your fault", True),
        ("this is not your fault", False),
        ("no, your fault it is", True),
        ("never ever say your fault", False),
        ("not that I said so before and anyway your fault", True),
    ],
)
def test_a_negation_shortly_before_turns_it_round(text, counts):
    assert bool(look(["your fault"], text, unless_negated=True)) is counts


def test_in_russian_too():
    assert look(["ваша вина"], "Это не ваша вина", language="ru", unless_negated=True) == []
    assert look(["ваша вина"], "Это ваша вина", language="ru", unless_negated=True)


def test_overlapping_phrases_count_once():
    assert look(["thank you", "thank you very much", "very much"], "thank you very much") == [
        "thank you very much"
    ]


def test_distinct_keeps_the_first_and_longest():
    hits = [
        Hit(0, 5, 9, "b", 1, "lemma"),
        Hit(0, 0, 6, "a", 1, "lemma"),
        Hit(0, 0, 3, "c", 1, "lemma"),
    ]
    assert distinct(hits) == [Hit(0, 0, 6, "a", 1, "lemma")]


def test_the_order_of_phrases_does_not_matter():
    text = "hello and good morning, thanks for calling"
    phrases = ["hello", "good morning", "thanks for calling", "thanks"]
    assert look(phrases, text) == look(phrases[::-1], text)


def test_only_the_window_is_searched():
    safe = make_safe([("agent", "hello hello")])
    view = Document(safe).view("en")
    book = book_of(["hello"])
    assert [h.start for h in find(view, book, {0: (1, 11)})] == [6]
    assert find(view, book, {}) == []


def test_the_nearest_miss_is_what_a_reviewer_would_look_at():
    safe = make_safe(
        [("agent", "Well then."), ("agent", "Is there anything wrong?"), ("agent", "Fine.")]
    )
    view = Document(safe).view("en")
    book = book_of(["anything else"])
    hit = near_miss(view, book, {t.index: (0, 99) for t in safe.turns})
    assert hit.turn == 1
    assert "anything" in safe.turns[1].text[hit.start : hit.end]
    assert near_miss(view, book, {0: (0, 99)}) is None


def test_long_text_without_end_is_searched_in_time():
    """Gaps and repeated words do not explode."""
    text = "a b " * 2500
    assert look(["a ... b ... a ... c"], text, strictness=MEDIUM) == []


@pytest.mark.parametrize(
    ("phrase", "text", "language"),
    [
        pytest.param("(so|okay so) (that is|you would)", "That is ridiculous.", "en", id="passing"),
        pytest.param("you would like", "Would you like it?", "en", id="another order"),
        pytest.param("successfully booked", "unsuccessfully booked", "en", id="a prefix"),
        pytest.param("happy to arrange", "not happy to arange", "en", id="a negation before"),
        pytest.param("was able to book", "was not able to book", "en", id="a negation inside"),
        pytest.param(
            "i =(processed|booked) (this|payment)",
            "it could not be processed at this time",
            "en",
            id="a negation some words before",
        ),
        pytest.param("anything else", "Nothing else, thanks", "en", id="a negation for a word"),
        pytest.param("new delivery date", "The delivery date is fine", "en", id="a word missing"),
        pytest.param("booked it for you", "I booked. It is for you", "en", id="two sentences"),
        pytest.param("help you", "held you", "en", id="a short word"),
        pytest.param("i will check", "you will check", "en", id="somebody else"),
        pytest.param("i ordered the", "You properly ordered the wrong one", "en", id="not I"),
        pytest.param("я закажу столик", "вы закажете столик", "ru", id="not I in Russian"),
        pytest.param("я напишу вам", "Вы напиши нам", "ru", id="an order"),
        pytest.param("напишу", "напишите", "ru", id="an order alone"),
        pytest.param("узнаю", "Не знаю.", "ru", id="a prefix in Russian"),
        pytest.param("закрыть счёт", "Хочу открыть счёт.", "ru", id="two prefixes"),
    ],
)
def test_tolerance_has_guards(phrase, text, language):
    assert look([phrase], text, language=language, strictness=MEDIUM) == []


@pytest.mark.parametrize("text", ["Напишу вам завтра", "мы напишем вам", "я вам напишу"])
def test_first_persons_stand_for_one_another(text):
    assert look(["напишу"], text, language="ru")


def nearest(phrases, *texts):
    safe = make_safe([("agent", t) for t in texts])
    window = {t.index: (0, len(t.text)) for t in safe.turns}
    hit = near_miss(Document(safe).view("en"), book_of(phrases), window)
    return hit and safe.turns[hit.turn].text[hit.start : hit.end]


@pytest.mark.parametrize(
    ("phrase", "texts", "quote"),
    [
        ("is there anything else", ["Well.", "Is there anything you need?"], "Is there anything"),
        ("thank you for waiting", ["Thank you for asking"], "Thank you for"),
        ("hi (and|this|my) name", ["What is your order?"], None),
        ("you are stupid", ["How stupid. You know that"], "stupid"),
        ("order reference", ["It is properly ordered"], "ordered"),
        ("so that is", ["That is right"], None),
        ("hi you", ["What do you want?"], None),
        ("<CLAUSE> yes <END>", ["Yes what do you want?"], None),
        ("sorry for the inconvenience", ["What an inconvenient hour"], None),
        ("can you please describe the exact problem", ["Can you please"], None),
    ],
)
def test_a_near_miss_is_one_that_a_person_would_accept(phrase, texts, quote):
    assert nearest([phrase], *texts) == quote


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        pytest.param("is there anything else", "Is there anything you need?", ["you"], id="beside"),
        pytest.param("your name is", "My name is Sophie", ["My"], id="before"),
        pytest.param("have a good day", "Have a bad day", ["bad"], id="between"),
        pytest.param("arrange the viewing now", "arrange a viewer now", ["a", "viewer"], id="bent"),
        pytest.param("thank you for waiting", "Thank you for. Wait", [], id="nothing"),
        pytest.param("(would|do) you like some tea", "like some tea", [], id="the turn begins"),
        pytest.param("never would ... mind", "I never mind", [], id="a gap may be empty"),
    ],
)
def test_a_near_miss_tells_which_words_stand_for_those_of_the_phrase(phrase, text, words):
    safe = make_safe([("agent", text)])
    hit = near_miss(Document(safe).view("en"), book_of([phrase]), {0: (0, 99)})
    assert [text[a:b] for a, b in hit.instead] == words


def test_the_nearest_variant_is_named_not_the_whole_phrase():
    long = "(good|nice|pleasant|lovely) (morning|evening|afternoon) to (you|everybody|all of you)"
    safe = make_safe([("agent", "A pleasant evening.")])
    book = Phrasebook(compile_phrase(long, "en", {}, source="list: greeting"), "en")
    hit = near_miss(Document(safe).view("en"), book, {0: (0, 99)})
    assert hit.rule == 'list: greeting · "pleasant evening to you"'


def test_a_tree_may_grow_between_two_searches_of_one_conversation():
    safe = make_safe([("agent", "Thank you for calling, what is it that you would like?")])
    view, window = Document(safe).view("en"), {0: (0, 99)}
    first = book_of(["thank you"])
    assert [h.rule for h in find(view, first, window)] == ["thank you"]
    second = Phrasebook(compile_phrase("what ... would you", "en", {}), "en", first.tree)
    third = Phrasebook(compile_phrase("what ... you would", "en", {}), "en", first.tree)
    assert find(view, second, window) == []
    assert [h.rule for h in find(view, third, window)] == ["what ... you would"]
    assert [h.rule for h in find(view, first, window)] == ["thank you"]
