"""Which encoding a text is in: marked, found out, or refused by name."""

import pytest

from qa.errors import FormatError
from qa.importers.encoding import encoding_of, open_text, read_text

TEXTS = {
    "russian": "Здравствуйте, меня зовут Анна. Ваш заказ №123 ещё не пришёл?",
    "romanian": "Bună ziua, aş dori să ştiu unde îmi este comanda, vă mulţumesc.",
    "romanian quotes": "„Bună ziua” – aş dori să ştiu unde este.",
    "hungarian": "Jó napot kívánok, őszintén szólva a csűrő késik, köszönöm szépen.",
    "german": "Könnten Sie mir bitte über die Größe Auskunft geben?",
    "french": "C'est à propos de ma commande, ça marche très bien, où êtes-vous ?",
    "english": "The café costs £5 – don’t worry",
}
OLD = [
    ("russian", "cp1251"),
    ("romanian", "cp1250"),
    ("romanian", "iso8859_2"),
    ("romanian quotes", "cp1250"),
    ("hungarian", "cp1250"),
    ("hungarian", "iso8859_2"),
    ("german", "cp1252"),
    ("german", "iso8859_2"),
    ("french", "cp1252"),
    ("english", "cp1252"),
]


@pytest.mark.parametrize(("language", "encoding"), OLD)
def test_letters_of_an_old_encoding_are_found_out(tmp_path, language, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXTS[language].encode(encoding))
    assert read_text(path, limit=1000) == TEXTS[language]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("language", ["russian", "english"])
def test_unicode_is_read_with_and_without_its_mark(tmp_path, language, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(f"{TEXTS[language]}\r\nand\rso on\n".encode(encoding))
    assert read_text(path, limit=1000) == f"{TEXTS[language]}\nand\nso on\n"


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", bytes(range(0x80, 0x100)), b"\x81\x8d\x9d"]
)
def test_what_fits_no_encoding_is_refused_and_they_are_named(tmp_path, content):
    with pytest.raises(FormatError, match=r"binary|cp1251, cp1250, iso8859_2, cp1252"):
        encoding_of(content, tmp_path / "a.txt")


def test_letters_that_fit_two_encodings_are_refused_and_they_are_named(tmp_path):
    with pytest.raises(FormatError, match=r"may be in cp1250 or iso8859_2 or cp1252.*QA_ENCODING"):
        encoding_of("não põe".encode("cp1252"), tmp_path / "a.txt")


def test_the_setting_decides(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Добрый".encode("koi8-r"))
    assert read_text(path, limit=1000, encoding="koi8-r") == "Добрый"


def test_a_long_file_is_judged_by_its_first_strange_letters(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"plain " * 200_000 + TEXTS["russian"].encode("cp1251"))
    with open_text(path) as file:
        assert file.read().endswith(TEXTS["russian"])


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 101)
    with pytest.raises(FormatError, match="101 bytes"):
        read_text(path, limit=100)


def test_a_file_that_leaves_its_encoding_midway_is_refused(tmp_path, found):
    path = tmp_path / "a.json"
    path.write_bytes('{"messages": []}'.encode("utf-16") + b"\0")
    _, (rejected,) = found(path, format="json")
    assert "utf-16" in rejected.error.reason
