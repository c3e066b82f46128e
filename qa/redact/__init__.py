"""Personal data out: `Turn`s in, `SafeTurn`s and the spans of sound to silence out.

The only maker of `SafeTurn`. Pure and deterministic: the same turns and the same
list of words to keep give the same result, on every machine. Hidden are card
numbers, account numbers, telephone numbers, e-mail addresses, names of people, what was asked
for as a secret (PIN, CVV, date of expiry), every other long number, and what people tell
of themselves (date of birth, address, password), in whatever way they are said, in English,
Russian, Romanian and Hungarian at once.
"""

from qa.redact.mask import redact

__all__ = ["redact"]
