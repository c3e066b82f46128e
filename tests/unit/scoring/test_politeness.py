"""Ways of being polite and rude, by language: what shows each, and what only looks like it."""

import csv
from pathlib import Path
from statistics import mean

import pytest

from qa.language.parsing import nodes
from qa.scoring.politeness import lexicon, read, table

LANGUAGES = ("en", "ru", "ro", "hu")

# strategy, what shows it, a text in which it is not
RUSSIAN = [
    ("gratitude", "Благодарим вас за ожидание", "Это благо для всех"),
    ("greeting", "Добрый день, меня зовут Анна", "День был добрым"),
    ("apology", "Приносим извинения за задержку", "Это видно из вина"),
    ("please", "Назовите, пожалуйста, номер заказа", "Назовите номер заказа"),
    ("could_you", "Не могли бы вы назвать номер?", "Вы могли видеть номер"),
    ("can_you", "Вы можете подождать?", "Мочь и хотеть"),
    ("ask_agency", "Разрешите уточнить адрес", "Уточнили адрес"),
    ("indirect", "Хотелось бы уточнить адрес", "Хочу уточнить адрес"),
    ("acknowledgement", "Я понимаю, это неприятно", "Непонятный вопрос"),
    ("reassurance", "Не беспокойтесь, всё в порядке", "Беспокойный день"),
    ("ownership", "Сейчас уточню и перезвоню", "Уточнения нет"),
    ("good_wishes", "Всего доброго!", "Доброго совета не дали"),
    ("formal_address", "Ваш заказ готов", "Заказ готов"),
    ("informal_address", "Ты заказывал это?", "Вы заказывали это?"),
    ("informal_address", "Позвони завтра", "Позвоните завтра"),
    ("informal_address", "Что хочешь?", "Что хотите?"),
    ("bare_command", "Перезагрузите роутер", "Перезагрузите, пожалуйста, роутер"),
    ("bare_command", "Ждите", "Вы ждёте"),
    ("why", "Зачем это нужно?", "Это нужно"),
    ("why_you", "Почему вы не позвонили?", "Почему это так?"),
    ("obligation", "Вы должны были позвонить", "Мы долго звонили"),
    ("negative", "Это неправильно", "Это правило"),
    ("rude", "Отстаньте, идиоты", "Остановка здесь"),
    ("could_you", "Не подскажете адрес?", "Вы не видите адреса"),
    ("prohibition", "Не трогайте настройки", "Не волнуйтесь"),
    ("prohibition", "Не пишите сюда больше", "Не вешайте, пожалуйста, трубку"),
    ("accusation", "Вы не ответили на письмо", "Вы не получали письма?"),
    ("negative_question", "Вы не получали письма?", "Вы получали письмо?"),
    ("first_person_start", "Мне нужен адрес", "Адрес нужен мне"),
    ("second_person_start", "Вы звонили вчера", "Звонили вы вчера"),
    ("factuality", "На самом деле всё иначе", "Самое дело"),
]
ROMANIAN = [
    ("gratitude", "Vă mulțumesc pentru răbdare", "Mulțimea este mare"),
    ("gratitude", "Va multumim", "Multimea e mare"),
    ("greeting", "Bună ziua, numele meu este Ana", "O zi cu soare"),
    ("apology", "Ne pare rău pentru întârziere", "Pare un om tânăr"),
    ("please", "Spuneți-mi numărul, vă rog", "Spuneți-mi numărul"),
    ("could_you", "Ați putea să așteptați?", "Putem aștepta"),
    ("indirect", "Aș dori să verific adresa", "Doresc să verific adresa"),
    ("acknowledgement", "Înțeleg situația", "Situația e clară"),
    ("reassurance", "Nu vă faceți griji", "Ne facem griji"),
    ("ownership", "Voi verifica imediat", "Verificarea e gata"),
    ("good_wishes", "O zi bună!", "O zi lungă"),
    ("formal_address", "Comanda dumneavoastră este gata", "Comanda este gata"),
    ("informal_address", "Ce vrei?", "Ce vreți?"),
    ("informal_address", "Comanda ta, tu știi", "Comanda este gata"),
    ("bare_command", "Așa, citiți contractul", "Citiți contractul, vă rog"),
    ("why", "De ce întrebați?", "Despre ce este vorba?"),
    ("negative", "E o prostie", "E o problemă"),
    ("rude", "Taci odată", "Tacit, fără vorbe"),
    ("could_you", "M-ați putea ajuta?", "Putea fi mai bine"),
    ("accusation", "Nu ați răspuns la scrisoare", "Nu am răspuns la scrisoare"),
    ("negative_question", "Nu credeți că e târziu?", "Credeți că e târziu?"),
]
HUNGARIAN = [
    ("gratitude", "Köszönjük a türelmét", "Közöljük a számot"),
    ("greeting", "Jó napot kívánok", "A nap süt"),
    ("apology", "Elnézést kérek a késésért", "Néz és kér"),
    ("please", "Kérem, mondja meg a számát", "Mondja meg a számát"),
    ("could_you", "Tudna várni egy percet?", "Vár egy percet"),
    ("indirect", "Szeretném ellenőrizni a címet", "Ellenőrzöm a címet"),
    ("acknowledgement", "Megértem a helyzetet", "A helyzet ez"),
    ("reassurance", "Semmi gond, megoldjuk", "Gond van"),
    ("ownership", "Azonnal utánanézek", "Azonnal"),
    ("good_wishes", "További szép napot!", "Szép volt"),
    ("formal_address", "Ön rendelte ezt?", "Ezt rendelték?"),
    ("informal_address", "Te rendelted ezt?", "Ki rendelte ezt?"),
    ("bare_command", "Várj", "Kérlek, várj"),
    ("why", "Miért kérdezi?", "Mit kérdez?"),
    ("negative", "Ez hülyeség", "Ez hűvös"),
    ("rude", "Fogd be", "Fogd meg"),
    ("could_you", "Megnéznéd a számlát?", "Menned kell"),
    ("could_you", "Kérlek, átküldenétek?", "Az internetek lassúak"),
    ("indirect", "Javasolnám a másikat", "A környék szép"),
    ("first_person", "Megkaptam a levelet", "Megkapta a levelet"),
    ("prohibition", "Ne írj többet", "Ne aggódjon"),
    ("prohibition", "Ne nyúlj hozzá", "Kérem, ne nyúljon hozzá"),
    ("accusation", "Nem válaszoltál a levélre", "Nem jött levél"),
    ("negative_question", "Nem kaptál levelet?", "Kaptál levelet?"),
]
SIGNS = [
    ("insistence", "Wo ist das??", "Wo ist das?"),
    ("quoting", "Ihre „Hilfe“", "Ihre Hilfe"),
    ("smiley", "Gern :)", "Gern: (ja)"),
]
ENGLISH_WORDS = [
    ("gratitude", "Thanks for waiting", "The tank is full"),
    ("deference", "Good question", "It is not good"),
    ("greeting", "Hello, this is Anna", "I said hello"),
    ("apology", "We apologise for the delay", "The delay is long"),
    ("please", "Tell me your name, please", "It is pleasing"),
    ("indirect", "I was wondering about it", "I wonder"),
    ("acknowledgement", "I understand that it hurts", "They never understood"),
    ("reassurance", "No problem at all", "There is a problem"),
    ("good_wishes", "Have a nice day", "A nice day it was"),
    ("let_me_know", "Let me know how it went", "Do you know it"),
    ("rude", "Shut up", "We shut it at five"),
    ("factuality", "Actually it was sent", "The act was good"),
]
ENGLISH_ASKING = [
    ("could_you", "Could you tell me the number?", "You could tell me the number."),
    ("could_you", "Would you please wait?", "I would wait."),
    ("can_you", "Can you wait?", "You can wait."),
    ("ask_agency", "May I have your name?", "It may have a name."),
    ("ask_agency", "Let me check that.", "They let me in."),
    ("give_agency", "You can choose either.", "You cannot choose."),
]
ENGLISH_TELLING = [
    ("obligation", "You should call them.", "We should call them."),
    ("obligation", "You need to call them.", "I need your name."),
    ("accusation", "You did not send it.", "We did not send it."),
    ("accusation", "You keep calling us.", "We keep it."),
    ("why_you", "Why did you do that?", "Why did that happen?"),
    ("bare_command", "Restart the router.", "Please restart the router."),
    ("bare_command", "Send it today.", "I will send it today."),
    ("prohibition", "Do not call again.", "Do not worry."),
    ("prohibition", "Stop calling us.", "It will stop tomorrow."),
    ("negative_question", "Can't you read it?", "I can't read it."),
    ("second_person_start", "You sent it twice.", "Have you sent it?"),
    ("direct_start", "But it was sent.", "It was sent, but late."),
]


