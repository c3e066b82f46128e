"""Lets ``python -m qa.cli`` do what the console script does."""

from qa.cli import main

main()
