"""Dates of birth, addresses and passwords as people tell them, in four languages.

Written by us; streets and passwords are invented. No rule of ours reads these lists.
"""

from __future__ import annotations

import random
from collections.abc import Callable

#: Of a number up to 99, its words.
Spoken = Callable[[int], list[str]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MONTHS = {
    "en": _words(
        "January February March April May June July August September October November December"
    ),
    "ru": _words(
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
    ),
    "ro": _words(
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie "
        "decembrie"
    ),
    "hu": _words(
        "január február március április május június július augusztus szeptember október november "
        "december"
    ),
}
#: The days of a month that are said as ordinals: the first to the tenth.
DAYS = {
    "en": _words("first second third fourth fifth sixth seventh eighth ninth tenth"),
    "ru": _words("первое второе третье четвёртое пятое шестое седьмое восьмое девятое десятое"),
    "ro": _words("întâi doi trei patru cinci șase șapte opt nouă zece"),
    "hu": _words(
        "elseje másodika harmadika negyedike ötödike hatodika hetedike nyolcadika kilencedike "
        "tizedike"
    ),
}
#: Said of the years from 1971 to 1979, behind "nineteen".
YEARS_RU = _words("первого второго третьего четвёртого пятого шестого седьмого восьмого девятого")
STREETS = {
    "en": _words("Maple Harbour Chestnut Orchard Windmill Kingsway Juniper Beacon"),
    "ru": _words("Садовая Лесная Заречная Полевая Вишнёвая Озёрная Гагарина Чехова"),
    "ro": _words("Florilor Izvorului Teilor Crinului Morii Viilor Eminescu Bucegi"),
    "hu": _words("Petőfi Kossuth Rózsa Akácfa Malom Tölgyfa Széchenyi Nefelejcs"),
}
KINDS_OF_STREET = {
    "en": _words("Street Road Avenue Lane Drive"),
    "ru": _words("улица улица проспект переулок"),
    "ro": _words("strada strada bulevardul aleea"),
    "hu": _words("utca utca út tér"),
}
CITIES = {
    "en": _words("Bristol Leeds Norwich Dundee"),
    "ru": _words("Тверь Самара Рязань Пермь"),
    "ro": _words("Cluj Iași Brașov Oradea"),
    "hu": _words("Szeged Pécs Győr Miskolc"),
}
SECRETS = {
    "en": _words("bluebird tangerine lighthouse snowdrop marmalade thunderbolt"),
    "ru": _words("ласточка василёк маяк черника гроза одуванчик"),
    "ro": _words("rândunica ghiocel farul zmeura fulger păpădia"),
    "hu": _words("fecske hóvirág világítótorony málna villám pitypang"),
}
#: Words that belong to an item and give nothing away.
GENERIC = frozenset(word for kinds in KINDS_OF_STREET.values() for word in kinds) | frozenset(
    _words(
        "Flat of the and дом квартира город года numărul apartament din anul emelet flat în pe"
        " the on a"
    )
)
ASK = {
    "birth": {
        "en": ["Could you confirm your date of birth?", "And when were you born?"],
        "ru": ["Назовите вашу дату рождения.", "Когда вы родились?"],
        "ro": ["Care este data dumneavoastră de naștere?", "Când v-ați născut?"],
        "hu": ["Mi a születési dátuma?", "Mikor született, kérem?"],
    },
    "address": {
        "en": ["What is your home address?", "Where should we deliver it?"],
        "ru": ["Продиктуйте ваш адрес.", "Куда вам доставить заказ?"],
        "ro": ["Care este adresa dumneavoastră?", "La ce adresă să livrăm?"],
        "hu": ["Mi a lakcíme, kérem?", "Hova szállítsuk a csomagot?"],
    },
    "password": {
        "en": ["What is the password on the account?", "And your memorable word, please?"],
        "ru": ["Назовите кодовое слово.", "Какой у вас пароль?"],
        "ro": ["Care este parola contului?", "Îmi spuneți cuvântul de securitate?"],
        "hu": ["Mi a jelszava?", "Megmondaná a telefonos jelszót?"],
    },
}
TELL = {
    "birth": {
        "en": ["My date of birth is", "I was born on"],
        "ru": ["Моя дата рождения", "Я родился"],
        "ro": ["Data mea de naștere este", "Sunt născut pe"],
        "hu": ["A születési dátumom", "A születési időm"],
    },
    "address": {
        "en": ["My address is", "I live at", "Please send it to"],
        "ru": ["Мой адрес", "Я живу по адресу", "Привезите по адресу"],
        "ro": ["Adresa mea este", "Locuiesc pe"],
        "hu": ["A lakcímem", "Az én címem"],
    },
    "password": {
        "en": ["My password is", "The password is"],
        "ru": ["Мой пароль такой", "Кодовое слово:"],
        "ro": ["Parola mea este", "Parola este"],
        "hu": ["A jelszavam:", "A jelszó az,"],
    },
}


def birth(rng: random.Random, language: str, spoken: Spoken) -> list[str]:
    """Return a date of birth: written, half written, or said."""
    day, month, year = rng.randrange(1, 29), rng.randrange(12), rng.randrange(1950, 2005)
    way = rng.random()
    if way < 0.25:  # noqa: PLR2004 - as it stands in forms
        sign = rng.choice("./-")
        return [f"{year}-{month + 1:02d}-{day:02d}" if language == "hu" else
                f"{day:02d}{sign}{month + 1:02d}{sign}{year}"]  # fmt: skip
    named = MONTHS[language][month]
    if way < 0.5:  # noqa: PLR2004 - as recognisers write it
        return [str(year), named, str(day)] if language == "hu" else [str(day), named, str(year)]
    said = [DAYS[language][day - 1]] if day <= 10 else spoken(day)  # noqa: PLR2004
    if language == "hu":
        return [f"ezerkilencszáz{''.join(spoken(year % 100 or 1))}", named, *said]
    if language == "ru":
        return [*said, named, "тысяча", "девятьсот", "семьдесят", rng.choice(YEARS_RU), "года"]
    if language == "ro":
        return [*said, named, "o", "mie", "nouă", "sute", *spoken(51 + year % 48)]
    return [*said, *(["of"] if rng.random() < 0.5 else []), named, "nineteen",  # noqa: PLR2004
            *spoken(51 + year % 48)]  # fmt: skip


def address(rng: random.Random, language: str, spoken: Spoken) -> list[str]:
    """Return an address: a street with its number, mostly a flat or a city."""
    street, kind = rng.choice(STREETS[language]), rng.choice(KINDS_OF_STREET[language])
    city, written = rng.choice(CITIES[language]), rng.random() < 0.5  # noqa: PLR2004 - half
    house, flat = rng.randrange(2, 98), rng.randrange(2, 60)
    number, door = ([str(n)] if written else spoken(n) for n in (house, flat))
    comma = "," if written else ""
    with_city = rng.random() < 0.5  # noqa: PLR2004 - every second time
    if language == "en":
        begin = ["Flat", *door] if rng.random() < 0.3 else []  # noqa: PLR2004 - some
        return [*begin, *number, street, kind + (comma if with_city else ""), *[city] * with_city]
    if language == "ru":
        return [*([f"{city}{comma}"] * with_city), kind, f"{street}{comma}", "дом", *number,
                *(["квартира", *door] if rng.random() < 0.6 else [])]  # noqa: PLR2004  # fmt: skip
    if language == "ro":
        return [kind, street, "numărul", *number,
                *(["apartament", *door] if rng.random() < 0.4 else []),  # noqa: PLR2004
                *[city] * with_city]  # fmt: skip
    return [*([f"{city}{comma}"] * with_city), street, kind, *number]


def password(rng: random.Random, language: str, spoken: Spoken) -> list[str]:
    """Return a password: a word, mostly with digits."""
    word = rng.choice(SECRETS[language])
    digits = rng.randrange(2, 99)
    way = rng.random()
    if way < 0.3:  # noqa: PLR2004 - some
        return [word]
    return [f"{word.title()}{digits}"] if way < 0.5 else [word, *spoken(digits)]  # noqa: PLR2004
