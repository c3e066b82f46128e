"""What a check sees: one item, one agent's part, and the ways to look things up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import dropwhile, takewhile
from math import inf

from qa.records import Evidence, EvidenceKind, SafeTurn, Verdict
from qa.scoring import hearing
from qa.scoring.checks import Doubt, Outcome
from qa.scoring.compiled import Compiled, named
from qa.scoring.document import Document
from qa.scoring.matching import Hit, Strictness, Window, distinct
from qa.scoring.parts import Part
from qa.scoring.scorecard import FamilyRef, Item, PhraseRef, Search, Where, Who
from qa.scoring.tolerant import find_tolerantly, near_miss
from qa.scoring.windows import Place, cut, window

#: A hit of a prohibition is for a human below these.
SURE_WORD = 0.5
SURE_SPEAKER = 0.6
SURE_ROLE = 0.7
#: Less of the agent's speech than this turned into words: an absence means nothing.
HEARD_SHARE = 0.5
#: Hits shown as evidence.
_SHOWN = 20


@dataclass(frozen=True)
class Context:
    """One item to be answered for one part."""

    part: Part
    item: Item
    compiled: Compiled
    #: Where the item's trigger was found, and the place that its search ends at.
    after: Place | None = None
    before: Place | None = None
    #: The place that its search begins at, whatever its window says.
    since: Place | None = None

    @property
    def document(self) -> Document:
        """The conversation."""
        return self.part.document

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages to search in: those heard that the card is written for."""
        wanted = self.compiled.card.languages
        return tuple(c for c in self.document.languages if not wanted or c in wanted)

    def window(self, who: Who | None = None, where: Where | None = None) -> dict[int, Place]:
        """Return the stretch to search; the item's own speaker and window by default."""
        who, where = who or self.item.who, where or self.item.where
        found = window(self.part, who, where, after=self.after, before=self.before)
        return cut(found, low=self.since) if self.since else found

    def search(
        self,
        refs: Sequence[PhraseRef],
        *,
        strictness: Strictness | None = None,
        unless_negated: bool | None = None,
        within: Window | None = None,
    ) -> list[Hit]:
        """Look for phrases in the item's window, in every language heard."""
        item = self.item
        within = self.window() if within is None else within
        strictness = strictness or item.strictness or Strictness.MEDIUM
        negation = item.unless_negated if unless_negated is None else unless_negated
        return distinct(
            hit
            for language in self.languages
            for hit in self._sought(
                language, tuple(refs), within, strictness, unless_negated=negation
            )
        )

    def _sought(
        self,
        language: str,
        refs: tuple[PhraseRef, ...],
        within: Window,
        strictness: Strictness,
        *,
        unless_negated: bool,
    ) -> list[Hit]:
        """Look in one language; what denies a hit is told by structure where there is one."""
        structure = self.document.structure
        parse = unless_negated and self.compiled.parses and not structure.why_not(language)
        hits = find_tolerantly(
            self.document.view(language),
            self.compiled.book(refs, language),
            within,
            strictness=strictness,
            unless_negated=unless_negated and not parse,
        )
        if not parse:
            return hits
        return [h for h in hits if not structure.negated(h.turn, h.start, h.end, language)]

    def find(self, search: Search) -> list[Hit]:
        """Return the hits of a step or condition; none when fewer than it needs."""
        hits = self.search(
            search.any,
            strictness=search.strictness,
            unless_negated=search.unless_negated,
            within=self.window(search.who, search.where),
        )
        if hits and search.unless_answering:
            answers = self._answers(search.unless_answering, search.who or self.item.who)
            hits = [hit for hit in hits if hit.turn not in answers]
        return hits if len(hits) >= search.at_least else []

    def _answers(self, asked: Search, who: Who) -> set[int]:
        """Return the turns of a side that answer something: what they say next, until broken off.

        Parameters
        ----------
        asked : what is answered; of the other side where it does not say whose it is.
        """
        other: dict[Who, Who] = {"agent": "customer", "customer": "agent", "any": "any"}
        whole = replace(self, after=None, before=None, since=None)
        question = {"who": asked.who or other[who], "where": asked.where or Where()}
        own = self.part.all_of(who)
        found: set[int] = set()
        for hit in whole.find(asked.model_copy(update=question)):
            later = [t.index for t in self.part.turns if t.index > hit.turn]
            said = dropwhile(lambda turn: turn not in own, later)
            found.update(takewhile(lambda turn: turn in own, said))
        return found

    def within(self, first: Hit, hit: Hit) -> bool:
        """Tell whether a step is near enough to the first one, in turns and seconds."""
        turns, seconds = self.item.within_turns, self.item.within_seconds
        if turns is not None and hit.turn - first.turn > turns:
            return False
        if seconds is None:
            return True
        a, b = _seconds(self.document, first), _seconds(self.document, hit)
        return a is None or b is None or b[0] - a[0] <= seconds

    def seconds_between(self, first: Hit, then: Hit) -> float | None:
        """Return the seconds from the end of a hit to the beginning of another; None untimed."""
        a, b = _seconds(self.document, first), _seconds(self.document, then)
        return None if a is None or b is None else b[0] - a[1]

    def doubt(self, hit: Hit) -> str:
        """Return why a hit cannot be relied on; "" when it can."""
        turn = self.document.turns[hit.turn]
        if (sure := _least_sure(turn, [(hit.start, hit.end)])) is not None and sure < SURE_WORD:
            return "The words were not heard clearly."
        role_confidence = min(
            (p.role_confidence for p in self.document.safe.parties if p.id == turn.party),
            default=0.0,
        )
        if turn.confidence < SURE_SPEAKER or role_confidence < SURE_ROLE:
            return "It is not sure who said it."
        return ""

    # --- absence -------------------------------------------------------------------

    def absence(
        self,
        missing: Sequence[Sequence[PhraseRef]],
        *,
        who: Who | None = None,
        where: Where | None = None,
        within: Window | None = None,
        evidence: tuple[Evidence, ...] = (),
        count: tuple[int, int] = (0, 1),
        what: str = "Not said",
    ) -> Outcome:
        """Answer for something that was not found: fail, part of the credit, or not heard.

        Parameters
        ----------
        missing : the groups of phrases that were looked for in vain.
        within : the stretch that was searched, where it is not the item's.
        count : how many of how many parts were found.
        """
        within = self.window(who, where) if within is None else within
        nearest = self._nearest(missing, within)
        shown = (*evidence, self.searched(within, missing), *nearest)
        searched = f"{what}; {_turns(len(within))} of the {who or self.item.who} searched."
        doubt, most = self._doubt(within, missing, nearest), self.item.max_missed
        if doubt and doubt.missed > (self.compiled.card.max_missed if most is None else most):
            return Outcome(Verdict.REVIEW, shown, f"{searched} {doubt.reason}")
        reason = self._not_heard(who or self.item.who, missing)
        if reason:
            return Outcome(Verdict.REVIEW, shown, f"{searched} {reason}")
        light = doubt if most is None else None
        found, needed = count
        if found and self.item.partial:
            share = f"{searched} {found} of {needed} found."
            return Outcome(Verdict.PARTIAL, shown, share, found / needed, light)
        return Outcome(Verdict.FAIL, shown, searched, doubt=light)

    def searched(self, within: Window, missing: Sequence[Sequence[PhraseRef]]) -> Evidence:
        """Return the stretch that was searched, as evidence."""
        turns = [self.document.turns[i] for i in within]
        starts = [t.start for t in turns if t.start is not None]
        ends = [t.end for t in turns if t.end is not None]
        return Evidence(
            kind=EvidenceKind.WINDOW,
            turn=turns[0].index if turns else None,
            last_turn=turns[-1].index if turns else None,
            start=min(starts, default=None),
            end=max(ends, default=None),
            rule="; ".join(named(ref) for group in missing for ref in group),
        )

    def _nearest(self, missing: Sequence[Sequence[PhraseRef]], within: Window) -> list[Evidence]:
        best: Hit | None = None
        for group in missing:
            for language in self.languages:
                book = self.compiled.book(tuple(group), language)
                hit = near_miss(self.document.view(language), book, within)
                if hit and (best is None or hit.score > best.score):
                    best = hit
        return [_as_near_miss(self.document, best)] if best else []

    def _not_heard(self, who: Who, missing: Sequence[Sequence[PhraseRef]]) -> str:
        """Return why an absence says nothing, however clear the words; "" when it does."""
        if who == "agent" and self.part.heard_share < HEARD_SHARE:
            return "Not heard clearly: most of the agent's speech gave no words."
        unclear = window(self.part, "unknown", None, before=self.before)
        if unclear and any(self.search(group, within=unclear) for group in missing):
            return "Something like it was said, but by whom is not sure."
        return ""

    def _doubt(
        self, within: Window, missing: Sequence[Sequence[PhraseRef]], nearest: Sequence[Evidence]
    ) -> Doubt | None:
        """Return what the words' confidence says against an absence: by the floor, or as measured.

        None where nobody said how sure the words are, or they are surer than the floor.
        """
        words = [sure for turn in within for sure in self.document.confidences(turn)]
        if not words:
            return None
        card, item, sure = self.compiled.card, self.item, sum(words) / len(words)
        floor = card.min_confidence if item.min_confidence is None else item.min_confidence
        if item.max_missed is None and floor is not None:
            said = f"Not heard clearly: mean word confidence {sure:.2f}."
            return Doubt(inf, said) if sure < floor else None
        names = [ref.family if isinstance(ref, FamilyRef) else ref.list
                 for group in missing for ref in group if not isinstance(ref, str)]  # fmt: skip
        measured = hearing.table()
        wrong = measured.wrong_share(sure)
        found = min(measured.found_share(name, wrong) for name in names or [""])
        near, instead = next(((e.score or 0.0, e.instead) for e in nearest), (0.0, None))
        missed = measured.missed(near, wrong, names, instead=instead)
        said = (
            f"Not heard clearly: about {wrong:.0%} of the words are wrong (mean confidence "
            f"{sure:.2f}), and {found:.0%} of such phrases are found there; chance that it was "
            f"missed {missed:.0%}."
        )
        return Doubt(inf if found < hearing.LEAST_FOUND else missed, said)


