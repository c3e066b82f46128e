"""Sentence structure: spaCy pipelines, by language, loaded when first asked for.

spaCy is imported inside the functions here and nowhere else, and without torch: it would
take that along wherever it is installed (three seconds and 180 MB of each process), for
kinds of pipelines that are not used here. Where its files lie is told by whoever builds
`Parsers`: this room does not know where weights come from.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from threading import Lock, get_ident
from typing import Any, NamedTuple

from threadpoolctl import ThreadpoolController

from qa.errors import ModelError
from qa.language.normalise import Normalised, tidy
from qa.language.packs import base_language
from qa.language.rules import Rules, rememberable

#: Languages that rules over sentence structure are written for.
PARSED = frozenset(["en"])
#: Not needed for structure; the others are (the lemmatiser reads tok2vec's and the rules').
_LEFT_OUT = ("ner", "senter")
#: A placeholder of redaction is one word to every matcher.
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]")
#: Longer texts are parsed piece by piece, cut at white space.
_PIECE = 20_000


class Node(NamedTuple):
    """One word of a parsed text."""

    #: Lower case, one kind of apostrophe.
    text: str
    lemma: str
    #: Penn Treebank tag, dependency label, place of the head (its own for a root).
    tag: str
    dep: str
    head: int
    #: Characters ``[start, end)`` of the original text.
    start: int
    end: int
    #: Sentence it stands in, counted from 0, and its place in that sentence.
    sentence: int
    place: int


@dataclass(frozen=True)
class Piece:
    """One stretch of a text as spaCy read it."""

    #: A `spacy.tokens.Doc`.
    doc: Any
    #: Where the stretch stands, and the way back to the original text.
    offset: int
    back: Normalised

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters of the original text that tokens first..last cover."""
        start = self.doc[first].idx + self.offset
        end = self.doc[last].idx + len(self.doc[last]) + self.offset
        return self.back.span(start, end)


