"""All commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from qa import __version__
from qa.cli import (
    agents,
    agreeing,
    auditing,
    cards,
    erasing,
    examples,
    export,
    keeping,
    machine,
    people,
    process,
    read,
    report,
    roster,
    sampling,
    searching,
    status,
    trying,
    vault,
    watching,
    working,
)
from qa.cli.door import Door

app = typer.Typer(
    name="qa",
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    # An error may quote what somebody said: never show values of variables.
    pretty_exceptions_enable=False,
    help="Recordings and chats in, heard evidence out: quality assurance for call centres.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"callcenter-qa {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Recordings and chats in, heard evidence out: quality assurance for call centres."""


app.command("run")(process.run)
app.command("import")(process.import_)
app.command("formats")(process.formats)
app.command("names")(process.names)
app.command("work")(process.work)
app.command("score")(process.score)
app.command("list")(read.list_)
app.command("show")(read.show)
app.command("search")(searching.search)
app.command("export")(export.export)
app.command("sample")(sampling.sample)
app.command("report")(report.report)
app.command("agreement")(agreeing.agreement)
app.command("examples")(examples.examples)
app.command("collections")(examples.collections)

roles = typer.Typer(no_args_is_help=True, help="Who is the agent and who the customer.")
roles.command("swap")(process.swap)
app.add_typer(roles, name="roles")

scorecard = typer.Typer(no_args_is_help=True, help="Scorecards: check, test, compare, publish.")
scorecard.command("check")(cards.check)
scorecard.command("list")(cards.list_)
scorecard.command("test")(trying.try_)
scorecard.command("diff")(trying.diff)
scorecard.command("publish")(trying.publish)
app.add_typer(scorecard, name="scorecard")

models = typer.Typer(no_args_is_help=True, help="Model weights: list, fetch, verify.")
models.command("list")(machine.models_list)
models.command("pull")(machine.models_pull)
models.command("check")(machine.models_check)
app.add_typer(models, name="models")

user = typer.Typer(no_args_is_help=True, help="Accounts: who may log in, and do what where.")
user.command("add")(people.add)
user.command("list")(people.list_)
user.command("roles")(people.roles)
user.command("set-password")(people.set_password)
user.command("disable")(people.disable)
user.command("enable")(people.enable)
user.command("link")(people.link)
app.add_typer(user, name="user")

crew = typer.Typer(no_args_is_help=True, help="The agents' roster: who the recordings are about.")
crew.command("import")(roster.import_)
crew.command("list")(roster.list_)
crew.command("join")(roster.join)
crew.command("check")(roster.check)
app.add_typer(crew, name="roster")

agent = typer.Typer(no_args_is_help=True, help="What is stored about one agent.")
agent.command("export")(agents.export)
app.add_typer(agent, name="agent")

token = typer.Typer(no_args_is_help=True, help="API tokens: how programs work here.")
token.command("create")(people.token_create)
token.command("list")(people.token_list)
token.command("revoke")(people.token_revoke)
app.add_typer(token, name="token")

db = typer.Typer(no_args_is_help=True, help="The database.")
db.command("upgrade")(machine.db_upgrade)
db.command("backup")(keeping.backup)
db.command("restore")(keeping.restore)
db.command("copy")(keeping.copy)
app.add_typer(db, name="db")

kept = typer.Typer(no_args_is_help=True, help="What was said in the clear: the keys that seal it.")
kept.command("status")(vault.status)
kept.command("rotate")(vault.rotate)
kept.command("key")(vault.key)
kept.command("forget")(vault.forget)
app.add_typer(kept, name="vault")

rules = typer.Typer(no_args_is_help=True, help="How long what is kept.")
rules.command("run")(erasing.run)
app.add_typer(rules, name="retention")

hold = typer.Typer(no_args_is_help=True, help="What may not be erased, and why.")
hold.command("add")(erasing.hold_add)
hold.command("list")(erasing.hold_list)
hold.command("remove")(erasing.hold_remove)
app.add_typer(hold, name="hold")
app.command("erase")(erasing.erase)
audit = typer.Typer(no_args_is_help=True, help="Who saw, heard, changed and exported what.")
audit.command("list")(auditing.list_)
audit.command("verify")(auditing.verify)
audit.command("head")(auditing.head)
audit.command("export")(auditing.export)
app.add_typer(audit, name="audit")

app.command("status")(status.status)
app.command("worker")(working.worker)
app.command("watch")(watching.watch)
app.command("serve")(machine.serve)
app.command("doctor")(machine.doctor)
