"""Words that numbers, addresses and what surrounds them are said with.

All are written as they are spelled; `folded` makes them comparable. The tables of
all languages are used together, since callers mix languages and recognisers
guess them; what is a number in one language and a common word in another is weak
there, and counts only beside a number that is certain.
"""

from __future__ import annotations

from qa.language import fold, normalise


def folded(text: str) -> str:
    """Return text in lower case, without the diacritics of Latin letters."""
    return fold(normalise(text).text)


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


def _numbers(tables: dict[str, str]) -> dict[str, str]:
    return {word: digits for digits, words in tables.items() for word in _words(words)}


#: Said digit by digit.
UNITS = _numbers(
    {
        "0": "zero oh o nought naught zeroes ноль нуль нолик ноля зеро nulla nullás zéró",
        "1": "one один одна единица единичка раз unu una un egy egyes",
        "2": "two два две двойка doi două kettő két kettes",
        "3": "three три тройка trei három hármas",
        "4": "four четыре четверка четвёрка patru négy négyes",
        "5": "five пять пятерка пятёрка cinci öt ötös",
        "6": "six шесть шестерка шестёрка șase hat hatos",
        "7": "seven семь семерка семёрка șapte șepte hét hetes",
        "8": "eight восемь восьмерка восьмёрка opt nyolc nyolcas",
        "9": "nine niner девять девятка nouă kilenc kilences",
    }
)
#: Ten to nineteen.
TEENS = _numbers(
    {
        "10": "ten десять десятка zece tíz tízes",
        "11": "eleven одиннадцать unsprezece unșpe tizenegy",
        "12": "twelve двенадцать doisprezece douăsprezece doișpe tizenkettő tizenkét",
        "13": "thirteen тринадцать treisprezece treișpe tizenhárom",
        "14": "fourteen четырнадцать paisprezece paișpe tizennégy",
        "15": "fifteen пятнадцать cincisprezece cinșpe tizenöt",
        "16": "sixteen шестнадцать șaisprezece șaișpe tizenhat",
        "17": "seventeen семнадцать șaptesprezece șapteșpe tizenhét",
        "18": "eighteen восемнадцать optsprezece optișpe tizennyolc",
        "19": "nineteen девятнадцать nouăsprezece nouășpe tizenkilenc",
    }
)
#: Round tens; a unit that follows is added.
TENS = _numbers(
    {
        "20": "twenty двадцать douăzeci húsz",
        "30": "thirty тридцать treizeci harminc",
        "40": "forty fourty сорок patruzeci negyven",
        "50": "fifty пятьдесят cincizeci ötven",
        "60": "sixty шестьдесят șaizeci hatvan",
        "70": "seventy семьдесят șaptezeci hetven",
        "80": "eighty восемьдесят optzeci nyolcvan",
        "90": "ninety девяносто nouăzeci kilencven",
    }
)
#: Round hundreds in one word; what follows is added.
HUNDREDS = _numbers(
    {
        "100": "сто száz",
        "200": "двести kétszáz kettőszáz",
        "300": "триста háromszáz",
        "400": "четыреста négyszáz",
        "500": "пятьсот ötszáz",
        "600": "шестьсот hatszáz",
        "700": "семьсот hétszáz",
        "800": "восемьсот nyolcszáz",
        "900": "девятьсот kilencszáz",
    }
)
#: Turns the unit before it into hundreds.
HUNDRED = _words("hundred sută sute suta")
#: Numbers that hold one of these are counted, not read out.
LARGE = _words(
    """thousand thousands million millions billion тысяча тысячи тысяч тысячу миллион миллиона
    миллионов миллиард mie mii milion milioane miliard ezer millió milliárd"""
)
#: The digit that follows is said so many times.
REPEATS = {
    word: count
    for count, words in {
        2: "double dublu dublă dupla kétszer duplán дважды",
        3: "triple treble triplu triplă tripla háromszor трижды",
        4: "quadruple négyszer",
    }.items()
    for word in _words(words)
}
#: Common words in some language: a digit only beside a certain one, by language.
WEAK = {
    word: languages
    for languages, words in {
        ("ro",): "un una opt doi două nouă",
        ("hu",): "hat het hét ot öt ket két",
        ("none",): "egy раз o oh",
        ("ru",): "сто",
    }.items()
    for word in _words(words)
}
#: A digit only without its diacritics.
NOT_DIGITS = frozenset(["hát"])
#: What recognisers write for a digit between digits.
HOMOPHONES = {"for": "4", "to": "2", "too": "2", "ate": "8", "won": "1", "tree": "3", "free": "3"}

