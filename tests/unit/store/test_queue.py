"""Tables that are named anew, used by many threads from the first moment on."""

import sys
import threading

import pytest

from qa.store.queue import anew
from qa.store.tables import ConversationRow


@pytest.fixture
def hasty():
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_a_table_named_anew_has_columns_of_its_own_whoever_asks_first():
    """A condition on the table's own column instead would hold of any conversation."""
    for _ in range(50):
        row, said = anew(ConversationRow), []
        gate = threading.Barrier(4)

        def ask(row=row, said=said, gate=gate):
            gate.wait()
            said.append(str(row.team == "north"))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(condition.startswith("conversation_1.team") for condition in said), said
