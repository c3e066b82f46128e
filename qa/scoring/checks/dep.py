"""`dep`: a pattern over sentence structure, for experts (spaCy's DependencyMatcher)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qa.language.parsing import Piece, matches
from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit, distinct
from qa.scoring.scorecard import PhraseRef

_RELATIONS = Literal[
    "<", ">", "<<", ">>", ".", ".*", ";", ";*", "$+", "$-", "$++", "$--",
    ">+", ">-", ">++", ">--", "<+", "<-", "<++", "<--",
]  # fmt: skip
#: What a word may be asked for. No REGEX: a pattern must not be able to run for ever.
_TEXTS = frozenset(["ORTH", "TEXT", "LOWER", "LEMMA", "POS", "TAG", "DEP", "SHAPE"])
_FLAGS = frozenset(
    ["IS_ALPHA", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_STOP",
     "IS_SENT_START", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL"]
)  # fmt: skip
_MOST_LINKS = 8


class Link(BaseModel):
    """One word of a pattern and how it hangs on another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right_id: str = Field(alias="RIGHT_ID", min_length=1)
    right_attrs: dict[str, Any] = Field(alias="RIGHT_ATTRS")
    left_id: str | None = Field(default=None, alias="LEFT_ID")
    rel_op: _RELATIONS | None = Field(default=None, alias="REL_OP")

    @field_validator("right_attrs")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name, wanted in value.items():
            if name in _FLAGS:
                fits = isinstance(wanted, bool)
            elif name in _TEXTS:
                fits = isinstance(wanted, str) or _is_choice(wanted)
            else:
                known = ", ".join(sorted(_TEXTS | _FLAGS))
                raise ValueError(f"a word has no '{name}'; known: {known}")
            if not fits:
                need = "true or false" if name in _FLAGS else "a text, or IN or NOT_IN with texts"
                raise ValueError(f"'{name}' needs {need}")
        return value


def _is_choice(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) == 1
        and set(value) <= {"IN", "NOT_IN"}
        and all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in value.values())
    )


class Dep(BaseModel):
    """A named pattern; the first word stands alone, each other one hangs on one before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: What evidence calls it.
    name: str = Field(min_length=1)
    #: Its words, as spaCy writes them: `RIGHT_ID`, `RIGHT_ATTRS`, from the second on `LEFT_ID` and
    #: `REL_OP`. Attributes take a text, or `IN` or `NOT_IN` with texts.
    pattern: tuple[Link, ...] = Field(min_length=1, max_length=_MOST_LINKS)

    @model_validator(mode="after")
    def _linked(self) -> Dep:
        seen: set[str] = set()
        for number, link in enumerate(self.pattern, 1):
            if link.right_id in seen:
                raise ValueError(f"word {number} of the pattern: '{link.right_id}' is there twice")
            if number == 1 and (link.left_id or link.rel_op):
                raise ValueError("the first word of the pattern has neither LEFT_ID nor REL_OP")
            if number > 1 and (link.left_id not in seen or link.rel_op is None):
                known = ", ".join(sorted(seen))
                raise ValueError(
                    f"word {number} of the pattern needs REL_OP, and LEFT_ID of a word before it"
                    f" ({known})"
                )
            seen.add(link.right_id)
        return self

    @property
    def parses(self) -> bool:
        """Whether it reads sentence structure."""
        return True

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return nothing: no phrase answers this."""
        return []

    def run(self, context: Context) -> Outcome:
        """Pass when found often enough and not too often; needs a parser of a language heard."""
        structure = context.document.structure
        missing = {c: structure.why_not(c) for c in context.languages}
        usable = [c for c, reason in missing.items() if not reason]
        if not usable:
            reason = next(iter(missing.values()), "No language to search in.")
            pulled = any("not installed" in r for r in missing.values())
            if pulled:
                reason = next(r for r in missing.values() if "not installed" in r)
            return Outcome(Verdict.REVIEW if pulled else Verdict.NOT_APPLICABLE, reason=reason)
        hits = distinct(hit for language in usable for hit in self._hits(context, language))
        return self._answer(context, hits)

    def _answer(self, context: Context, hits: Sequence[Hit]) -> Outcome:
        item = context.item
        evidence = hits_as_evidence(context.document, hits)
        if item.at_most is not None and len(hits) > item.at_most:
            said = f"Found {len(hits)} times; at most {item.at_most} allowed."
            doubt = context.doubt(hits[0])
            verdict = Verdict.REVIEW if doubt else Verdict.FAIL
            return Outcome(verdict, evidence, f"{said} {doubt}".strip())
        needed = item.at_least or (0 if item.at_most is not None else 1)
        if len(hits) >= needed:
            return Outcome(Verdict.PASS, evidence)
        return context.absence(
            [], evidence=evidence, count=(len(hits), needed), what=f"'{self.name}' not found"
        )

    def _hits(self, context: Context, language: str) -> Iterator[Hit]:
        links = [link.model_dump(by_alias=True, exclude_none=True) for link in self.pattern]
        view = context.document.view(language)
        for turn, (low, high) in context.window().items():
            if turn not in view.turns:
                continue
            for piece in context.document.structure.pieces(turn, language) or ():
                for start, end in _found(piece, links):
                    if low <= start < high:
                        yield Hit(turn, start, end, f"dep: {self.name}", 1.0, "lemma")


def _found(piece: Piece, links: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    for places in matches(piece, links):
        yield piece.span(min(places), max(places))