def names(text, language, words=None):
    return {s.name for s in read(text, language, nodes=words).strategies}


class TestWords:
    @pytest.mark.parametrize(("strategy", "shows", "near"), RUSSIAN)
    def test_russian(self, strategy, shows, near):
        assert strategy in names(shows, "ru")
        assert strategy not in names(near, "ru")

    @pytest.mark.parametrize(("strategy", "shows", "near"), ROMANIAN)
    def test_romanian(self, strategy, shows, near):
        assert strategy in names(shows, "ro")
        assert strategy not in names(near, "ro")

    @pytest.mark.parametrize(("strategy", "shows", "near"), HUNGARIAN)
    def test_hungarian(self, strategy, shows, near):
        assert strategy in names(shows, "hu")
        assert strategy not in names(near, "hu")

    @pytest.mark.parametrize(("strategy", "shows", "near"), ENGLISH_WORDS)
    def test_english(self, strategy, shows, near):
        assert strategy in names(shows, "en")
        assert strategy not in names(near, "en")

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(("strategy", "shows", "near"), SIGNS)
    def test_signs_are_the_same_everywhere(self, strategy, shows, near, language):
        assert strategy in names(shows, language)
        assert strategy not in names(near, language)

    @pytest.mark.parametrize(
        ("language", "formula"),
        [("ru", "Не могли бы вы подождать?"), ("en", "No problem"), ("ro", "Nicio problemă")],
    )
    def test_a_no_within_something_kind_denies_nothing(self, language, formula):
        assert "negation" not in names(formula, language)

    def test_a_language_without_lists_is_not_read(self):
        assert read("Guten Tag", "de") is None

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_strategy_of_the_lists_has_a_weight(self, language):
        assert set(lexicon(language).words.strategies) <= set(table().strategies)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_evidence_is_cut_out_of_the_text(self, language):
        text = "Здравствуйте… Vă mulțumim! Köszönöm\u200b szépen, thank\u2019s ё [NAME_1]??"
        for found in read(text, language).strategies:
            assert 0 <= found.start < found.end <= len(text)


