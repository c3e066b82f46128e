"""Reading a card: every mistake at once, with line and column."""

import pytest

from qa.errors import ScorecardError
from qa.scoring import Mode, find_card, load_scorecard
from qa.settings import load_settings

GOOD = """\
scorecard: mine
version: 2
pass_mark: 75
lists:
  hello:
    en: [hello, "good (morning|day)"]
sections:
  - id: opening
    weight: 20
    items:
      - id: greeting
        ask: Did the agent greet?
        any: [list: hello]
"""


def mistakes(text):
    with pytest.raises(ScorecardError) as caught:
        load_scorecard(text, name="card.yaml")
    return [(m.line, m.column, m.message) for m in caught.value.mistakes]


def test_a_good_card_is_read():
    card = load_scorecard(GOOD, name="card.yaml")
    assert (card.id, card.version, card.pass_mark, card.mode) == ("mine", 2, 75, Mode.SECTIONS)
    assert card.item("greeting").kind == "any"
    assert card.ref.hash.startswith("sha256:")
    assert card.source == GOOD


def test_from_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load_scorecard(path).ref == load_scorecard(GOOD).ref


def test_its_text_makes_the_same_card_again():
    card = load_scorecard(GOOD)
    assert load_scorecard(card.source).ref == card.ref


def test_layout_and_comments_do_not_change_the_hash_and_words_do():
    commented = "# mine\n" + GOOD.replace("version: 2", "version:   2  # second").replace(
        "weight: 20", "weight: 20.0"
    )
    assert load_scorecard(commented).hash == load_scorecard(GOOD).hash
    assert load_scorecard(GOOD.replace("hello,", "hallo,")).hash != load_scorecard(GOOD).hash


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "says"),
    [
        ("        ask:", "        aks:", 12, 9, "unknown key 'aks'.*did you mean 'ask'"),
        ("pass_mark: 75", "passmark: 75", 3, 1, "unknown key 'passmark'.*'pass_mark'"),
        ("    weight: 20", "    weigth: 20", 9, 5, "unknown key 'weigth'.*'weight'"),
        ("pass_mark: 75", "pass_mark: 120", 3, 12, "pass_mark: expected at most 100; found 120"),
        ("weight: 20", "weight: -1", 9, 13, "weight: expected at least 0; found -1"),
        ("weight: 20", "weight: .nan", 9, 13, "weight: expected a number; found nan"),
        ("weight: 20", "weight: no", 9, 13, "weight: expected a number; found 'no'"),
        ("pass_mark: 75", "mode: section", 3, 7, "'items' or 'points'; found 'section'; did you mean 'sections'"),
        ("pass_mark: 75", "languages: [English]", 3, 13, "no language pack for 'English'; did you mean 'en'"),
        ("pass_mark: 75", "vars: {company: Acme}", 3, 17, r"company: expected a list, such as .*; found 'Acme'"),
        ("version: 2", "version: two", 2, 10, "version: expected a whole number; found 'two'"),
        ("id: greeting", "id: Greeting!", 11, 13, "id: "),
        ('"good (morning|day)"', '"good (morning|day"', 6, 23, "never closed"),
        ("[list: hello]", "[list: helo]", 13, 15, "no list or family named 'helo'; did you mean 'hello'"),
        ("[list: hello]", "[family: gretting]", 13, 15, "no family named 'gretting'; did you mean 'greeting'"),
        ("[list: hello]", "[{lisst: hello}]", 13, 15, "lisst"),
        ("    en: [", "    xx: [", 6, 9, "no language pack for 'xx'; there are .*en"),
        ("any: [list: hello]", "any: []", 13, 14, "any: "),
        ("any: [list: hello]", "metric: {reply_second: {at_most: 3}}", 13, 17, "reply_seconds"),
        ("any: [list: hello]", "metric: {talk_ratio: {}}", 13, 17, "needs at_least or at_most"),
        ("any: [list: hello]", "metric: {talk_ratio: {atmost: 1}}", 13, 31, "unknown key 'atmost'.*'at_most'"),
        ("any: [list: hello]", "only: {metric: {reply_second: {at_most: 3}}}\n        any: [hi]", 13, 24, "reply_seconds"),
        ("any: [list: hello]", "only: {metric: {talk_ratio: {}}}\n        any: [hi]", 13, 37, "needs at_least or at_most"),
        ("any: [list: hello]", "only: {metric: {talk_ratio: 1}}\n        any: [hi]", 13, 37, "expected keys and values.*found 1"),
        ("any: [list: hello]", "only: {metric: {}}\n        any: [hi]", 13, 24, "metric: "),
        ("any: [list: hello]", "only: {metric: {talk_ratio: {at_most: 1, bands: []}}}\n        any: [hi]", 13, 50, "unknown key 'bands'.*Known: at_least, at_most"),
        ("any: [list: hello]", "only: {metric: {talk_ratio: {at_most: 1, at_least: 2}}}\n        any: [hi]", 13, 37, "no figure will do"),
        ("any: [list: hello]", "critical: maybe\n        any: [hi]", 13, 19, "expected false, true, 'whole'.*; found 'maybe'"),
        ("any: [list: hello]", "critical: yes\n        any: [hi]", 13, 19, "found 'yes'; write true"),
        ("any: [list: hello]", "only: {channel: [call, caht]}\n        any: [hi]", 13, 32, "found 'caht'; did you mean 'chat'"),
        ("any: [list: hello]", "strictness: exakt\n        any: [hi]", 13, 21, "did you mean 'exact'"),
        ("any: [list: hello]", "anny: [hi]", 13, 9, "unknown key 'anny'.*did you mean 'any'"),
        ("any: [list: hello]", "any: hi", 13, 14, "any: expected a list"),
        ("any: [list: hello]", "any: [{company}]", 13, 15, r'write "\{company\}" in quotes'),
        ("any: [list: hello]", "any: [hi: there]", 13, 15, "a colon and a space must stand in quotes"),
        ("any: [list: hello]", "any: [null]", 13, 15, "found nothing"),
        ("any: [list: hello]", "politeness: 0.5", 13, 21, "expected keys and values.*found 0.5"),
        ("any: [list: hello]", "recorded: []", 13, 19, "expected at least 1; found 0"),
        ("any: [list: hello]", "who: agnt\n        any: [hi]", 13, 14, "expected 'agent', 'customer' or 'any'; found 'agnt'; did you mean 'agent'"),
        ("any: [list: hello]", "where: {first_turn: 3}\n        any: [hi]", 13, 17, "did you mean 'first_turns'"),
        ("any: [list: hello]", "only: {chanel: call}\n        any: [hi]", 13, 16, "did you mean 'channel'"),
        ("any: [list: hello]", "only: {seen: complant}\n        any: [hi]", 13, 22, "'complaint'"),
        ("any: [list: hello]", "not_if: {any: [hi], unless_answering: {any: [family: gretting]}}\n        any: [hi]", 13, 54, "'greeting'"),
        ("any: [list: hello]", "not_if: {any: [hi], unless_answering: {an: [hi]}}\n        any: [hi]", 13, 48, "unknown key 'an'.*'any'"),
        ("any: [list: hello]", 'any: ["{company}"]', 13, 16, "no variable named 'company'"),
        ("any: [list: hello]", "weight: 2", 11, 9, "no check; it needs exactly one of any, all"),
        ("any: [list: hello]", "any: [hi]\n        none: [ho]", 11, 9, r"2 checks \(any, none\)"),
        ("any: [list: hello]", "sequence: [{any: [hi]}]", 13, 19, "sequence"),
        ("any: [list: hello]", "check: 1\n        any: [hi]", 13, 9, "unknown key 'check'"),
        ("        any: [list: hello]\n", "", 11, 9, "no check"),
        ("        ask: Did the agent greet?\n", "", 11, 9, "'ask' is missing"),
        ("scorecard: mine\n", "", 1, 1, "'scorecard' is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(old, new, line, column, says):
    import re

    found = mistakes(GOOD.replace(old, new, 1))
    assert any((at, col) == (line, column) and re.search(says, text) for at, col, text in found), (
        found
    )
    assert len(found) == 1, found


def test_all_mistakes_come_at_once_in_order():
    text = (
        GOOD.replace("version: 2", "version: 0")
        .replace("ask:", "aks:")
        .replace("weight: 20", "weight: x")
    )
    assert [m[0] for m in mistakes(text)] == [2, 9, 12]


def test_the_same_id_twice():
    twice = GOOD + "      - id: greeting\n        ask: Again?\n        any: [hi]\n"
    assert mistakes(twice) == [(14, 13, "the item 'greeting' is there twice, first in line 11.")]
    section = "  - id: opening\n    items:\n      - id: b\n        ask: B?\n        any: [hi]\n"
    assert mistakes(GOOD + section) == [(14, 9, "the section 'opening' is there twice.")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a scorecard is a mapping"),
        ("- a\n- b\n", "a scorecard is a mapping"),
        ("scorecard: a\nscorecard: b\n", "is there twice"),
        ("scorecard: [a\n", "not YAML"),
        ("a: b: c\n", "not YAML.*must stand in quotes"),
        ("ask: *nobody\n", "not YAML"),
        ("\tscorecard: a\n", "not YAML"),
        ("scorecard: \x00\n", "not YAML"),
        ("[" * 3000, "not YAML|nested"),
        ("x" * 1_000_001, "longer than"),
    ],
    ids=str,
)
def test_what_is_no_card_at_all(text, says):
    import re

    assert any(re.search(says, m[2]) for m in mistakes(text)), mistakes(text)


def test_aliases_that_multiply_are_stopped():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 8)
    )
    assert any("too many" in m[2] for m in mistakes(bomb))


