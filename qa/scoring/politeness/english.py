"""Strategies that the structure of an English sentence tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from qa.language.parsing import Node
from qa.scoring.politeness.lexicon import Words

#: First and last word of what was found.
Found = tuple[int, int]


class Sentences:
    """A parsed turn as its sentences, with what the rules ask of it."""

    def __init__(self, nodes: Sequence[Node], words: Words) -> None:
        self.nodes = nodes
        self.openers = words.set("openers")
        self.courtesies = words.set("courtesies")
        self.no_command = words.set("no_command")
        self.wh = words.set("wh")
        self.children: dict[int, list[int]] = {}
        #: Sentences that end in a question mark, and those that say please.
        self.questions = {n.sentence for n in nodes if n.text == "?"}
        self.asked = {n.sentence for n in nodes if n.text == "please"}
        for i, node in enumerate(nodes):
            if node.head != i:
                self.children.setdefault(node.head, []).append(i)

    def child(self, at: int, *deps: str) -> int | None:
        """Return the first child with one of the labels; None when there is none."""
        return next((c for c in self.children.get(at, ()) if self.nodes[c].dep in deps), None)

    def begins(self) -> Iterator[int]:
        """Yield where each sentence begins, past punctuation."""
        seen = -1
        for i, node in enumerate(self.nodes):
            if node.sentence != seen and node.dep != "punct":
                seen = node.sentence
                yield i

    def lead(self, at: int) -> int:
        """Return the first word from `at` on that is no courtesy, name or punctuation."""
        sentence = self.nodes[at].sentence
        i = at
        while i < len(self.nodes) and self.nodes[i].sentence == sentence:
            node = self.nodes[i]
            if node.text not in self.courtesies and node.dep not in {"punct", "npadvmod", "intj"}:
                return i
            i += 1
        return at


def _modal(s: Sentences, modals: frozenset[str], subject: str) -> Iterator[Found]:
    """A modal before its subject: "could you", "may I"."""
    for i, node in enumerate(s.nodes[:-1]):
        if node.text in modals:
            for j in (i + 1, i + 2):
                if (
                    j < len(s.nodes)
                    and s.nodes[j].text == subject
                    and s.nodes[j].dep in {"nsubj", "nsubjpass"}
                ):
                    yield i, j
                    break


def could_you(s: Sentences) -> Iterator[Found]:
    """Ask with a conditional: "could you", "would you"."""
    yield from _modal(s, frozenset(["could", "would", "might"]), "you")


def can_you(s: Sentences) -> Iterator[Found]:
    """Ask plainly: "can you", "will you"."""
    yield from _modal(s, frozenset(["can", "will"]), "you")


def ask_agency(s: Sentences) -> Iterator[Found]:
    """Ask leave: "may I", "let me"."""
    yield from _modal(s, frozenset(["may", "can", "could", "might", "shall", "should"]), "i")
    for i in s.begins():
        first = s.lead(i)
        after = [n.text for n in s.nodes[first + 1 : first + 3]]
        if s.nodes[first].lemma in {"let", "allow"} and after[:1] == ["me"] and "know" not in after:
            yield first, first + 1


def _you_with(s: Sentences, modals: frozenset[str], *, negated: bool) -> Iterator[Found]:
    for i, node in enumerate(s.nodes):
        if node.text == "you" and node.dep in {"nsubj", "nsubjpass"}:
            aux = next(
                (c for c in s.children.get(node.head, ()) if s.nodes[c].text in modals and c > i),
                None,
            )
            if aux is not None and (s.child(node.head, "neg") is not None) == negated:
                yield i, aux


def give_agency(s: Sentences) -> Iterator[Found]:
    """Leave it to them: "you can", "you may"."""
    yield from _you_with(s, frozenset(["can", "may", "could", "might"]), negated=False)


def obligation(s: Sentences) -> Iterator[Found]:
    """Tell them what they owe: "you should", "you need to", "you can not"."""
    yield from _you_with(s, frozenset(["should", "must", "ought"]), negated=False)
    yield from _you_with(
        s, frozenset(["can", "ca", "could", "should", "must", "may"]), negated=True
    )
    for i, node in enumerate(s.nodes):
        if node.text == "you" and node.dep == "nsubj":
            verb = s.nodes[node.head]
            if verb.lemma in {"need", "have"} and s.child(node.head, "xcomp") is not None:
                yield i, node.head


def accusation(s: Sentences) -> Iterator[Found]:
    """Say what they did not do or never do: "you did not", "you keep", "your fault"."""
    for i, node in enumerate(s.nodes):
        if node.text != "you" or node.dep not in {"nsubj", "nsubjpass"} or node.head <= i:
            continue
        verb = s.nodes[node.head]
        not_done = next(
            (
                c
                for c in s.children.get(node.head, ())
                if s.nodes[c].text in {"not", "n't", "never"}
            ),
            None,
        )
        modal = any(s.nodes[c].tag == "MD" for c in s.children.get(node.head, ()))
        if (not_done is not None and not modal and not_done > i) or verb.lemma == "keep":
            yield i, max(node.head, not_done or 0)


def why_you(s: Sentences) -> Iterator[Found]:
    """Demand reasons: "why did you", "what makes you", "how can you"."""
    for i in s.begins():
        first = s.lead(i)
        if s.nodes[first].text not in {"why", "how", "what"}:
            continue
        for j in range(first + 1, min(first + 4, len(s.nodes))):
            if s.nodes[j].text == "you" and (
                s.nodes[first].text == "why" or s.nodes[j].dep == "dobj"
            ):
                yield first, j
                break


def why(s: Sentences) -> Iterator[Found]:
    """Ask for reasons anywhere in a question."""
    for i, node in enumerate(s.nodes):
        if node.text == "why" and node.sentence in s.questions:
            yield i, i


def negative_question(s: Sentences) -> Iterator[Found]:
    """Ask in the negative: "don't you", "why not", "isn't it"."""
    for i, node in enumerate(s.nodes[1:], 1):
        if node.text in {"not", "n't"} and node.sentence in s.questions:
            before = s.nodes[i - 1]
            after = s.nodes[i + 1].text if i + 1 < len(s.nodes) else ""
            if before.text == "why" or (
                before.tag[:2] in {"MD", "VB"}
                and after in {"you", "it", "that", "this", "we", "they"}
            ):
                yield i - 1, i


def direct_question(s: Sentences) -> Iterator[Found]:
    """Begin with the question word."""
    for i in s.begins():
        for j in range(i, min(i + 2, len(s.nodes))):
            if s.nodes[j].text in s.wh and s.nodes[j].sentence == s.nodes[i].sentence:
                yield j, j
                break


def bare_command(s: Sentences) -> Iterator[Found]:
    """Command: the bare verb first, and no "please" in the sentence."""
    for i in s.begins():
        first = s.lead(i)
        node = s.nodes[first]
        if (
            node.tag == "VB"
            and node.dep in {"ROOT", "ccomp"}
            and node.lemma not in s.no_command
            and s.child(first, "nsubj", "nsubjpass", "aux") is None
            and node.sentence not in s.asked
        ):
            yield first, first


def prohibition(s: Sentences) -> Iterator[Found]:
    """Forbid: "do not", "stop doing"."""
    for i in s.begins():
        first = s.lead(i)
        if s.nodes[first].lemma == "stop":
            yield first, first
        if (
            first + 1 < len(s.nodes)
            and s.nodes[first].text == "do"
            and s.nodes[first + 1].text in {"not", "n't"}
            and s.nodes[first].head != first
            and s.child(s.nodes[first].head, "nsubj") is None
            and s.nodes[s.nodes[first].head].lemma not in {"worry", "hesitate", "mind"}
        ):
            yield first, first + 1


def second_person_start(s: Sentences) -> Iterator[Found]:
    """Begin with "you" or "your"."""
    for i in s.begins():
        if s.nodes[i].text in {"you", "your"}:
            yield i, i


def first_person_start(s: Sentences) -> Iterator[Found]:
    """Begin with "I" or "my"."""
    for i in s.begins():
        if s.nodes[i].text in {"i", "my"}:
            yield i, i


def first_person(s: Sentences) -> Iterator[Found]:
    """Say "I" at all."""
    for i, node in enumerate(s.nodes):
        if node.text in {"i", "my", "me", "mine", "myself"}:
            yield i, i


def first_plural(s: Sentences) -> Iterator[Found]:
    """Say "we"."""
    for i, node in enumerate(s.nodes):
        if node.text in {"we", "our", "us", "ours"}:
            yield i, i


def direct_start(s: Sentences) -> Iterator[Found]:
    """Begin with "so", "then", "and", "but"."""
    for i in s.begins():
        if s.nodes[i].text in s.openers:
            yield i, i


def negation(s: Sentences) -> Iterator[Found]:
    """Say what is not."""
    for i, node in enumerate(s.nodes):
        if node.dep == "neg" or node.text in {"no", "nothing", "nobody", "none"}:
            yield i, i


RULES: dict[str, Callable[[Sentences], Iterator[Found]]] = {
    f.__name__: f
    for f in (
        could_you, can_you, ask_agency, give_agency, obligation, accusation, why_you,
        why, negative_question, direct_question, bare_command, prohibition, second_person_start,
        first_person_start, first_person, first_plural, direct_start,
        negation,
    )
}  # fmt: skip
