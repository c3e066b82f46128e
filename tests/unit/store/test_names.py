"""Customers' numbers stay out of the tables, though recorders write them into file names."""

import pytest

from qa.store.names import shown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "q-600-2025550143-20261103-164502-1793724302.118.wav",
            "q-600-[PHONE]-20261103-164502-1793724302.118.wav",
        ),
        (
            "out-+40215550123-101-20261103-164502-1793724302.118.wav",
            "out-[PHONE]-101-20261103-164502-1793724302.118.wav",
        ),
        ("calls/2026/11/03/order-12345.wav", "calls/2026/11/03/order-12345.wav"),
        ("0002f70f7386445b.wav", "0002f70f7386445b.wav"),
        ("20261103_164502.wav", "20261103_164502.wav"),
        ("rec_74951234567.mp3: it is empty.", "rec_[PHONE].mp3: it is empty."),
    ],
)
def test_a_number_in_a_name_is_hidden_and_dates_are_not(name: str, expected: str) -> None:
    assert shown(name) == expected


def test_hiding_twice_changes_nothing() -> None:
    once = shown("rec_74951234567.mp3")
    assert shown(once) == once
