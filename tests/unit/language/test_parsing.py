"""Sentence structure keeps the way back to the text, and placeholders whole."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier

import pytest
from threadpoolctl import ThreadpoolController

from qa.errors import ModelError
from qa.language.parsing import Parser, Parsers, matches, nodes, without
from qa.language.rules import Rules


class TestWithoutAModel:
    def test_a_language_without_a_parser_says_so(self):
        parsers = Parsers()
        assert parsers.get("ru") is None
        assert "no parser for 'ru'" in parsers.why_not("ru")

    def test_a_parser_that_is_not_installed_says_what_fetches_it(self):
        def find():
            raise ModelError("Not here.", "Fetch it: qa models pull spacy-en")

        parsers = Parsers({"en": find})
        assert parsers.get("en-GB") is None
        assert "qa models pull spacy-en" in parsers.why_not("en")

    def test_it_is_looked_for_once(self):
        asked = []

        def find():
            asked.append(1)
            raise ModelError("Not here.", "Fetch it.")

        parsers = Parsers({"en": find})
        assert parsers.why_not("en") == parsers.why_not("en")
        assert asked == [1]

    def test_nothing_is_loaded_before_a_parser_is_asked_for(self):
        code = (
            "import sys, qa.scoring, qa.scoring.checks.dep, qa.scoring.checks.politeness;"
            "print([m for m in ('spacy', 'torch') if m in sys.modules])"
        )
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.stdout.strip() == "[]", done.stderr

    def test_spacy_comes_without_torch(self, tmp_path):
        code = (
            "import sys; from pathlib import Path; from qa.errors import ModelError;"
            "from qa.language.parsing import Parser\n"
            "try: Parser(Path(sys.argv[1]))\n"
            "except ModelError: pass\n"
            "print([m for m in ('spacy', 'torch') if m in sys.modules])"
        )
        command = [sys.executable, "-c", code, str(tmp_path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.stdout.strip() == "['spacy']", done.stderr

    def test_what_one_thread_does_without_another_may_have(self):
        sys.modules.pop("colorsys", None)
        with ThreadPoolExecutor(1) as other, without("colorsys"):
            with pytest.raises(ModuleNotFoundError, match="colorsys"):
                import_module("colorsys")
            assert other.submit(find_spec, "colorsys").result() is not None
        assert find_spec("colorsys") is not None

    def test_threads_that_ask_at_once_get_one_parser(self):
        asked, together = [], Barrier(2)

        def find():
            asked.append(1)
            raise ModelError("Not here.", "Fetch it.")

        parsers = Parsers({"en": find})

        def ask():
            together.wait()
            parsers.load(["en-GB"])
            return parsers.why_not("en")

        with ThreadPoolExecutor(2) as pool:
            one, other = pool.submit(ask), pool.submit(ask)
            assert one.result() == other.result()
        assert asked == [1]


@pytest.mark.slow
class TestEnglish:
    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            ("I don’t see it", "n’t"),
            ("Please hold\u200b on, [PERSON_1].", "[PERSON_1]"),
            ("Your card [CARD_NUMBER]?", "[CARD_NUMBER]"),
            ("([ORDER_ID_2])", "[ORDER_ID_2]"),
            ("«Wait» 🙂 please", "please"),
        ],
    )
    def test_every_word_is_where_it_stands_in_the_text(self, parsers, text, quote):
        parsed = nodes(parsers.get("en").pieces(text))
        assert quote in [text[n.start : n.end] for n in parsed]

    def test_heads_point_into_the_same_sentence(self, parsers):
        parsed = nodes(parsers.get("en").pieces("I  see.\nCould you\n\nwait for me? Thanks!"))
        assert [n.text for n in parsed if n.place == 0] == ["i", "could", "thanks"]
        assert all(parsed[n.head].sentence == n.sentence for n in parsed)

    def test_the_same_text_gives_the_same_structure(self, parsers):
        text = "Could you please tell me why you have not sent the refund yet?"
        parser = parsers.get("en")
        assert nodes(parser.pieces(text)) == nodes(parser.pieces(text))

    def test_its_rules_over_words_are_remembered_and_say_what_spacy_says(self, parsers):
        ruler = parsers.get("en")._nlp.get_pipe("attribute_ruler")
        assert isinstance(ruler.match.__self__, Rules)
        texts = [
            "There's no refund, let's see.",
            "They ain't gonna call; y'all got to wait.",
            "I  do.",
        ]
        for _ in range(2):
            for [piece] in parsers.get("en").read(texts):
                assert ruler.match(piece.doc) == type(ruler).match(ruler, piece.doc) != []

    def test_others_have_their_threads_back(self, parsers):
        threads = [lib["num_threads"] for lib in ThreadpoolController().info()]
        parsers.get("en").pieces("Please wait.")
        assert [lib["num_threads"] for lib in ThreadpoolController().info()] == threads

    def test_a_very_long_text_is_read_piece_by_piece(self, parsers):
        text = "I can help you with that order today. " * 700
        pieces = parsers.get("en").pieces(text)
        parsed = nodes(pieces)
        assert len(pieces) > 1
        assert {text[n.start : n.end].lower() for n in parsed if n.text == "order"} == {"order"}
        assert sum(n.text == "order" for n in parsed) == 700
        assert all(0 <= n.head < len(parsed) for n in parsed)

    @pytest.mark.parametrize(
        "text", ["", "   ", "…", "🙂", "?" * 50, "مرحبا كيف حالك", "[NAME][NAME_2]x[IBAN]"]
    )
    def test_texts_that_are_hardly_any_are_read(self, parsers, text):
        assert all(text[n.start : n.end] for n in nodes(parsers.get("en").pieces(text)))

    def test_patterns_are_found_with_their_place(self, parsers):
        [piece] = parsers.get("en").pieces("We’ll send you the parcel.")
        pattern = [
            {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"LEMMA": "send"}},
            {"LEFT_ID": "verb", "REL_OP": ">", "RIGHT_ID": "what", "RIGHT_ATTRS": {"DEP": "dobj"}},
        ]
        [places] = matches(piece, pattern)
        start, end = piece.span(min(places), max(places))
        assert "We’ll send you the parcel."[start:end] == "send you the parcel"

    def test_it_names_model_and_version(self, parsers):
        assert parsers.get("en").name.endswith(" 3.8.0")

    def test_a_folder_that_is_no_pipeline_is_refused_with_a_mend(self, tmp_path):
        with pytest.raises(ModelError, match="qa models pull spacy-en"):
            Parser(Path(tmp_path))