#: Said between digits without ending the number.
FILLERS = _words(
    """uh um er erm ah hmm hm mm mhm and then dash hyphen minus space slash plus comma so okay ok
    yes yeah right next now that's thats it's its is again sorry no wait i mean correction
    not actually oops let me see think well like followed by ends with start starts repeat э
    ээ эм ну так и а потом дальше далее тире дефис пробел плюс да ага угу затем ой нет не
    извините простите то есть вернее точнее это еще ещё снова минус опять ă ăă deci și apoi
    liniuță cratimă spațiu plus da nu scuze pardon iar stați adică mai după asta greșit din
    nou linie ö öö ő hm és aztán majd utána kötőjel szóköz plusz pontosabban nem bocsánat
    vagyis igen jó még egyszer perjel mínusz elnézést iban"""
)
#: A number that one of these follows is an amount, a time, a count.
UNIT_WORDS = _words(
    """dollar dollars buck bucks cent cents pound pounds euro euros eur usd percent % week weeks
    day days month months year years hour hours minute minutes second seconds o'clock oclock
    am pm times people persons person ticket tickets item items night nights room rooms
    guest guests passenger passengers star stars stop stops seat seats mile miles km kg
    piece pieces option options products points business working bedrooms bathrooms adults
    kids children or рубль рубля рублей руб доллар доллара долларов евро лей лея леев копеек
    копейки копейка процент процента процентов неделя недели недель неделю дня день дней
    суток месяц месяца месяцев год года лет час часа часов минут минуты минуту минута секунд
    секунды раза человек человека билет билета билетов штук штуки шт товара товаров ночь
    ночи ночей утра вечера или рабочих leu lei euro dolari dolar bani ban procente săptămână
    săptămâni zi zile lună luni an ani oră ore minut minute secunde persoane bilete bucăți
    ori nopți sau lucrătoare forint forintot forintba euró dollár százalék nap napot napon
    napig hónap év éve óra órakor órára perc percet percen másodperc fő személy jegy darab
    éjszaka vagy munkanap munkanapon parcel parcels package packages box boxes half quarter
    bottle bottles copies copy посылка посылки посылок посылку коробка коробки коробок пачки
    половиной половина colet colete pachet pachete cutie cutii jumătate sfert csomag csomagot
    csomagom doboz dobozt fél negyed"""
)
#: Months, by their beginnings; what stands beside one is a date.
MONTHS = tuple(
    sorted(
        _words(
            """januar februar march april may june july august septem octob novem decem ianuar
    mart mai aprilie iuni iuli noiem decem márci május június július szeptem október
    январ феврал март апрел мая май июн июл август сентяб октяб нояб декаб"""
        )
    )
)

#: What a number near these words is: kind -> regular expressions over folded text.
CONTEXT = {
    "secret": (
        r"cvv2?|cvc2?|c v v|c v c|security code|pin|pin code|pincode|pass ?code|pass ?word"
        r"|verification code|(one time|confirmation|sms) (pass)?code|three digits? on"
        r"|security|expir\w+|valid (thru|through|until)"
        r"|цвв|свв|си ви ви|пин|пин код\w*|пинкод\w*|код (из|в) (смс|sms)|код подтверждения"
        r"|безопасности|три цифры|на обороте|срок действия|парол\w+"
        r"|cod\w* pin|cod\w* de (verificare|securitate|confirmare)|cod\w* (din|prin) sms"
        r"|cod\w* (de )?securitat\w*|securitat\w+|data expirarii|expira|pe spatele|parol\w+"
        r"|pin kod\w*|ellenorzo (kod)?\w*|biztonsagi (kod)?\w*|sms kod\w*|lejarat\w*|hatoldal\w*"
        r"|jelszo\w*"
    ),
    "card": (
        r"card number|number (on|of) (the|your|my) (\w+ )?card|(debit|credit|bank) card"
        r"|digits? (of|on) (the|your|my)|last four|card (ending|is)|long number"
        r"|номер\w* карт\w+|карт\w+ номер|последни\w+ (четыре )?цифр\w*|банковск\w+ карт\w+"
        r"|numar\w* (de )?card\w*|numarul cardului|ultimele (patru )?cifre"
        r"|card\w* (bancar|de credit)"
        r"|kartyaszam\w*|kartya szama\w*|bankkartya\w*|utolso (negy )?szam\w*"
    ),
    "phone": (
        r"(tele)?phone( number)?|mobile( number)?|cell( ?phone)?( number)?"
        r"|call (me|you|us)( back)? (at|on)"
        r"|call (them|it|him|her)( back)? (at|on)|their (phone )?number|reach (me|you|us|them)"
        r"|contact number|call ?back number|number to (call|reach)|whatsapp"
        r"|телефон\w*|мобильн\w+|перезвон\w+|сотов\w+"
        r"|telefon\w*|numar\w* de (telefon|mobil)|mobil\w*|suna\w* la"
        r"|telefonszam\w*|mobilszam\w*|hivjon|elerhet\w+"
    ),
    "account": (
        r"account number"
        r"|(account|customer|client|policy|member\w*|passport|routing|sort) (id|number|no|code)"
        r"|social security|ssn|passport|driver'?s licen[cs]e|tax (id|number)"
        r"|national (id|insurance)"
        r"|номер\w* (счет\w*|договор\w*|паспорт\w*|полис\w*)|лицев\w+ счет\w*|паспорт\w*|инн|снилс"
        r"|numar\w* (de )?(cont|client|contract|pasaport)\w*|cnp\w*|cod\w* numeric|pasaport\w*"
        r"|buletin\w*"
        r"|(szamla|ugyfel|utlevel|szemelyi igazolvany|taj|ado)(szam|azonosito)\w*|szamlaszam\w*"
    ),
    "order": (
        r"(order|booking|ticket|case|reference|confirmation|tracking|invoice)"
        r"( (id|number|no|code))?"
        r"|user ?name|номер\w* (заказ\w*|заявк\w*|обращени\w*)|numar\w* (de )?(comanda|comenzii)"
        r"|(rendeles|foglalas)i?( |-)?(szam|azonosito)\w*"
    ),
    "post": r"zip( code)?|post(al)? ?code|индекс\w*|cod\w* postal|iranyitoszam\w*",
    "amount": (
        r"balance|total|amount|price|costs?|limit|сумм\w+|баланс\w*|остат\w+|стоимост\w+|стоит"
        r"|sold\w*|suma|pret\w*|costa|egyenleg\w*|osszeg\w*|ara|kerul"
    ),
    "iban": r"iban\w*|ибан\w*|i b a n",
}
#: Countries whose account numbers are IBANs.
IBAN_COUNTRIES = frozenset(
    """ad ae al at az ba be bg bh br by ch cr cy cz de dk do ee es fi fo fr gb ge gi gl gr gt hr hu
    ie il iq is it jo kw kz lb lc li lt lu lv mc md me mk mr mt mu nl no pk pl ps pt qa ro
    rs sa sc se si sk sm st sv tl tn tr ua va vg xk""".split()  # noqa: SIM905 - a list reads worse
)

