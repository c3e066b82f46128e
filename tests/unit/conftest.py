"""The English parser, for the few tests that read sentence structure."""

import os
from functools import partial
from pathlib import Path

import pytest

from qa import models
from qa.errors import ModelError
from qa.language.parsing import Parsers
from qa.settings import Settings

#: Where `scripts/test` keeps weights.
WEIGHTS = Path(os.environ.get("QA_MODELS") or Path(__file__).parents[2] / ".models")


@pytest.fixture(scope="session")
def parsers():
    """Parsers as the pipeline builds them; the test is skipped where the model is absent."""
    settings = Settings(models=WEIGHTS, offline=True)
    try:
        models.locate(models.PARSERS["en"], settings)
    except ModelError as err:
        pytest.skip(str(err))
    return Parsers({c: partial(models.locate, n, settings) for c, n in models.PARSERS.items()})
