"""Alembic's migrations, one head, batch mode; shipped with the program.

Each file says in its name when it may run where many workers are up: ``pre``
before the new program is deployed, ``post`` after.
"""

#: Every revision in order. Written down so that opening a database need not load
#: Alembic; a test compares it with the files.
REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011",
    "0012", "0013", "0014", "0015",
)  # fmt: skip
