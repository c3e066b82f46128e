"""File names without the customers' numbers that recorders write into them."""

from __future__ import annotations

import re

#: A telephone number: seven digits or more that stand alone, are no date, and are not
#: followed by a sequence number as in "1793724302.118". "7386445b" is no number.
_NUMBER = re.compile(r"\+?(?<![^\W_])(?!(?:19|20)\d{6}(?!\d))\d{7,}(?![^\W_]|\.\d)")


def shown(text: str) -> str:
    """Return a path, or a sentence that names one, as tables and pages may hold it.

    The true address lies in the vault with the conversation.

    >>> shown("monitor/q-600-2025550143-20261103-164502-1793724302.118.wav")
    'monitor/q-600-[PHONE]-20261103-164502-1793724302.118.wav'
    """
    return _NUMBER.sub("[PHONE]", text)