def test_yaml_traps_are_words_or_named():
    """`no`, `on` and `1:30` are words in YAML 1.2; a colon after a word is not."""
    card = load_scorecard(GOOD.replace("[list: hello]", "[no, on, 1:30]"))
    assert card.item("greeting").check.root == ("no", "on", "1:30")
    [(line, _, message)] = mistakes(GOOD.replace("Did the agent greet?", "Say: hello"))
    assert line == 12
    assert "not YAML" in message


def test_a_number_where_a_phrase_is_meant_is_named():
    [(line, column, message)] = mistakes(GOOD.replace("[list: hello]", "[24]"))
    assert (line, column) == (13, 15)
    assert "24" in message


class TestStarterCard:
    SETTINGS = load_settings()

    def test_company_names_come_from_the_settings(self):
        card = find_card("support-standard", load_settings(company=("Acme", "Acme Brands")))
        assert card.vars["company"] == ("Acme", "Acme Brands")
        assert card.hash != find_card("support-standard", self.SETTINGS).hash
        assert load_scorecard(card.source).ref == card.ref

    def test_an_own_card_of_the_same_id_wins(self, tmp_path):
        (tmp_path / "x.yaml").write_text(GOOD.replace("mine", "support-standard"), "utf-8")
        (tmp_path / "y.yml").write_text(GOOD, "utf-8")
        settings = load_settings(scorecards=tmp_path)
        assert find_card("support-standard", settings).version == 2
        assert find_card("mine", settings).id == "mine"

    def test_an_unknown_card_names_the_nearest(self):
        from qa.errors import UnknownName

        with pytest.raises(UnknownName, match="Did you mean 'support-standard'"):
            find_card("support-standart", self.SETTINGS)

    def test_survives_the_way_to_another_process(self):
        import pickle

        card = find_card("support-standard", self.SETTINGS)
        assert pickle.loads(pickle.dumps(card)) == card
