"""Who may do what: one place that decides, by object.

Pure: it is given who asks (`Principal`) and what the thing is (`Facts`), and knows
neither tables nor requests. A list is narrowed by the `Scope` of the same right, so
that whatever a list shows may be opened, and counts agree with lists.
"""

from qa.access.deciding import ALL, EVERYTHING, NOTHING, Facts, Grant, Part, Principal, Scope
from qa.access.granting import grants_of
from qa.access.local import machine_user
from qa.access.rights import ABOUT_CONVERSATIONS, EVERYWHERE, RIGHTS, Right, UserRole

__all__ = [
    "ABOUT_CONVERSATIONS",
    "ALL",
    "EVERYTHING",
    "EVERYWHERE",
    "NOTHING",
    "RIGHTS",
    "Facts",
    "Grant",
    "Part",
    "Principal",
    "Right",
    "Scope",
    "UserRole",
    "grants_of",
    "machine_user",
]