#: Letters by their names, and by the words that pilots say: only beside letters and digits.
LETTER_NAMES = _words(
    """bee see cee dee eff gee aitch jay kay ell em en pea queue cue ar ess tee vee ex why zed zee
    alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike
    november oscar papa quebec romeo sierra tango uniform victor whiskey whisky x-ray xray yankee
    zulu double-u бэ вэ гэ дэ же зэ ка эль эм эн пэ эр эс тэ эф ха цэ че ша би си ди джи эйч джей
    кей кью ар ти ви икс игрек зет дабл-ю be ce de fe ge ha jé ka le me ne pe re se te ve ix zet
    er es el em en bé cé dé gé há ká pé té vé iksz ypszilon zé ef"""
)
#: Letters that are words as well.
ONE_LETTER_WORDS = _words("a i o e и а о я в с к у é ő á ó")

# --- e-mail -------------------------------------------------------------------------------

#: Said for "@". "la" and "at" are common words: only with a domain behind.
AT = _words("@ at собака собачка собачкой эт arond arong arondă kukac la")
#: Said for "@" in several words.
AT_PHRASES = (("a", "rond"), ("coada", "de", "maimuta"), ("at", "sign"))
#: Said for "." in an address.
DOT = _words(". dot точка punct pont period")
#: Said between the parts of a name: as dots, but never before a top-level domain.
JOINERS = DOT | _words(
    "underscore underline dash hyphen minus _ - подчеркивание подчёркивание тире дефис нижнее"
    " liniuță cratimă underscor alulvonás alsóvonás kötőjel"
)
#: Ends of a domain.
TOP = _words(
    """com net org ru ro hu md edu gov info io ua by eu co uk de fr biz me us ру ком рф нет орг бай
    юа ком."""
)
#: Houses that give addresses: enough of a domain by themselves.
PROVIDERS = _words(
    """gmail yahoo hotmail outlook icloud freemail citromail protonmail yandex rambler aol джимейл
    гмейл гмаил жмейл джимэйл яндекс мейл мэйл маил рамблер"""
)
#: Never part of the name before "@".
NO_NAME = _words(
    """is it's its my your his her our their email e-mail emails mail address the a an to at on in
    that that's thats and yes yeah okay ok so sure um uh please it you me send of for with
    was be as are this visit look contact us go find called would will can under name
    confirm have has got from working work works store shop arrive arrived back stay staying
    here there them i'm im we это моя мой почта почту адрес имейл емейл на да электронная
    электронную у меня вот запишите пишите отправьте ящик такая такой значит ну пришлите
    адресу и este e adresa email mail de la pe mea meu da trimite trimiteți emailul mailul
    și deci scrieți az a email címem cím ez igen e-mail címe küldje legyen szíves erre hogy
    és címre"""
)