def _turns(count: int) -> str:
    return f"{count} turn" if count == 1 else f"{count} turns"


def _seconds(document: Document, hit: Hit) -> tuple[float, float] | None:
    return document.turns[hit.turn].seconds(hit.start, hit.end)


def as_evidence(document: Document, hit: Hit, kind: EvidenceKind = EvidenceKind.HIT) -> Evidence:
    """Return a hit as evidence: its quote is exactly the characters it names."""
    turn = document.turns[hit.turn]
    seconds = turn.seconds(hit.start, hit.end)
    return Evidence(
        kind=kind,
        turn=hit.turn,
        char_start=hit.start,
        char_end=hit.end,
        start=seconds[0] if seconds else None,
        end=seconds[1] if seconds else None,
        quote=turn.text[hit.start : hit.end],
        rule=hit.rule,
        score=hit.score,
    )


def _as_near_miss(document: Document, hit: Hit) -> Evidence:
    """Return a near miss as evidence, with how sure the words are that stand for others."""
    shown = as_evidence(document, hit, EvidenceKind.NEAR_MISS)
    sure = _least_sure(document.turns[hit.turn], hit.instead)
    return shown if sure is None else shown.model_copy(update={"instead": round(sure, 4)})


def _least_sure(turn: SafeTurn, spans: Sequence[tuple[int, int]]) -> float | None:
    """Return the confidence of the least sure word in some stretches of characters, if known."""
    return min(
        (
            word.confidence
            for word, (a, b) in zip(turn.words, turn.word_offsets, strict=True)
            if word.confidence is not None and any(a < end and start < b for start, end in spans)
        ),
        default=None,
    )


def hits_as_evidence(document: Document, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
    """Return hits as evidence, in order of place; of very many the first."""
    return tuple(as_evidence(document, hit) for hit in list(hits)[:_SHOWN])
