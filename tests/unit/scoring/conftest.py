"""Small cards and findings to add up."""

import pytest

from qa.scoring import load_scorecard


def card_of(text, **top):
    """A card of one section whose items are given as YAML."""
    lines = "\n".join(f"{k}: {v}" for k, v in top.items())
    body = "\n".join("      " + line for line in text.strip("\n").splitlines())
    return load_scorecard(
        f"scorecard: small\n{lines}\nsections:\n  - id: only\n    items:\n{body}\n",
        name="small.yaml",
    )


@pytest.fixture(name="card_of")
def _card_of():
    return card_of
