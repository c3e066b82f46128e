"""What all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, which says nothing about the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

#: Tests of these files share something dear (recordings heard by real models, a browser and its
#: server), so where several processes run the tests, one of them takes all of a file.
TOGETHER = (
    "contract/test_diarizers.py",
    "contract/test_transcribers.py",
    "integration/test_samples.py",
    "browser/",
)


def pytest_collection_modifyitems(items):
    """Keep tests together that share something dear."""
    for item in items:
        path = item.path.as_posix()
        group = next((name for name in TOGETHER if name in path), None)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
