"""Lets ``python -m qa.cli`` do what the console script does."""

from qa.cli import main

if __name__ == "__main__":
    main()
