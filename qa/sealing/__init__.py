"""Files that only who has the key can read: what callers said in the clear, at rest.

`Keys` is where keys come from; `seal` writes and `unseal` reads. Nothing is ever written
unsealed instead: without a key there is an error.
"""

from qa.sealing.keys import SEALED, KeyRing, Keys, keys_of, new_key
from qa.sealing.stream import HEAD, is_sealed, key_of, seal, unseal

__all__ = [
    "HEAD",
    "SEALED",
    "KeyRing",
    "Keys",
    "is_sealed",
    "key_of",
    "keys_of",
    "new_key",
    "seal",
    "unseal",
]
