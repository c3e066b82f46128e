"""One customer's data: finding it by what they are known by, and what came of erasing it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlmodel import Session, col, select

from qa.errors import UsageError
from qa.records import Record
from qa.store.erasing.views import Erased
from qa.store.tables import ConversationRow

#: Last digits of a number that have to be the same where it is looked for in text.
_DIGITS = 8


class Customer(Record):
    """What one customer is known by; what is left out is not looked for."""

    #: As the metadata of conversations has it.
    reference: str = ""
    #: Telephone number, in any spelling.
    phone: str = ""
    #: Mail address.
    email: str = ""

    def known_by(self) -> tuple[str, ...]:
        """Name what they are known by; never what it is."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))


class Request(Record):
    """What came of a customer's request. Names conversations by their ids alone."""

    #: By which the audit log and the pages speak of it.
    id: str
    at: AwareDatetime
    who: str
    #: "reference", "phone", "email": not what they are.
    known_by: tuple[str, ...]
    #: Nothing of what was found is kept; else scores are, without text and without a name.
    everything: bool
    #: It was only looked: nothing was erased.
    dry_run: bool
    conversations: tuple[Erased, ...]
    #: Items in the vault that could not be taken in and spoke of them.
    rejects: int = 0
    #: The database kept nothing of what was deleted; else ask again, or run the rules.
    scrubbed: bool = True

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do, for a person or another run."""
        return self.scrubbed and all(
            one.ending == "erased" and not one.outside for one in self.conversations
        )


def new_id() -> str:
    """Return a name for a request."""
    return f"r-{secrets.token_hex(4)}"


def checked(customer: Customer) -> Customer:
    """Return what a customer is known by, without blanks around it.

    Raises
    ------
    UsageError : nothing is given, or what is no number or no address.
    """
    plain = Customer(**{k: v.strip() for k, v in customer.model_dump().items()})
    if not plain.known_by():
        raise UsageError(
            "It is not said whose data is meant.", "Give --reference, --phone or --email."
        )
    if plain.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", plain.email):
        raise UsageError("That is no mail address.", "Give it as name@host.")
    if plain.phone and len(re.sub(r"\D", "", plain.phone)) < _DIGITS:
        raise UsageError(
            "That is too short for a telephone number.", "Give it with its country: +40 21 555 0143"
        )
    return plain


def found(
    session: Session, customer: Customer, *, key: Callable[[str], str | None]
) -> dict[str, datetime]:
    """Return the ids of a customer's conversations, and when each began, oldest first.

    Parameters
    ----------
    key : makes the keyed hash of a number or an address.
    """
    row = ConversationRow
    ways = [
        col(row.caller_key) == hashed
        for typed in (customer.phone, customer.email)
        if typed and (hashed := key(typed))
    ]
    if customer.reference:
        details: Any = row.details
        ways.append(details["customer_ref"].as_string() == customer.reference)
    names: dict[str, datetime] = {}
    for way in ways:
        names.update(session.exec(select(row.id, row.at).where(way)).all())
    return dict(sorted(names.items(), key=lambda one: (one[1], one[0])))


def speaks_of(customer: Customer, line: str) -> bool:
    """Say whether an item that could not be taken in speaks of a customer."""
    try:
        texts = list(_texts(json.loads(line)))
    except ValueError:
        texts = [line]
    digits = re.sub(r"\D", "", customer.phone)[-_DIGITS:]
    return any(
        (customer.reference and text == customer.reference)
        or (customer.email and customer.email.casefold() in text.casefold())
        or (digits and digits in re.sub(r"\D", "", text))
        for text in texts
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, (str, int)):
        yield str(value)
