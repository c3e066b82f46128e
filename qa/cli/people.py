"""``qa user`` and ``qa token``: who may log in, and do what where."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.access import Grant
    from qa.store import Store

_Name = Annotated[str, typer.Argument(help="Name to log in with.")]
_Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="administrator, supervisor, reviewer, trainer, agent, auditor or service; "
        "may be given again.",
    ),
]
_Teams = Annotated[
    list[str] | None, typer.Option("--team", help="For this team; may be given again.")
]
_Projects = Annotated[
    list[str] | None, typer.Option("--project", help="For this project; may be given again.")
]
_Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="For all teams and projects, future ones included.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add(
    name: _Name,
    role: _Roles,
    team: _Teams = None,
    project: _Projects = None,
    everywhere: _Everywhere = False,
    agent_id: Annotated[
        str, typer.Option(help="Of an agent: their id, as recordings have it.")
    ] = "",
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They log in by single sign-on alone.")
    ] = False,
) -> None:
    """Make an account; asks for its password, or reads it from standard input.

    With the first account everybody has to log in.
    """
    from qa.access import UserRole, grants_of, machine_user
    from qa.access.passwords import Passwords

    grants = grants_of(role, teams=team or (), projects=project or (), everywhere=everywhere)
    programs = {grant.role for grant in grants} == {UserRole.SERVICE}
    with _store() as store:
        kept = "" if programs or no_password else Passwords().hash(_new_password(name))
        made = store.accounts.add(
            name, grants=grants, who=machine_user().name, password=kept, agent_id=agent_id or None
        )
    say.note(f"{made.name} is {_worded(made.grants)}.")
    if programs:
        say.note(f"It works by tokens: qa token create {made.name} --scope list")


def list_(json: JsonOption = False) -> None:
    """List the accounts and their roles."""
    with _store() as store:
        found = store.accounts.all()
    if json:
        say.out_json(
            [
                {
                    **a.model_dump(mode="json", exclude={"grants"}),
                    "roles": [str(g) for g in a.grants],
                }
                for a in found
            ]
        )
        return
    if not found:
        say.note("Nobody has an account: whoever sits at this machine is its administrator.")
        return
    say.table(
        ["Name", "Roles", "Agent", "Logs in by", "State"],
        [
            [
                a.name,
                _worded(a.grants),
                a.agent_id or "",
                ", ".join(w for w in ("password" * a.has_password, a.issuer) if w),
                "disabled" if a.disabled_at else "",
            ]
            for a in found
        ],
    )


def roles(
    name: _Name,
    role: _Roles,
    team: _Teams = None,
    project: _Projects = None,
    everywhere: _Everywhere = False,
    agent_id: Annotated[
        str, typer.Option(help="Of an agent: their id, as recordings have it.")
    ] = "",
    more: Annotated[bool, typer.Option("--more", help="Beside those that they have.")] = False,
) -> None:
    """Give an account other roles; they count from its next request."""
    from qa.access import grants_of, machine_user

    grants = grants_of(role, teams=team or (), projects=project or (), everywhere=everywhere)
    with _store() as store:
        before = store.accounts.get(name).grants if more else ()
        changed = store.accounts.set_grants(
            name, [*before, *grants], who=machine_user().name, agent_id=agent_id or None
        )
    say.note(f"{changed.name} is {_worded(changed.grants)}.")


def set_password(name: _Name) -> None:
    """Give an account another password; it is logged out everywhere."""
    from qa.access import machine_user
    from qa.access.passwords import Passwords

    with _store() as store:
        store.accounts.get(name)
        kept = Passwords().hash(_new_password(name))
        store.accounts.set_password(name, kept, who=machine_user().name)
    say.note("The password was changed.")


def disable(name: _Name) -> None:
    """Close an account: it is logged out, and its tokens are taken no more."""
    from qa.access import machine_user

    with _store() as store:
        store.accounts.disable(name, who=machine_user().name)
    say.note(f"{name} can do nothing here any more. Back: qa user enable {name}")


def enable(name: _Name) -> None:
    """Open a closed account again."""
    from qa.access import machine_user

    with _store() as store:
        store.accounts.enable(name, who=machine_user().name)
    say.note(f"{name} may log in again.")


def link(
    name: _Name,
    issuer: Annotated[str, typer.Option(help="Address of the provider of single sign-on.")],
    subject: Annotated[str, typer.Option(help="Its name for this person ('sub').")],
) -> None:
    """Let a provider of single sign-on vouch for an account."""
    from qa.access import machine_user

    with _store() as store:
        store.accounts.link(name, issuer=issuer, subject=subject, who=machine_user().name)
    say.note(f"{issuer} vouches for {name} as '{subject}'.")


def token_create(
    name: Annotated[str, typer.Argument(help="Account that the token is for.")],
    scope: Annotated[
        list[str], typer.Option("--scope", help="Right that it is for; may be given again.")
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="Days that it lasts.")] = 90,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Make an API token; it is shown this once."""
    from datetime import timedelta

    from qa.access import Right, machine_user

    for each in scope:
        if each not in {*Right}:
            raise UnknownName("right", each, [str(r) for r in Right])
    with _store() as store:
        made, known = store.sessions.add_token(
            store.accounts.get(name),
            label=label,
            scopes={Right(s) for s in scope},
            lasts=timedelta(days=days),
            who=machine_user().name,
        )
    say.out(made)
    say.note(f"Token {known.id} lasts until {known.expires_at:%Y-%m-%d}. It is not shown again.")


def token_list(
    name: Annotated[str, typer.Argument(help="Account; none = all.")] = "",
    json: JsonOption = False,
) -> None:
    """List API tokens; what they are is not kept."""
    from qa.records import as_json

    with _store() as store:
        found = store.sessions.tokens(store.accounts.get(name).id if name else None)
    if json:
        say.out_json([as_json(t) for t in found])
        return
    say.table(
        ["Id", "Account", "For", "Scopes", "Until", "Last used"],
        [
            [
                t.id,
                t.account,
                t.label,
                ", ".join(t.scopes),
                "revoked" if t.revoked_at else f"{t.expires_at:%Y-%m-%d}",
                f"{t.used_at:%Y-%m-%d}" if t.used_at else "never",
            ]
            for t in found
        ],
    )


def token_revoke(id: Annotated[str, typer.Argument(help="Id of the token.")]) -> None:
    """Take an API token back."""
    from qa.access import machine_user

    with _store() as store:
        store.sessions.revoke(id, who=machine_user().name)
    say.note("The token is taken no more.")


def _store() -> Store:
    from qa.settings import load_settings
    from qa.store import open_store

    return open_store(load_settings())


def _worded(grants: Sequence[Grant]) -> str:
    return ", ".join(str(grant) for grant in grants)


def _new_password(name: str) -> str:
    """Ask for a password twice; from a pipe, take its first line."""
    from qa.access.passwords import check_new

    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = sys.stdin.readline().rstrip("\n")
    check_new(given, about=[name])
    return str(given)
