"""``qa scorecard test | diff | publish``: try a card, compare two, freeze one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.cli import say
from qa.cli.auditing import did
from qa.cli.door import ExitCode
from qa.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.scoring import Scorecard
    from qa.scoring.comparing import Change
    from qa.scoring.trying import Labelled, Tally
    from qa.settings import Settings
    from qa.store import Store

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_ENDINGS = (".yaml", ".yml")
#: Misses shown of one item or family, and changes of one comparison; --json has all.
_SHOWN = 10


def try_(
    card: Annotated[str, typer.Argument(help="File, or id of a scorecard.")] = "",
    labels: Annotated[
        Path | None,
        typer.Option(help="Labelled turns, one JSON object a line: who, text, labels."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="Language of labelled turns that do not say theirs.")
    ] = "en",
    strictness: Annotated[
        str, typer.Option(help="Of labelled turns: exact, high, medium or low.")
    ] = "exact",
    json: JsonOption = False,
) -> None:
    """Try a card on its own examples, or every phrase family on labelled turns."""
    from qa.settings import load_settings

    settings = load_settings()
    chosen = _card(card, settings) if card else None
    if labels is not None:
        _test_labels(labels, chosen, language=language, strictness=strictness, json=json)
        return
    if chosen is None:
        raise UsageError("Nothing to test.", "Name a scorecard, or give --labels FILE.")
    _test_examples(chosen, settings, json=json)


def _test_examples(card: Scorecard, settings: Settings, *, json: bool) -> None:
    from qa.pipeline import parsers_for
    from qa.scoring.trying import try_examples

    tallies = try_examples(card, parsers=parsers_for(settings))
    if json:
        say.out_json(
            {
                "scorecard": card.id,
                "version": card.version,
                "hash": card.hash,
                "items": {name: _figures(t) for name, t in tallies.items()},
            }
        )
    else:
        _print(tallies, "Item")
        untried = {name: t.untried for name, t in tallies.items() if t.untried}
        if untried:
            what = ", ".join(f"{name} ({n})" for name, n in untried.items())
            say.note(f"Not tried, the parser is not installed (qa models pull): {what}.")
        bare = [name for name, t in tallies.items() if not t.n and not t.untried]
        if bare:
            say.note(f"Without examples: {', '.join(bare)}.")
    if any(t.misses for t in tallies.values()):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _test_labels(
    path: Path, card: Scorecard | None, *, language: str, strictness: str, json: bool
) -> None:
    from qa.scoring.matching import Strictness
    from qa.scoring.trying import macro_f1, try_labels

    if strictness not in {*Strictness}:
        raise UsageError(
            f"--strictness {strictness}: not known.", f"Known: {', '.join(Strictness)}."
        )
    tallies = try_labels(
        _labelled(path), language=language, card=card, strictness=Strictness(strictness)
    )
    named = {name: t for name, t in tallies.items() if t.right + t.overlooked}
    macro = macro_f1(tallies)
    if json:
        say.out_json(
            {
                "macro_f1": _rounded(macro),
                "families": {name: _figures(t, misses=False) for name, t in named.items()},
                "unlabelled": {
                    name: {"found": t.wrong, "turns": t.n}
                    for name, t in tallies.items()
                    if name not in named
                },
            }
        )
        return
    _print(named, "Family")
    say.out(f"Macro F1 of {len(named)} labelled families: {_share(macro)}")


def _labelled(path: Path) -> Iterator[Labelled]:
    from pydantic import ValidationError

    from qa.scoring.trying import Labelled, LabelledLine

    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    read = LabelledLine.model_validate_json(line)
                except ValidationError as err:
                    wrong = err.errors()[0]
                    where = ".".join(map(str, wrong["loc"])) or "line"
                    raise UsageError(
                        f"{path}:{number}: {where}: {wrong['msg']}.",
                        'A line is {"who": "agent", "text": "...", "labels": ["farewell"]}.',
                    ) from err
                yield Labelled(read.who, read.text, frozenset(read.labels), read.language)
    except (OSError, UnicodeDecodeError) as err:
        raise UsageError(f"{path} cannot be read ({type(err).__name__}).") from err


def _figures(tally: Tally, *, misses: bool = True) -> dict[str, Any]:
    there = tally.right + tally.overlooked
    figures: dict[str, Any] = {
        "precision": _rounded(tally.precision),
        "recall": _rounded(tally.recall),
        "f1": _rounded(tally.f1),
        "n": tally.n if misses else there,
    }
    if misses:
        figures["untried"] = tally.untried
        figures["misses"] = [
            {"text": m.text, "expected": m.expected, "got": m.got} for m in tally.misses
        ]
    return figures


def _print(tallies: dict[str, Tally], what: str) -> None:
    say.table(
        [what, "Examples", "Precision", "Recall", "F1", "Misses"],
        [
            [
                name,
                str(t.n),
                _share(t.precision),
                _share(t.recall),
                _share(t.f1),
                str(len(t.misses)),
            ]
            for name, t in tallies.items()
            if t.n
        ],
        right=(1, 2, 3, 4, 5),
    )
    for name, t in tallies.items():
        for miss in t.misses[:_SHOWN]:
            say.out(f"{name}: expected {miss.expected}, got {miss.got}: {miss.text}")
        if len(t.misses) > _SHOWN:
            say.out(f"{name}: {len(t.misses) - _SHOWN} more misses")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


# --- two cards ---------------------------------------------------------------------


def diff(
    old: Annotated[str, typer.Argument(help="File, id, or id@version of one used before.")],
    new: Annotated[str, typer.Argument(help="File, id, or id@version.")],
    limit: Annotated[int, typer.Option(min=1, help="Conversations at most, newest first.")] = 5000,
    json: JsonOption = False,
) -> None:
    """Score stored conversations by two cards and show what changes; keeps nothing.

    Compares the conversations that the old card judged; all that were heard where it
    judged none. Verdicts of people are left out.
    """
    from qa.pipeline import parsers_for
    from qa.scoring.comparing import compare
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    with open_store(settings) as store:
        cards = [_card(name, settings, store) for name in (old, new)]
        ids, nights = _judged_by(store, cards[0].id, limit)
        did(store, "seen", {"what": "cards compared", "conversations": len(ids)})
        safes = (store.safe(each) for each in ids)
        changes = compare(safes, *cards, parsers=parsers_for(settings))
    if json:
        say.out_json(_compared(cards, changes, len(ids), nights))
    else:
        _print_changes(cards, changes, len(ids), nights)


def _judged_by(store: Store, card: str, limit: int) -> tuple[list[str], int]:
    """Return the conversations to compare on, and on how many days they were held."""
    from qa.cli import batch
    from qa.store import Filter

    found = list(batch.heard(store, Filter(card=card))) or list(batch.heard(store, Filter()))
    found = found[:limit]
    return [s.id for s in found], len({s.at.date() for s in found})


def _compared(
    cards: Sequence[Scorecard], changes: Sequence[Change], count: int, nights: int
) -> dict[str, Any]:
    from qa.scoring.comparing import count_for_humans

    before, after = count_for_humans(changes)
    return {
        "old": cards[0].ref.model_dump(),
        "new": cards[1].ref.model_dump(),
        "conversations": count,
        "days": nights,
        "reviews": {
            "old": before,
            "new": after,
            "more": after - before,
            "more_a_night": round((after - before) / nights, 2) if nights else 0,
        },
        "changes": [
            {
                "conversation": c.conversation,
                "party": c.party,
                "old": _scored(c.old),
                "new": _scored(c.new),
                "verdicts": {k: {"old": a, "new": b} for k, (a, b) in c.verdicts.items()},
            }
            for c in changes
            if c.is_one
        ],
    }


def _scored(score: Any) -> dict[str, Any] | None:
    if score is None:
        return None
    keys = {"status", "total", "low", "high", "passed"}
    kept: dict[str, Any] = score.model_dump(mode="json", include=keys)
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in kept.items()}


def _print_changes(
    cards: Sequence[Scorecard], changes: Sequence[Change], count: int, nights: int
) -> None:
    from qa.api.words import score
    from qa.scoring.comparing import count_for_humans

    other = [c for c in changes if c.is_one]
    say.table(
        ["Conversation", "Agent", "Old", "New", "Verdicts"],
        [
            [
                c.conversation[:16],
                c.party or "-",
                score(c.old) if c.old else "-",
                score(c.new) if c.new else "-",
                ", ".join(
                    f"{k}: {a or 'none'} > {b or 'none'}" for k, (a, b) in c.verdicts.items()
                ),
            ]
            for c in other[: _SHOWN * 5]
        ],
        right=(2, 3),
    )
    before, after = count_for_humans(changes)
    names = " > ".join(f"{c.id} {c.version}" for c in cards)
    say.out(f"{names}: {len(other)} of {count} conversations change.")
    night = f" ({(after - before) / nights:+.1f} a night)" if nights else ""
    say.out(f"For a human: {before} before, {after} after{night}.")


# --- freezing ----------------------------------------------------------------------


def publish(
    card: Annotated[str, typer.Argument(help="File, or id of a scorecard.")],
    json: JsonOption = False,
) -> None:
    """Freeze a version of a card: from now on conversations are judged by exactly it."""
    from qa.access import machine_user
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    ready = _card(card, settings)
    with open_store(settings) as store:
        kept = store.publish(ready, who=machine_user().name)
    if json:
        say.out_json({**kept.card.model_dump(), "who": kept.who, "at": kept.at.isoformat()})
        return
    say.out(
        f"{kept.card.id} version {kept.card.version} is published "
        f"({kept.at:%Y-%m-%d %H:%M}, {kept.who}, {kept.card.hash[:19]})."
    )
    say.note("Judge what is stored by it: qa score --scorecard " + kept.card.id)


def _card(name: str, settings: Settings, store: Store | None = None) -> Scorecard:
    """Return a card by file, by id, or by id@version as it was frozen."""
    from qa.scoring import find_card, load_scorecard
    from qa.scoring.cards import read_card

    if name.endswith(_ENDINGS) or Path(name).is_file():
        if not Path(name).is_file():
            raise UsageError(f"{name}: there is no such file.", "See: qa scorecard list")
        return read_card(Path(name), settings)
    card, at, version = name.partition("@")
    if at and store is not None and version.isdigit():
        return load_scorecard(store.frozen(card, int(version)), name=name)
    return find_card(name, settings)
