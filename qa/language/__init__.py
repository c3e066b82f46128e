"""Languages: the one normaliser, words with lemmas and places, and the packs.

A language is known by its folder under ``packs/``; nothing else in the program lists
languages. spaCy is needed for `qa.language.parsing` alone, and loaded when that first parses.
"""

from qa.language.lemmas import keys, lemmas_by, sought
from qa.language.normalise import Normalised, fold, normalise
from qa.language.packs import (
    Family,
    Pack,
    base_language,
    guess_language,
    load_pack,
    pack_languages,
)
from qa.language.tokens import Breaks, Form, Token, breaks, forms, spans, tokenise

__all__ = [
    "Breaks",
    "Family",
    "Form",
    "Normalised",
    "Pack",
    "Token",
    "base_language",
    "breaks",
    "fold",
    "forms",
    "guess_language",
    "keys",
    "lemmas_by",
    "load_pack",
    "normalise",
    "pack_languages",
    "sought",
    "spans",
    "tokenise",
]
