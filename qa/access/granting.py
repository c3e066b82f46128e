"""Which grants somebody means who names roles, teams and projects; for both doors."""

from __future__ import annotations

from collections.abc import Sequence

from qa.access.deciding import ALL, Grant
from qa.access.rights import EVERYWHERE, UserRole
from qa.errors import UnknownName, UsageError


def grants_of(
    roles: Sequence[str],
    *,
    teams: Sequence[str] = (),
    projects: Sequence[str] = (),
    everywhere: bool = False,
) -> tuple[Grant, ...]:
    """Return each role for each team in each project.

    Parameters
    ----------
    everywhere : for all teams and projects; has to be said, so that nobody gets it by leaving
        a field empty. Roles that know no teams take neither.

    Raises
    ------
    UnknownName : there is no such role.
    UsageError : it is not said for which conversations a role is.
    """
    made = []
    for role in roles:
        if role not in {*UserRole}:
            raise UnknownName("role", role, [str(r) for r in UserRole])
        if role in EVERYWHERE or role == UserRole.AGENT:
            made.append(Grant(UserRole(role)))
            continue
        if everywhere == bool(teams or projects):
            raise UsageError(
                f"It is not clear for which conversations the role '{role}' is.",
                "Name a team, a project or both; or say that it is everywhere (--everywhere).",
            )
        made += [
            Grant(UserRole(role), team=team, project=project)
            for team in teams or (ALL,)
            for project in projects or (ALL,)
        ]
    return tuple(made)
