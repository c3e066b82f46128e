"""What people say around personal data, and invented data, in four languages.

Written by us. The names are common ones put together at random; no recogniser of ours reads
this list.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DIGITS = {
    "en": _words("zero one two three four five six seven eight nine"),
    "ru": _words("ноль один два три четыре пять шесть семь восемь девять"),
    "ro": _words("zero unu doi trei patru cinci șase șapte opt nouă"),
    "hu": _words("nulla egy kettő három négy öt hat hét nyolc kilenc"),
}
TEENS = {
    "en": _words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
    "ru": _words(
        "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать "
        "семнадцать восемнадцать девятнадцать"
    ),
    "ro": _words(
        "zece unsprezece doisprezece treisprezece paisprezece cincisprezece șaisprezece "
        "șaptesprezece optsprezece nouăsprezece"
    ),
    "hu": _words(
        "tíz tizenegy tizenkettő tizenhárom tizennégy tizenöt tizenhat tizenhét tizennyolc "
        "tizenkilenc"
    ),
}
TENS = {
    "en": _words("twenty thirty forty fifty sixty seventy eighty ninety"),
    "ru": _words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"),
    "ro": _words("douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci"),
    "hu": _words("húsz harminc negyven ötven hatvan hetven nyolcvan kilencven"),
}
JOIN = {"en": "{} {}", "ru": "{} {}", "ro": "{} și {}", "hu": "{}{}"}
DOUBLE = {"en": "double", "ro": "dublu", "hu": "dupla"}

ON = {
    "en": ["Yes, go on.", "Mhm.", "Okay, and then?", "Right, carry on."],
    "ru": ["Так, дальше.", "Угу.", "Да, слушаю.", "Записываю, дальше."],
    "ro": ["Da, vă ascult.", "Mhm.", "Bine, mai departe.", "Așa, și apoi?"],
    "hu": ["Igen, hallgatom.", "Ühüm.", "Jó, tovább.", "Értem, és aztán?"],
}
SORRY = {
    "en": ["no, sorry,", "no, wait,", "I mean"],
    "ru": ["нет, простите,", "ой, нет,", "точнее"],
    "ro": ["nu, scuze,", "stați, nu,", "adică"],
    "hu": ["nem, bocsánat,", "várjon, nem,", "vagyis"],
}
THANKS = {
    "en": ["Thank you, that is noted.", "Perfect, I have that.", "Great, one moment please."],
    "ru": ["Спасибо, записала.", "Отлично, минуту.", "Хорошо, вижу."],
    "ro": ["Mulțumesc, am notat.", "Perfect, un moment, vă rog.", "Bine, am găsit."],
    "hu": ["Köszönöm, felírtam.", "Rendben, egy pillanat.", "Jó, megvan."],
}
ASK = {
    "card": {
        "en": ["Could you read me the card number?", "What is the long number on your card?"],
        "ru": ["Продиктуйте, пожалуйста, номер карты.", "Какой номер вашей карты?"],
        "ro": ["Îmi spuneți numărul cardului?", "Care este numărul de card, vă rog?"],
        "hu": ["Megmondaná a kártyaszámot?", "Mi a bankkártya száma?"],
    },
    "iban": {
        "en": ["What is the IBAN, please?", "Which IBAN should we pay it to?"],
        "ru": ["Назовите, пожалуйста, IBAN.", "На какой IBAN перевести?"],
        "ro": ["Care este IBAN-ul, vă rog?", "În ce IBAN să virăm banii?"],
        "hu": ["Mi az IBAN száma?", "Melyik IBAN számra utaljuk?"],
    },
    "phone": {
        "en": ["What is the best number to reach you?", "Could I take a phone number?"],
        "ru": ["Ваш номер телефона?", "По какому телефону перезвонить?"],
        "ro": ["Ce număr de telefon aveți?", "La ce telefon vă sunăm?"],
        "hu": ["Milyen telefonszámon érhetem el?", "Megadna egy telefonszámot?"],
    },
    "pin": {
        "en": ["And the security code on the back?", "What is your telephone PIN?"],
        "ru": ["И три цифры на обороте?", "Назовите код из смс."],
        "ro": ["Și codul de securitate de pe spate?", "Care este codul din SMS?"],
        "hu": ["És az ellenőrző kód a hátoldalon?", "Mi az SMS kód?"],
    },
    "id": {
        "en": ["Your social security number?", "Could I have the passport number?"],
        "ru": ["Номер паспорта, пожалуйста.", "Продиктуйте ваш СНИЛС."],
        "ro": ["Care este codul numeric personal?", "Îmi dictați CNP-ul?"],
        "hu": ["Mi a személyi igazolvány száma?", "Kérem a TAJ számát."],
    },
    "email": {
        "en": ["What is your email address?", "Which email should I send it to?"],
        "ru": ["Какая у вас электронная почта?", "На какой имейл отправить?"],
        "ro": ["Ce adresă de email aveți?", "Pe ce email trimit?"],
        "hu": ["Mi az e-mail címe?", "Melyik e-mail címre küldjem?"],
    },
    "name": {
        "en": ["May I have your full name?", "Who am I speaking with?"],
        "ru": ["Как вас зовут?", "Назовите имя и фамилию."],
        "ro": ["Cum vă numiți?", "Îmi spuneți numele complet?"],
        "hu": ["Hogy hívják?", "Megkérdezhetem a teljes nevét?"],
    },
}
TELL = {
    "card": {
        "en": ["I will pay by card, the card number is", "My card number is"],
        "ru": ["Номер карты", "Заплачу картой, номер карты"],
        "ro": ["Numărul cardului este", "Plătesc cu cardul, numărul de card e"],
        "hu": ["A kártyaszámom", "Kártyával fizetek, a kártyaszám"],
    },
    "iban": {
        "en": ["Please pay it to IBAN", "The IBAN is"],
        "ru": ["Мой IBAN", "Переведите на IBAN"],
        "ro": ["IBAN-ul meu este", "Virați în IBAN"],
        "hu": ["Az IBAN számom", "Az IBAN"],
    },
    "phone": {
        "en": ["You can call me back on", "My mobile number is"],
        "ru": ["Перезвоните мне по номеру", "Мой телефон"],
        "ro": ["Mă puteți suna la", "Telefonul meu este"],
        "hu": ["Hívjon vissza a", "A telefonszámom"],
    },
    "pin": {
        "en": ["The security code is", "My PIN is"],
        "ru": ["Код безопасности", "Мой пин-код"],
        "ro": ["Codul de securitate este", "Codul PIN e"],
        "hu": ["A biztonsági kód", "A PIN kódom"],
    },
    "id": {
        "en": ["My passport number is", "My social security number is"],
        "ru": ["Паспорт", "Мой СНИЛС"],
        "ro": ["Codul numeric personal este", "CNP-ul meu e"],
        "hu": ["A személyi igazolvány számom", "A TAJ számom"],
    },
    "email": {
        "en": ["My email is", "Send it to"],
        "ru": ["Моя почта", "Пришлите на"],
        "ro": ["Adresa mea de email este", "Trimiteți pe"],
        "hu": ["Az e-mail címem", "Küldje erre:"],
    },
    "name": {
        "en": ["Hello, my name is", "This is"],
        "ru": ["Здравствуйте, меня зовут", "Моя фамилия и имя"],
        "ro": ["Bună ziua, mă numesc", "Numele meu este"],
        "hu": ["Jó napot, a nevem", "Üdvözlöm,"],
    },
}
#: Names in the middle of what is said: before and after.
NAME_SAID = {
    "en": [
        ("Yesterday I talked to", "about the invoice."),
        ("Thank you,", "I have found your order."),
        ("The parcel is for", "my neighbour."),
        ("My husband", "signed the contract."),
    ],
    "ru": [
        ("Вчера мне звонила", "из вашего отдела."),
        ("Спасибо,", "я нашла ваш заказ."),
        ("Договор подписывал", "мой муж."),
        ("Да,", "я вас слушаю."),
    ],
    "ro": [
        ("Ieri am vorbit cu", "despre factură."),
        ("Mulțumesc,", "am găsit comanda."),
        ("Coletul este pentru", "vecina mea."),
        ("Contractul l-a semnat", "soțul meu."),
    ],
    "hu": [
        ("Tegnap beszéltem", "kollégájukkal a számláról."),
        ("Köszönöm,", "megtaláltam a rendelését."),
        ("A csomagot", "veszi át, a szomszédom."),
        ("A szerződést", "írta alá, a férjem."),
    ],
}
GIVEN = {
    "en": (
        _words("Oliver Harvey Leon Edgar Callum Desmond Rupert Trevor Malcolm Barnaby"),
        _words("Imogen Beatrice Phoebe Harriet Maureen Tamsin Sylvia Georgina Nadine Rosalind"),
    ),
    "ru": (
        _words("Аркадий Виталий Геннадий Руслан Тимофей Валерий Егор Станислав Игнат Лев"),
        _words("Светлана Людмила Галина Оксана Алевтина Инна Зоя Вероника Раиса Полина"),
    ),
    "ro": (
        _words("Răzvan Octavian Silviu Cosmin Horia Ilie Laurențiu Dorin Valentin Petru"),
        _words("Luminița Ruxandra Doina Viorica Raluca Camelia Ileana Smaranda Otilia Crina"),
    ),
    "hu": (
        _words("Zsolt Gergely Balázs Csaba Attila Botond Levente Szilárd Vilmos Bence"),
        _words("Ildikó Zsuzsanna Orsolya Réka Piroska Hajnalka Tünde Boglárka Emőke Katalin"),
    ),
}
SURNAMES = {
    "en": _words(
        "Ashworth Fairbrother Pemberton Thistlewood Hargreaves Lockwood Whitcombe Bradshaw "
        "Penhaligon Osgood Redfern Tunstall Winterbourne Cartwright Holloway Marchbanks"
    ),
    "ru": _words(
        "Кузнецов Орехов Воробьев Медведев Ширяев Калашников Белозеров Тихонов Жаворонков "
        "Островский Полянский Гусев Сафонов Литвинов Черкасов Устинов"
    ),
    "ro": _words(
        "Munteanu Ciobanu Vasilescu Lăzărescu Dragomir Cojocaru Stănciulescu Bălan Rusnac "
        "Pătrașcu Grigorescu Olteanu Moldovan Țurcanu Zamfirescu Neagu"
    ),
    "hu": _words(
        "Szabó Horváth Kerekes Fazekas Bognár Lengyel Szentgyörgyi Pásztor Vadász Gulyás "
        "Csordás Juhász Mészáros Takács Halmos Szűcs"
    ),
}
MAIL_WORDS = {
    "en": _words("edgar tulip redfern river lockwood maple harbour"),
    "ru": _words("arkadiy sirius volga ryabina orehov zarya sokol"),
    "ro": _words("razvan soare munteanu brad dorin izvor crina"),
    "hu": _words("zsolt tavasz kerekes duna botond liget emoke"),
}
HOUSES = {
    "en": [("gmail", "com"), ("example", "org"), ("outlook", "com")],
    "ru": [("yandex", "ru"), ("mail", "ru"), ("example", "com")],
    "ro": [("yahoo", "com"), ("example", "ro"), ("gmail", "com")],
    "hu": [("freemail", "hu"), ("citromail", "hu"), ("gmail", "com")],
}
#: Said for "@" and for ".".
LETTERS_AT = {
    "en": ("at", "dot"),
    "ru": ("собака", "точка"),
    "ro": ("arond", "punct"),
    "hu": ("kukac", "pont"),
}
#: Sums, dates, times and counts, which stay.
AMOUNTS = {
    "en": [
        "forty five pounds",
        "$129.90",
        "two hundred dollars",
        "the third of May",
        "half past four",
        "six business days",
        "12 May 2026",
        "three parcels",
        "1,250 euros",
        "24 hours",
    ],
    "ru": [
        "сорок пять рублей",
        "1290 рублей",
        "двести долларов",
        "третье мая",
        "половина пятого",
        "шесть рабочих дней",
        "12 мая 2026 года",
        "три посылки",
        "1250 евро",
        "24 часа",
    ],
    "ro": [
        "patruzeci și cinci de lei",
        "1.290 lei",
        "două sute de euro",
        "trei mai",
        "patru și jumătate",
        "șase zile lucrătoare",
        "12 mai 2026",
        "trei colete",
        "1250 de euro",
        "24 de ore",
    ],
    "hu": [
        "negyvenöt euró",
        "12 900 forint",
        "kétszáz dollár",
        "május harmadika",
        "fél öt",
        "hat munkanap",
        "2026. május 12.",
        "három csomag",
        "1250 euró",
        "24 óra",
    ],
}
#: A question of the agent and an answer, without personal data.
SMALL_TALK = {
    "en": [
        ("So that would be {amount}, is that all right?", "Yes, {amount} is fine with me."),
        ("Is there anything else I can help you with today?", "No, that was all, thanks a lot."),
        ("I can see that the delivery is late by {amount}.", "Well, that is really annoying."),
        ("Have you tried switching the router off and on?", "I did that twice this morning."),
        ("The Premium plan includes the Grand Sport channels.", "What about the Basic one?"),
        ("Our Monday offer from Northwind is still open.", "Let me think about it until Friday."),
        ("May I put you on hold for a moment?", "Sure, take your time."),
    ],
    "ru": [
        ("Тогда получается {amount}, вам подходит?", "Да, {amount} меня устраивает."),
        ("Чем ещё могу помочь?", "Больше ничем, спасибо большое."),
        ("Вижу, что доставка задерживается на {amount}.", "Ну это же просто безобразие."),
        ("Вы пробовали выключить и включить роутер?", "Утром два раза выключала."),
        ("В тариф «Премиум» входят каналы «Спорт Гранд».", "А в базовый?"),
        ("Акция от Северного Ветра действует до понедельника.", "Подумаю до пятницы."),
        ("Могу я перевести вас на удержание?", "Да, конечно, подожду."),
    ],
    "ro": [
        ("Deci ar fi {amount}, este în regulă?", "Da, {amount} e bine pentru mine."),
        ("Vă mai pot ajuta cu ceva astăzi?", "Nu, asta a fost tot, mulțumesc."),
        ("Văd că livrarea întârzie cu {amount}.", "Păi e chiar neplăcut."),
        ("Ați încercat să opriți și să porniți routerul?", "Da, de două ori azi dimineață."),
        ("Abonamentul Premium include canalele Sport Grand.", "Dar cel de bază?"),
        ("Oferta de luni de la Vântul Nordului e valabilă.", "Mă mai gândesc până vineri."),
        ("Pot să vă las puțin în așteptare?", "Sigur, nicio grabă."),
    ],
    "hu": [
        ("Akkor ez {amount} lenne, megfelel?", "Igen, {amount} rendben van."),
        ("Segíthetek még valamiben?", "Nem, ennyi volt, köszönöm szépen."),
        ("Látom, hogy a szállítás késik, {amount}.", "Hát ez elég bosszantó."),
        ("Próbálta már ki- és bekapcsolni a routert?", "Reggel kétszer is."),
        ("A Prémium csomagban benne van a Grand Sport csatorna.", "És az alapban?"),
        ("Az Északi Szél hétfői ajánlata még él.", "Péntekig gondolkodom rajta."),
        ("Tarthatom egy kicsit a vonalat?", "Persze, ráérek."),
    ],
}