@pytest.mark.slow
class TestStructure:
    @pytest.mark.parametrize(("strategy", "shows", "near"), ENGLISH_ASKING)
    def test_asking(self, parsers, strategy, shows, near):
        parse = parsers.get("en").pieces
        assert strategy in names(shows, "en", nodes(parse(shows)))
        assert strategy not in names(near, "en", nodes(parse(near)))

    @pytest.mark.parametrize(("strategy", "shows", "near"), ENGLISH_TELLING)
    def test_telling(self, parsers, strategy, shows, near):
        parse = parsers.get("en").pieces
        assert strategy in names(shows, "en", nodes(parse(shows)))
        assert strategy not in names(near, "en", nodes(parse(near)))

    def test_the_same_turn_reads_the_same(self, parsers):
        text = "Could you please tell me why you have not called us?"
        parse = parsers.get("en").pieces
        assert read(text, "en", nodes=nodes(parse(text))) == read(
            text, "en", nodes=nodes(parse(text))
        )


#: What people at work must say and ask; none of it may cost them anything.
AT_WORK = [
    ("ru", "Вы не получали от нас сообщение?"),
    ("ru", "Откуда вы звоните?"),
    ("ru", "Чем вы пользуетесь, телефоном или компьютером?"),
    ("ru", "Не вешайте, пожалуйста, трубку."),
    ("ru", "Заявка будет готова довольно быстро."),
    ("ru", "Вам хватит двух минут."),
    ("ro", "De când nu funcționează internetul?"),
    ("ro", "Produsul nu mai este disponibil, îmi pare rău."),
    ("ro", "Coletul ajunge mâine."),
    ("ro", "Cine v-a sunat?"),
    ("hu", "Mikor érkezett meg a csomag?"),
    ("hu", "A felület magyarul van."),
    ("hu", "Kérem, ne tegye le."),
    ("hu", "Ki hívta önt?"),
]


