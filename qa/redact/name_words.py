"""Words around a name, in four languages: what a name follows, precedes or answers."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

from qa.language import load_pack, pack_languages
from qa.redact.forms import common_words, stems_of
from qa.redact.words import FILLERS, JOINERS, MONTHS, PROVIDERS, TOP, UNIT_WORDS, folded

Phrase = tuple[str, ...]


def _phrases(text: str) -> frozenset[Phrase]:
    return frozenset(tuple(folded(p).split()) for p in text.replace("\n", "|").split("|") if p)


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


#: What follows is a name, however it is written.
SURE = _phrases(
    """my name is|my name's|the name is|name's|name is|full name is|surname is|last name is
    first name is|your name is|i am called|they call me|speaking with|speak with|speaking to
    speak to|spoke to|spoke with|talked to|talked with|talking to|mr|mrs|ms|miss|mister|madam
    registered to|account holder is|in the name of|under the name of|under the name
    меня зовут|зовут меня|мое имя|моя фамилия|фамилия|имя и фамилия|фамилия и имя|вас зовут
    его зовут|ее зовут|зовут|господин|госпожа|гражданин|гражданка|на имя|по имени
    ma numesc|ma cheama|numele meu este|numele meu e|numele este|numele e|numele de familie este
    prenumele este|prenumele|pe numele|se numeste|va numiti|il cheama|o cheama|domnul|doamna
    domnisoara|domnu|dl|dna|domnule
    a nevem|nevem|a neve|neve|hivnak|engem ugy hivnak|ugy hivnak|a teljes nevem|vezeteknevem
    keresztnevem|nevu|neven|nevre"""
)
#: What follows is a name where it is written like one.
PERHAPS = _phrases(
    """this is|i am|i'm|you're|you are|and this is|ask for
    called by|signed by|hello|hi|dear|hey|good morning|good afternoon|good evening|thank you
    thanks|sorry|bye|goodbye|sir
    addressed to|delivered to|belongs to|contact|regards
    husband|wife|son|daughter|mother|father|brother|sister|neighbour|neighbor|colleague|friend
    boss|manager|partner|doctor|dr|father's|mother's|uncle|aunt|cousin|agent|operator|advisor
    это|я|вы|здравствуйте|добрый день|доброе утро|добрый вечер|привет|алло|спасибо|благодарю
    извините|простите|да|хорошо|конечно|уважаемый|уважаемая|дорогая|дорогой|звонила|звонил
    разговаривал с|разговаривала с|говорила с|говорил с|общалась с|общался с|подписывал
    подписывала|подписал|подписала|от имени|муж|жена|сын|дочь|мама|отец|папа|брат|сестра
    сосед|соседка|коллега|друг|подруга|начальник|начальница|оператор|менеджер|доктор|передайте
    sunt|eu sunt|aici|buna|buna ziua|buna seara|buna dimineata|salut|alo|multumesc|va multumesc
    scuze|da|bine|sigur|desigur|stimate|stimata|draga|vorbit cu|vorbesc cu|discutat cu
    semnat|l-a semnat|sunat|m-a sunat|sotul|sotia|sotul meu|sotia mea|fiul|fiul meu|fiica
    fiica mea|mama|tata|fratele|sora|vecinul|vecina|colegul|colega|prietenul|prietena|seful
    sefa|operatorul|operatoarea|doctorul|doamna doctor|semnata de|semnat de
    itt|en vagyok|jo napot|jo reggelt|jo estet|szia|hallo|udvozlom|udvozlet|koszonom|koszi|kosz
    elnezest|bocsanat|igen|rendben|jo|persze|kedves|tisztelt|beszeltem|ferjem|felesegem|fiam
    lanyom|anyam|apam|batyam|testverem|szomszedom|kollegam|baratom|baratnom|fonokom|kollegajuk
    a csomagot|a szerzodest|alairta|szerzodest|csomagot|szemelyesen"""
)
#: What comes before is a name where it is written like one.
AFTER = _phrases(
    """speaking|here|is my name|my husband|my wife|my son|my daughter|my mother|my father|my brother
    my sister|my neighbour|my neighbor|my colleague|my friend|my boss|from your|from the|signed
    told me|said that|promised|called me|answered|helped me|on the line
    меня зовут|на линии|слушаю|слушает|у телефона|мой муж|моя жена|мой сын|моя дочь|моя мама
    мой сосед|моя соседка|мой коллега|моя коллега|сказал|сказала|обещал|обещала|звонил|звонила
    из вашего|беспокоит|я вас слушаю|ваш оператор
    la telefon|ma numesc|la aparat|sotul meu|sotia mea|fiul meu|fiica mea|mama mea|tatal meu
    vecinul meu|vecina mea|colegul meu|colega mea|prietena mea|mi-a spus|mi-a promis|a semnat
    a sunat|a spus|a promis
    vagyok|ur|urral|urnak|asszony|asszonnyal|kisasszony|vagyunk|beszel|a nevem|hivnak|veszi|irta
    mondta|igerte|hivott|ferjem|felesegem|kollegajukkal|kollegajuk|kollegajaval|kolleganovel
    nevu|neven"""
)
#: Somebody is asked for a name.
ASKED = re.compile(
    r"(?<!\w)(?:"
    r"(your|the|full|first|last|sur|family|maiden|account holder'?s?) ?name|names? please|name\?"
    r"|who am i (speaking|talking)|who is (calling|this|speaking)|who'?s (calling|this|speaking)"
    r"|(whom?|what) (shall|should|may|can|do) i (say|call you|address)|call you|address you"
    r"|spell (that|it|your|the)"
    r"|вас зовут|зовут|ваше имя|имя|имени|имя и фамили\w+|фамили\w+|представьтесь|обращаться"
    r"|кто (это|говорит|звонит)|с кем (я )?(говорю|разговариваю)|фио|отчеств\w+|по буквам"
    r"|(va|te) (numiti|numesti|cheama)|numele|numelui|prenumele|cum (sa )?(va|ma) (adresez|numiti)"
    r"|cine (este|suna|e) (la telefon)?|cu cine (vorbesc|am onoarea)|pe litere|pe cine"
    r"|hivjak|hivhatom|szolithatom|nevet|neve|nevere|nevuk|kivel (beszelek|van szerencsem)"
    r"|ki (beszel|van|telefonal)|betuz\w+|kihez van szerencsem"
    r")(?!\w)"
)
#: A name of something else: not asked for a person's.
NO_PERSON = re.compile(
    r"user ?name|company name|product name|name of the (company|street|product|bank|shop|plan)"
    r"|street name|file name|domain name|названи\w+|имя пользовател\w+|numele (firmei|companiei|"
    r"produsului|strazii)|ceg neve|termek neve|utca neve|felhasznalonev\w*"
)
#: Words that are written with a capital, or begin a sentence, and are no names.
_NO_NAMES = _words(
    """agent operator customer client support service team desk bot the hello hi hey dear thanks
    thank thankyou yes no sure okay ok great perfect fine well good morning afternoon evening
    welcome sorry please monday tuesday wednesday thursday friday saturday sunday english russian
    romanian hungarian german french spanish italian american british european internet google
    facebook whatsapp viber telegram skype windows android iphone samsung apple microsoft zoom
    amazon visa mastercard maestro paypal netflix youtube router wifi basic premium standard plus
    pro grand sport max mini account order bank card street road avenue lane court house london
    moscow bucharest budapest paris berlin chisinau kiev kyiv york washington chicago boston
    america europe britain england scotland ireland wales russia romania hungary germany france
    moldova ukraine yesterday today tomorrow alright right hm oh ah yeah nope sir madam let
    could would can may what which where when why who how my your our their his her its this that
    здравствуйте привет спасибо пожалуйста алло да нет хорошо отлично конечно извините простите
    добрый доброе утро день вечер москва россия петербург интернет премиум спорт гранд тариф
    банк карта договор заказ улица дом квартира оператор клиент понятно минуту минутку секунду
    записала записал вижу слушаю номер паспорт телефон меня вас ваш ваша мой моя
    buna ziua seara dimineata salut multumesc mersi scuze bine perfect desigur sigur alo domnul
    doamna bucuresti romania chisinau moldova premium sport strada numarul banca cardul comanda
    un moment imediat poftim mulțumim îmi vă da nu
    jo napot reggelt estet koszonom koszi udvozlom rendben igen nem persze kerem elnezest bocsanat
    hallo szia viszontlatasra budapest magyarorszag premium sport utca bank kartya szamla egy
    pillanat tessek ertem megvan felirtam"""
)
#: Given names that are words as well: only beside another sign of a name.
WORDS_TOO = _words(
    """will mark may june april august hope grace faith joy rose lily daisy ivy amber crystal
    ruby jade pearl dawn summer autumn sky bill bob jack rob pat sue gene guy art drew grant
    chase chance hunter mason cooper carter tanner porter page cash rich penny robin jay ray dean
    earl duke king prince price major miles max don dot star melody harmony honor justice patience
    prudence charity destiny christian heather holly hazel olive violet iris case skip chip rusty
    sandy frank buck chuck dale glen cliff forest brook stone storm true long love precious
    princess angel ernest hardy sterling noble van see ben del lee sunny merry fern bay ty so
    an in on al ed per mai luna dan dor noroc mina sorin floarea noua ion lia ella elek eva sara
    szilard hajnal virag gyozo aron vince viola rozsa ibolya liliom pal erik kis nagy
    вера надежда любовь слава лев роман мир лада роза марта август майя злата павлин"""
)
#: A name behind one of these, or before or behind one of those, is a place's.
IN_PLACE = _words("in at near around în в во san santa saint st los las el la fort port mount lake")
PLACES = _words(
    """street st avenue ave road rd lane drive way plaza square park field stadium center centre
    hall arena theatre theater church school university college hospital hotel airport station
    bridge tower county city town valley beach island river mountain hills heights house bar cafe
    grill restaurant credit bank insurance group ltd inc llc company corp airlines foundation museum
    улица улице улицы проспект площадь переулок бульвар шоссе strada bulevardul piata soseaua
    aleea utca ut ter korut"""
)
#: Surnames by their endings, in the nominative and other cases.
SHAPE = re.compile(
    r"\w{2,}(?:[оеё]в|[иы]н)(?:а|у|ым|ой|е|ы|ых)?|\w{2,}[сц]к(?:ий|ая|ого|ой|ому|им|ую)"
    r"|\w{2,}(?:енко|чук|чука|чуку|швили|дзе|янц?|яна)|\w{2,}(?:ович|евич|ьич|овна|евна|ичн?)\w{0,3}"
    r"|\w{2,}(?:escu|eanu|ianu|anu|aru|oiu|achi|ache|iuc|ciuc|schi|oglu|enco|ean)"
    r"|\w{2,}(?:falvi|falusi|helyi|hegyi|vari|laki|lyi|halmi|kovi|szegi|peteri|ffy|ssy|nyi)"
    r"|\w{2,}(?:worth|wood|ford|ton|son|sen|man|mann|well|ley|field|bridge|brook|by|ham|hurst|shaw"
    r"|stein|berg|burg|wicz|ski|sky|ova|ov|ev|enko|smith|wright|gate|land|combe|bottom|thwaite)"
)


#: Whose names are known, as Faker calls the places.
_LOCALES = (
    *("en_US", "en_GB", "en_NZ", "en_IE", "en_IN", "ru_RU", "ro_RO", "hu_HU", "uk_UA"),
    *("de_DE", "it_IT", "pl_PL"),
)
#: Attributes of a provider that hold names, by list.
_PARTS = {"given": ("first_name",), "surnames": ("last_name", "middle_name")}
_SHORTEST = 3


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Return given names, folded; none that is a common word."""
    return _list("given") - no_names()


