"""All commands, put together: which there are, and where each one's function lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Annotated

import typer

from qa.cli.door import Door

#: Command -> where in this room its function lies, "module:function".
COMMANDS: Mapping[str, str] = {
    "run": "process:run",
    "import": "process:import_",
    "formats": "process:formats",
    "names": "process:names",
    "work": "process:work",
    "score": "process:score",
    "list": "read:list_",
    "show": "read:show",
    "search": "searching:search",
    "export": "export:export",
    "sample": "sampling:sample",
    "report": "report:report",
    "agreement": "agreeing:agreement",
    "examples": "examples:examples",
    "collections": "examples:collections",
    "erase": "erasing:erase",
    "status": "status:status",
    "worker": "working:worker",
    "watch": "watching:watch",
    "serve": "machine:serve",
    "doctor": "machine:doctor",
}


@dataclass(frozen=True)
class Group:
    """Commands with a first word of their own."""

    help: str
    commands: Mapping[str, str]


GROUPS: Mapping[str, Group] = {
    "roles": Group("Who is the agent and who the customer.", {"swap": "process:swap"}),
    "scorecard": Group(
        "Scorecards: check, test, compare, publish.",
        {
            "check": "cards:check",
            "list": "cards:list_",
            "test": "trying:try_",
            "diff": "trying:diff",
            "publish": "trying:publish",
        },
    ),
    "models": Group(
        "Model weights: list, fetch, verify.",
        {
            "list": "machine:models_list",
            "pull": "machine:models_pull",
            "check": "machine:models_check",
        },
    ),
    "user": Group(
        "Accounts: who may log in, and do what where.",
        {
            "add": "people:add",
            "list": "people:list_",
            "roles": "people:roles",
            "set-password": "people:set_password",
            "disable": "people:disable",
            "enable": "people:enable",
            "link": "people:link",
        },
    ),
    "roster": Group(
        "The agents' roster: who the recordings are about.",
        {
            "import": "roster:import_",
            "list": "roster:list_",
            "join": "roster:join",
            "check": "roster:check",
        },
    ),
    "agent": Group("What is stored about one agent.", {"export": "agents:export"}),
    "token": Group(
        "API tokens: how programs work here.",
        {
            "create": "people:token_create",
            "list": "people:token_list",
            "revoke": "people:token_revoke",
        },
    ),
    "db": Group(
        "The database.",
        {
            "upgrade": "machine:db_upgrade",
            "backup": "keeping:backup",
            "restore": "keeping:restore",
            "copy": "keeping:copy",
        },
    ),
    "vault": Group(
        "What was said in the clear: the keys that seal it.",
        {
            "status": "vault:status",
            "rotate": "vault:rotate",
            "key": "vault:key",
            "forget": "vault:forget",
        },
    ),
    "retention": Group("How long what is kept.", {"run": "erasing:run"}),
    "hold": Group(
        "What may not be erased, and why.",
        {"add": "erasing:hold_add", "list": "erasing:hold_list", "remove": "erasing:hold_remove"},
    ),
    "audit": Group(
        "Who saw, heard, changed and exported what.",
        {
            "list": "auditing:list_",
            "verify": "auditing:verify",
            "head": "auditing:head",
            "export": "auditing:export",
        },
    ),
}


@cache
def build(only: str | None = None) -> typer.Typer:
    """Put the commands together.

    Parameters
    ----------
    only : load just the command or group of this name, since no other is called; None, or
        a name that nothing has = all of them.
    """
    made = typer.Typer(
        name="qa",
        cls=Door,
        no_args_is_help=True,
        add_completion=False,
        # An error may quote what somebody said: never show values of variables.
        pretty_exceptions_enable=False,
        help=root.__doc__,
    )
    made.callback()(root)
    everything = only not in COMMANDS and only not in GROUPS
    for name, place in COMMANDS.items():
        if everything or name == only:
            _add(made, name, place)
    for name, group in GROUPS.items():
        if everything or name == only:
            under = typer.Typer(no_args_is_help=True, help=group.help)
            for each, place in group.commands.items():
                _add(under, each, place)
            made.add_typer(under, name=name)
    return made


def __getattr__(name: str) -> typer.Typer:
    """Give `app`, all of it, to whoever imports it: the reference pages, and tests."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return build()


def _add(to: typer.Typer, name: str, place: str) -> None:
    module, _, function = place.partition(":")
    to.command(name)(getattr(import_module(f"qa.cli.{module}"), function))


def _version(wanted: bool) -> None:
    if wanted:
        from qa import __version__

        typer.echo(f"callcenter-qa {__version__}")
        raise typer.Exit


def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Recordings and chats in, heard evidence out: quality assurance for call centres."""