def matches(piece: Piece, pattern: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    """Return where a pattern of spaCy's DependencyMatcher fits: the places of its words."""
    from spacy.matcher import DependencyMatcher  # noqa: PLC0415 - loaded with the first parser

    matcher = DependencyMatcher(piece.doc.vocab)
    matcher.add("pattern", [pattern])
    return sorted({tuple(places) for _, places in matcher(piece.doc)})


class Parser:
    """One pipeline, ready to read.

    Parameters
    ----------
    path : folder of the pipeline.

    Raises
    ------
    ModelError : the files cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        self._nlp = _load(path)

    @property
    def name(self) -> str:
        """Name and version of the pipeline, as scores keep it."""
        meta = self._nlp.meta
        return f"{meta['lang']}_{meta['name']} {meta['version']}"

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """Parse a text; the same text gives the same structure."""
        return self.read([text])[0]

    def read(self, texts: Sequence[str]) -> list[tuple[Piece, ...]]:
        """Parse several texts together, three times as fast as one by one."""
        clean = [tidy(text) for text in texts]
        cuts = [(i, a, b) for i, c in enumerate(clean) for a, b in _cut(c.text) if a < b]
        with _blas().limit(limits=1):
            docs = [*self._nlp.pipe(self._words(clean[i].text[a:b]) for i, a, b in cuts)]
        found: list[list[Piece]] = [[] for _ in texts]
        for (i, a, _), doc in zip(cuts, docs, strict=True):
            found[i].append(Piece(doc, a, clean[i]))
        return [tuple(pieces) for pieces in found]

    def _words(self, text: str) -> Any:
        """Return a text as words, each placeholder of redaction one of them."""
        doc = self._nlp.make_doc(text)
        reached = 0
        with doc.retokenize() as merger:
            for found in _PLACEHOLDER.finditer(text):
                span = doc.char_span(*found.span(), alignment_mode="expand")
                if len(span) > 1 and span.start >= reached:  # two written as one: "[A][B]"
                    merger.merge(span)
                    reached = span.end
        return doc


class Parsers:
    """The parsers of this process, by language.

    Parameters
    ----------
    folders : for each language that has a parser, what finds its folder (and raises
        `ModelError` where it is not).
    """

    def __init__(self, folders: Mapping[str, Callable[[], Path]] | None = None) -> None:
        self._folders = dict(folders or {})
        self._found: dict[str, Parser | str] = {}
        self._lock = Lock()

    def load(self, languages: Iterable[str]) -> None:
        """Load those parsers now; what asks for one meanwhile waits for it."""
        for language in languages:
            self._look(base_language(language))

    def get(self, language: str) -> Parser | None:
        """Return the parser of a language; None where there is none (see `why_not`)."""
        found = self._look(base_language(language))
        return found if isinstance(found, Parser) else None

    def why_not(self, language: str) -> str:
        """Return why there is no parser for a language; "" when there is one."""
        found = self._look(base_language(language))
        return found if isinstance(found, str) else ""

    def _look(self, language: str) -> Parser | str:
        found = self._found.get(language)
        if found is None:
            with self._lock:  # another thread may be loading it ahead of the first question
                found = self._found.get(language) or self._made(language)
                self._found[language] = found
        return found

    def _made(self, language: str) -> Parser | str:
        find = self._folders.get(language)
        if find is None:
            return f"There is no parser for '{language}'."
        try:
            return Parser(find())
        except ModelError as err:
            return f"The parser for '{language}' is not installed. {err.mend}"


def nodes(pieces: tuple[Piece, ...]) -> tuple[Node, ...]:
    """Return the words of a parsed text as plain values."""
    return tuple(_nodes(pieces))


def _nodes(pieces: tuple[Piece, ...]) -> Iterator[Node]:
    before = sentence = 0
    for piece in pieces:
        tokens = list(piece.doc)
        #: Place of each token among those that are words.
        ranks = list(accumulate((not t.is_space for t in tokens), initial=before))
        place = 0
        for token in tokens:
            if token.is_sent_start and place:
                place, sentence = 0, sentence + 1
            if token.is_space:
                continue
            start = token.idx + piece.offset
            start, end = piece.back.span(start, start + len(token))
            yield Node(
                text=token.lower_,
                lemma=token.lemma_.lower(),
                tag=token.tag_,
                dep=token.dep_,
                head=ranks[token.head.i],
                start=start,
                end=end,
                sentence=sentence,
                place=place,
            )
            place += 1
        sentence += bool(place)
        before = ranks[-1]


def _cut(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while len(text) - start > _PIECE:
        space = text.rfind(" ", start, start + _PIECE)
        end = space if space > start else start + _PIECE
        yield start, end
        start = end
    yield start, len(text)


class _Refused:
    """A finder that finds nothing, and lets no other look for one package in this thread."""

    def __init__(self, package: str) -> None:
        self._package, self._thread = package, get_ident()

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == self._package and get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not wanted here", name=name)


@contextmanager
def without(package: str) -> Iterator[None]:
    """Let this thread import no such package, if nobody has imported it before."""
    finder = _Refused(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    """Return what tells numpy's BLAS how many threads to use.

    On several it takes more than twice the processor time for matrices as small as a
    conversation's, and a process judges on one core.
    """
    return ThreadpoolController().select(user_api="blas")


@lru_cache(maxsize=4)
def _load(path: Path) -> Any:
    with without("torch"):
        import spacy  # noqa: PLC0415 - a second, and only for cards that need structure
        from thinc.api import use_ops  # noqa: PLC0415

    try:
        with use_ops("numpy", use_blis=False):  # numpy multiplies twice as fast as spaCy's BLIS
            nlp = spacy.load(path, exclude=list(_LEFT_OUT))
    except (OSError, ValueError) as err:
        raise ModelError(
            f"The spaCy pipeline in {path} cannot be loaded: {err}.",
            "Fetch it again: qa models pull spacy-en",
        ) from err
    if "attribute_ruler" in nlp.pipe_names:
        ruler = nlp.get_pipe("attribute_ruler")
        if rememberable(ruler):
            ruler.match = Rules(ruler).match
    return nlp