@lru_cache(maxsize=1)
def given_stems() -> frozenset[str]:
    """Return the stems of given names, for their cases."""
    return stems_of(given_names() - WORDS_TOO, 4)


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Return surnames, folded; none that is a common word."""
    return _list("surnames") - no_names()


def _list(name: str) -> frozenset[str]:
    """Return names of Faker's providers, folded, those of several words cut."""
    return frozenset(word for locale in _LOCALES for word in _of_locale(locale, _PARTS[name]))


def _of_locale(locale: str, begins: tuple[str, ...]) -> set[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    lists = [getattr(provider, a) for a in dir(provider) if a.startswith(begins)]
    whole = [n for some in lists if not callable(some) for n in some if "{" not in n]
    words = {folded(w) for n in whole for w in n.replace("-", " ").split()}
    return {word for word in words if len(word) >= _SHORTEST and word.isalpha()}


@lru_cache(maxsize=1)
def no_names() -> frozenset[str]:
    """Return the words that are never taken for a part of a name."""
    said = {
        word
        for name in pack_languages()
        for family in load_pack(name).families.values()
        for phrase in family.phrases
        for word in re.findall(r"[^\W\d_]{2,}", folded(re.sub(r"<\w+>", " ", phrase)))
    }
    cues = {word for phrase in SURE | PERHAPS | AFTER for word in phrase}
    tables = FILLERS | UNIT_WORDS | JOINERS | PROVIDERS | TOP | _words(" ".join(MONTHS))
    return common_words() | _NO_NAMES | said | cues | tables
