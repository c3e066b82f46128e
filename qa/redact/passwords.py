"""Passwords and secret words: asked for and answered, or told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.records import SafeTurn, Turn
from qa.redact.asking import POLITE, Phrases, answers, behind, hidden, joined_words
from qa.redact.forms import common_words
from qa.redact.found import Found
from qa.redact.tokens import Row
from qa.redact.words import FILLERS

KIND = "PASSWORD"
#: Words of a password that is said, and of an answer with one.
_LONGEST, _ANSWER, _SHORT = 5, 8, 4
#: Words of a turn that asks by naming it alone, without a mark: "and the password".
_BARE_WORDS = 3
#: Letters of a word that is one again when it is said later, and turns in which it is.
_AGAIN, _AGAIN_TURNS = 4, 4

_THING = (
    r"(?:password|pass ?phrase|(?:memorable|security|secret|code) ?word"
    r"|парол[ьяю]|(?:кодов|секретн|контрольн)\w+ слов\w+"
    r"|parol\w+|cuvant\w*(?: de)? (?:secret|cheie|securitate|control)\w*"
    r"|jelszo\w*|jelszav\w+|jelige\w*|biztonsagi szo\w*)"
)
_BARE = Phrases(rf"(?<!\w)(?:{_THING})(?!\w)")
_ASK = Phrases(
    r"(?<!\w)(?:(?:what(?: is|'s|s)?|which|tell me|give me|have|confirm|take|and|say|need|me)"
    r" (?:is )?(?:your|the|a) (?:\w+ ){0,2}?"
    r"|(?:назовите|скажите|како[йе]|продиктуйте|подскажите|сообщите)(?: \w+){0,3}? "
    r"|(?:care este|care e|spuneti|spune|dictati|ce)(?: \w+){0,2}? "
    rf"|(?:mi|mondja|megmondana|mondana|kerem|adja|diktalja)(?: \w+){{0,2}}? )(?:{_THING})(?!\w)"
)
_TELL = Phrases(
    rf"(?<!\w)(?:(?:my|the|our)(?: \w+)? )?{_THING}"
    r"(?: (?:\w+ )??(?:is|это|такой|такое|este|e|az|ez))?(?!\w)"
)
#: An answer or a sentence with one of these tells none.
_NONE = re.compile(
    r"(?<!\w)(?:not|no|don'?t|can'?t|cannot|didn'?t|isn'?t|doesn'?t|won'?t|forg\w+|remember\w*|know"
    r"|reset\w*|chang\w+|wrong|incorrect|expired|invalid|locked|blocked|new|moment|minute|second"
    r"|wait|hold|why|send|sent|enter\w*|wrote|written|try|tried|typ\w+|work\w*|click\w*|link|email"
    r"|не|нет|забыл\w*|помню|знаю|сброс\w*|смен\w+|измен\w+|менял\w*|восстан\w+|неверн\w+|нов\w+|истек\w*"
    r"|минут\w*|секунд\w*|подожд\w+|сейчас|приход\w+|прислал\w*|ввожу|ввел\w*|зачем|устарел\w*"
    r"|nu|uitat\w*|stiu|amintesc|reset\w*|schimb\w+|gresit\w*|incorect\w*|expirat\w*|noua|moment"
    r"|clipa|introdu\w+|trimi\w+|merge"
    r"|nem|elfelejt\w+|emleksz\w+|tudom|visszaall\w+|valtoz\w+|modosit\w*|rossz|hibas|lejart|uj"
    r"|pillanat\w*|varjon|beirtam|kuld\w+|mukod\w+)(?!\w)"
)
#: Said before the word itself, and behind it.
_YES = frozenset(["yes", "yeah", "да", "ага", "da", "igen"])
_LEAD = frozenset(
    """it it's its is yes yeah sure okay ok so um uh the my password word right of course well да
    это так пароль мой слово кодовое конечно ну вот такой такое parola mea este e da sigur cuvantul
    deci pai az a igen jelszavam jelszo ez persze hat the and и si es""".split()  # noqa: SIM905
)
_STOP = frozenset(
    """the a an being required correct right fine secure saved too very also only just still always
    never good case same what where that this at in on for from and or but so to if
    от для на был была есть у и или но если за по при с в como ca la pe in din si sau dar care de
    bun corect volt van jo mar is es vagy hogy ha kell mindig""".split()  # noqa: SIM905
)
_CLAUSE = re.compile(r"[,;.!?]")


def find_passwords(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[tuple[int, int]]
) -> Iterator[Found]:
    """Yield the passwords, and where they are said again."""
    for i, row in enumerate(tokens):
        if hidden(row, KIND):
            continue
        told = list(_told(turns[i], row, i))
        for hit in told:
            yield from _with_again(tokens, hit, taken)
        if told:
            continue
        asked, sure = _asked(turns[i], row)
        for j in answers(turns, tokens, i, asked, patient=False) if asked >= 0 else ():
            if hidden(tokens[j], KIND):
                break
            reach = _answer(tokens[j], sure=sure)
            if reach:
                yield from _with_again(tokens, Found(KIND, j, *reach), taken)
            if reach or tokens[j].once(_denies):
                break


def _asked(turn: Turn | SafeTurn, row: Row) -> tuple[int, bool]:
    """Return the last word that asks for a password, and whether it surely does; -1 for none."""
    asks = [(b, True) for _, b in row.once(_ASK)]
    bare = row.once(_BARE)
    asks += [(b, True) for _, b in bare if "?" in behind(turn, row, b)]
    asks += [
        (b, False) for _, b in bare if "?" in turn.text[row[b].end :] or len(row) <= _BARE_WORDS
    ]
    if not asks or row.once(_denies):
        return -1, False
    return asks[0]


def _answer(row: Row, *, sure: bool) -> tuple[int, int] | None:
    """Return the words of an answer that are the password; None where it has none.

    Of a question that may be another one ("is the password on the router?"), an answer is one
    only where it is short and neither a yes nor a no.
    """
    words = row.words
    if len(words) > _ANSWER + _LONGEST or row.once(_denies):
        return None
    first, last = 0, len(words) - 1
    while first <= last and words[first] in _LEAD:
        first += 1
    while last >= first and words[last] in POLITE:
        last -= 1
    said = words[first : last + 1]
    most = _ANSWER if sure else _SHORT
    if not 0 < len(said) <= most or (not sure and not _YES.isdisjoint(words[:first])):
        return None
    common = [w in common_words() or w in FILLERS for w in said]
    return None if all(common) or (not sure and common[0]) else (first, last)


def _denies(row: Row) -> bool:
    return _NONE.search(row.once(joined_words)) is not None


def _told(turn: Turn | SafeTurn, row: Row, i: int) -> Iterator[Found]:
    """Yield what is told in the same turn: "my password is ...", «пароль: ...»."""
    words = row.words
    for first, last in row.once(_TELL):
        start = last + 1
        sure = ":" in behind(turn, row, last) or words[last] in {
            "is",
            "это",
            "este",
            "e",
            "az",
            "ez",
        }
        sure = sure or words[last] in {"такой", "такое", "jelszavam"}
        if start >= len(row) or not sure or "?" in behind(turn, row, last):
            continue
        end = start
        while end + 1 < len(row) and end - start < _LONGEST - 1:
            goes_on = row[end].member and end + 2 < len(row) and row[end + 2].member  # "și cinci"
            stop = words[end + 1] in _STOP | POLITE and not goes_on
            if _CLAUSE.search(behind(turn, row, end)) or stop:
                break
            end += 1
        said = " ".join(words[start : end + 1])
        if (
            words[start] in _STOP
            or _NONE.search(said)
            or _NONE.search(" ".join(words[first:start]))
        ):
            continue
        yield Found(KIND, i, start, end)


def _with_again(tokens: Sequence[Row], hit: Found, taken: set[tuple[int, int]]) -> Iterator[Found]:
    """Yield a password and its words where they are said again soon, as by the other side."""
    yield hit
    said = {t.word for t in tokens[hit.turn][hit.first : hit.last + 1]}
    rare = {w for w in said if len(w) >= _AGAIN and w not in common_words() and w not in FILLERS}
    for j in range(hit.turn + 1, min(hit.turn + 1 + _AGAIN_TURNS, len(tokens))):
        for k, token in enumerate(tokens[j]):
            if token.word in rare and not token.member and (j, k) not in taken:
                yield Found(KIND, j, k, k)
