"""The command line.

Data on stdout, progress and notes on stderr, ``--json`` on every reader. Exit
codes are those of `qa.cli.door.ExitCode`. Every command loads the rooms it needs
when it runs, so that ``qa --help`` loads none of them.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

#: Commands that look and end: what they load stays until then, so that going through it time
#: and again for what is garbage (a tenth of their time) would find nothing.
_LOOKS = {"list", "show", "status"}


def main() -> None:
    """Run the command line (the console script `qa`)."""
    # Pydantic would hand all that is read, before it is redacted, too, to any plugin that some
    # package brings along, and look for one at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is there at the end goes with the process; to look through it once more for garbage
    # takes two tenths of a second.
    atexit.register(gc.freeze)
    first = sys.argv[1] if len(sys.argv) > 1 else None
    if first in _LOOKS:
        gc.disable()
    from qa.cli.app import build

    build(only=first)()
