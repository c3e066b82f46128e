"""Ways in which people say digits, for planting numbers into conversations."""

from __future__ import annotations

DIGITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "ru": ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"],
    "ro": ["zero", "unu", "doi", "trei", "patru", "cinci", "șase", "șapte", "opt", "nouă"],
    "hu": ["nulla", "egy", "kettő", "három", "négy", "öt", "hat", "hét", "nyolc", "kilenc"],
}
TEENS = {
    "en": [
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ],
    "ru": [
        "десять",
        "одиннадцать",
        "двенадцать",
        "тринадцать",
        "четырнадцать",
        "пятнадцать",
        "шестнадцать",
        "семнадцать",
        "восемнадцать",
        "девятнадцать",
    ],
    "ro": [
        "zece",
        "unsprezece",
        "doisprezece",
        "treisprezece",
        "paisprezece",
        "cincisprezece",
        "șaisprezece",
        "șaptesprezece",
        "optsprezece",
        "nouăsprezece",
    ],
    "hu": [
        "tíz",
        "tizenegy",
        "tizenkettő",
        "tizenhárom",
        "tizennégy",
        "tizenöt",
        "tizenhat",
        "tizenhét",
        "tizennyolc",
        "tizenkilenc",
    ],
}
TENS = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "ru": [
        "двадцать",
        "тридцать",
        "сорок",
        "пятьдесят",
        "шестьдесят",
        "семьдесят",
        "восемьдесят",
        "девяносто",
    ],
    "ro": [
        "douăzeci",
        "treizeci",
        "patruzeci",
        "cincizeci",
        "șaizeci",
        "șaptezeci",
        "optzeci",
        "nouăzeci",
    ],
    "hu": ["húsz", "harminc", "negyven", "ötven", "hatvan", "hetven", "nyolcvan", "kilencven"],
}
JOIN = {"en": "{} {}", "ru": "{} {}", "ro": "{} și {}", "hu": "{}{}"}
DOUBLE = {"en": "double", "ro": "dublu", "hu": "dupla"}
FILLERS = {
    "en": ["uh", "and then", "dash", "no, sorry"],
    "ru": ["э", "и", "тире", "ой, извините"],
    "ro": ["ăă", "și apoi", "liniuță", "nu, scuze"],
    "hu": ["öö", "aztán", "kötőjel", "nem, bocsánat"],
}
ON = {"en": "yes, go on", "ru": "угу, дальше", "ro": "da, vă ascult", "hu": "igen, hallgatom"}


def single(digits: str, language: str) -> list[str]:
    """Four one one one."""
    return [DIGITS[language][int(d)] for d in digits]


def zero_as_oh(digits: str, language: str) -> list[str]:
    """Four oh one one, where the language knows it."""
    words = single(digits, language)
    return ["oh" if w == "zero" and language == "en" else w for w in words]


def doubled(digits: str, language: str) -> list[str]:
    """Double four one one."""
    if language not in DOUBLE:
        return single(digits, language)
    words, i = [], 0
    while i < len(digits):
        if digits[i : i + 2] == digits[i] * 2:
            words += [DOUBLE[language], DIGITS[language][int(digits[i])]]
            i += 2
        else:
            words.append(DIGITS[language][int(digits[i])])
            i += 1
    return words


def pairs(digits: str, language: str) -> list[str]:
    """Forty one eleven; a zero in front is said."""
    words = []
    for i in range(0, len(digits), 2):
        pair = digits[i : i + 2]
        if len(pair) == 1 or pair[0] == "0":
            words += single(pair, language)
        elif pair[0] == "1":
            words.append(TEENS[language][int(pair[1])])
        elif pair[1] == "0":
            words.append(TENS[language][int(pair[0]) - 2])
        else:
            unit = DIGITS[language][int(pair[1])]
            words += JOIN[language].format(TENS[language][int(pair[0]) - 2], unit).split()
    return words


def hyphens(digits: str, language: str) -> list[str]:
    """Four-one-one-one, as recognisers write it."""
    words = single(digits, language)
    return ["-".join(words[i : i + 4]) for i in range(0, len(words), 4)]


def figures(digits: str, language: str) -> list[str]:
    """4 1 1 1."""
    return list(digits)


def groups(digits: str, language: str) -> list[str]:
    """4111 1111."""
    return [digits[i : i + 4] for i in range(0, len(digits), 4)]


def dashes(digits: str, language: str) -> list[str]:
    """4111-1111."""
    return ["-".join(groups(digits, language))]


def solid(digits: str, language: str) -> list[str]:
    """41111111."""
    return [digits]


STYLES = [single, zero_as_oh, doubled, pairs, hyphens, figures, groups, dashes, solid]
SPOKEN = [single, zero_as_oh, doubled, pairs, figures, groups]
