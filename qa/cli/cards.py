"""``qa scorecard``: check a file, list all cards."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import say
from qa.cli.door import ExitCode
from qa.errors import ScorecardError


def check(
    files: Annotated[list[Path], typer.Argument(help="YAML files of scorecards.")],
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Name every mistake in scorecard files, with line and column."""
    answers = [_examine(file) for file in files]
    if json:
        say.out_json(answers)
    else:
        for answer in answers:
            _print(answer)
    if not all(answer["ok"] for answer in answers):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _examine(file: Path) -> dict[str, object]:
    from qa.scoring import check as doubts
    from qa.scoring import load_scorecard

    answer: dict[str, object] = {"file": str(file), "ok": False, "mistakes": [], "warnings": []}
    if not file.is_file():
        return answer | {"mistakes": [{"file": str(file), "message": "There is no such file."}]}
    try:
        card = load_scorecard(file, name=str(file))
    except ScorecardError as err:
        return answer | {"mistakes": [asdict(m) for m in err.mistakes]}
    return answer | {
        "ok": True,
        "id": card.id,
        "version": card.version,
        "items": sum(len(s.items) for s in card.sections),
        "warnings": [asdict(m) for m in doubts(card, name=str(file))],
    }


def _print(answer: dict[str, object]) -> None:
    mistakes, warnings = answer["mistakes"], answer["warnings"]
    assert isinstance(mistakes, list)
    assert isinstance(warnings, list)
    if answer["ok"]:
        say.out(
            f"{answer['file']}: {answer['id']} version {answer['version']}, "
            f"{answer['items']} items, no mistakes"
        )
    for m in [*mistakes, *warnings]:
        place = f":{m['line']}:{m['column']}" if m.get("line") else ""
        say.out(f"{m['file']}{place}: {m['message']}")


def list_(
    published: Annotated[
        bool, typer.Option("--published", help="List published versions instead of files.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List all scorecards: those of the settings' folder, and the starter cards."""
    from qa.scoring import list_cards
    from qa.settings import load_settings

    if published:
        _published(json=json)
        return
    found = list_cards(load_settings())
    if json:
        say.out_json(
            [
                {
                    "id": c.id,
                    "version": c.version,
                    "hash": c.hash,
                    "title": c.title,
                    "mode": str(c.mode),
                    "pass_mark": c.pass_mark,
                    "languages": list(c.languages),
                    "items": sum(len(s.items) for s in c.sections),
                }
                for c in found
            ]
        )
        return
    say.table(
        ["Id", "Version", "Title", "Items", "Languages"],
        [
            [
                c.id,
                str(c.version),
                c.title,
                str(sum(len(s.items) for s in c.sections)),
                ", ".join(c.languages) or "all",
            ]
            for c in found
        ],
        right=(1, 3),
    )


def _published(*, json: bool) -> None:
    from qa.settings import load_settings
    from qa.store import open_store

    with open_store(load_settings()) as store:
        found = store.published()
    if json:
        say.out_json([{**p.card.model_dump(), "who": p.who, "at": p.at.isoformat()} for p in found])
        return
    say.table(
        ["Id", "Version", "Published", "By", "Hash"],
        [
            [p.card.id, str(p.card.version), f"{p.at:%Y-%m-%d %H:%M}", p.who, p.card.hash[:19]]
            for p in found
        ],
        right=(1,),
    )
