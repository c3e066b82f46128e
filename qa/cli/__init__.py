"""The command line.

Data on stdout, progress and notes on stderr, ``--json`` on every reader. Exit
codes are those of `qa.cli.door.ExitCode`. Every command loads the rooms it needs
when it runs, so that ``qa --help`` loads none of them.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line (the console script `qa`)."""
    from qa.cli.app import app

    app()
