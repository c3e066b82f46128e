"""Who sits at this machine."""

from __future__ import annotations

import getpass

from qa.access.deciding import Grant, Principal
from qa.access.rights import UserRole


def machine_user() -> Principal:
    """Return this machine's user.

    Administrator at the command line, and in the pages as long as nobody has an account.
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        name = "local"
    return Principal(id="", name=name, grants=(Grant(UserRole.ADMINISTRATOR),))