@pytest.mark.parametrize(("language", "text"), AT_WORK)
def test_a_question_or_news_at_work_is_not_rude(language, text):
    assert read(text, language).total >= -0.25


@pytest.mark.parametrize("language", ["ru", "ro", "hu"])
def test_requests_come_in_the_order_that_their_writer_meant(language):
    """Invented requests between volunteers, -2 (rude) to 2 (polite), in the folder beside."""
    file = Path(__file__).parent / "politeness" / f"{language}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(float(r["score"]), r["sentence"]) for r in csv.DictReader(lines)]
    totals = [(score, read(text, language, register="plain").total) for score, text in rows]
    kind = [total for score, total in totals if score > 0]
    harsh = [total for score, total in totals if score < 0]
    above = sum((k > h) + (k == h) / 2 for k in kind for h in harsh) / len(kind) / len(harsh)
    assert above >= 0.95
    plain = [total for score, total in totals if score == 0]
    assert mean(harsh) < mean(plain) < mean(kind)


class TestTable:
    def test_the_scale_never_falls(self):
        levels = [table().level(x / 4) for x in range(-20, 25)]
        assert levels == sorted(levels)
        assert (levels[0], levels[-1]) == (0.0, 1.0)

    def test_the_cut_is_the_middle_of_the_scale(self):
        assert table().level(0.0) == 0.5

    def test_a_strategy_counts_once_however_often_it_is_said(self):
        once, often = read("Пожалуйста", "ru"), read("Пожалуйста, пожалуйста", "ru")
        assert once.total == often.total

    def test_a_question_that_a_job_asks_is_not_rude(self):
        text = "Почему заказ не пришёл, какая ошибка?"
        assert read(text, "ru", register="agent").level >= 0.5
        assert read(text, "ru", register="plain").level < 0.5

    @pytest.mark.parametrize(
        ("language", "politer", "ruder"),
        [
            ("ru", "Не могли бы вы подождать, пожалуйста?", "Ждите."),
            ("ru", "Извините за ожидание, я уточню.", "Ты сам виноват."),
            ("ro", "Ați putea aștepta puțin, vă rog?", "Taci și așteaptă."),
            ("hu", "Tudna várni egy percet, kérem?", "Fogd be és várj."),
        ],
    )
    def test_a_politer_turn_stands_higher(self, language, politer, ruder):
        assert read(politer, language).level > read(ruder, language).level


def test_the_docs_show_the_weights_as_they_are():
    page = Path(__file__).parents[3] / "docs/explanation/politeness.md"
    text = page.read_text("utf-8")
    rows = [
        f"| `{n}` | {w.about} | {w.plain:g} | {w.agent:g} |" for n, w in table().strategies.items()
    ]
    assert [r for r in rows if r not in text] == []
    sums, levels = zip(*table().scale, strict=True)
    assert "| sum | " + " | ".join(f"{x:g}" for x in sums) + " |" in text
    assert "| level | " + " | ".join(f"{x:g}" for x in levels) + " |" in text
