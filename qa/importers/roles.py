"""What other programs call the sides of a conversation."""

from __future__ import annotations

import re

from qa.records import Party, Role

#: A word of a label -> the role; the labels of other languages among them.
WORDS: dict[Role, str] = {
    Role.AGENT: (
        "agent operator support advisor adviser representative rep admin staff employee consultant "
        "csr associate internal teammate оператор агент менеджер специалист консультант сотрудник "
        "operatorul agentul consultantul ügynök operátor ügyintéző munkatárs"
    ),
    Role.CUSTOMER: (
        "customer client caller user visitor guest contact external lead end-user enduser consumer "
        "patient клиент абонент покупатель заказчик clientul apelant client ügyfél hívó vevő"
    ),
    Role.BOT: "bot chatbot assistant ivr acd virtual voicebot workflow бот робот робот-оператор",
    Role.SYSTEM: "system automation trigger система sistem rendszer",
}
_ROLE = {word: role for role, words in WORDS.items() for word in words.split()}
_PARTS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def role_named(label: str) -> Role:
    """Return the role that a label says, "Agent 2", "END_USER", "Клиент:"; else unknown."""
    whole = label.strip().casefold().replace("_", "-").replace(" ", "-").rstrip(":")
    if whole in _ROLE:
        return _ROLE[whole]
    parts = _PARTS.findall(label.replace("_", " ").casefold())
    found = {_ROLE[part] for part in parts if part in _ROLE}
    return found.pop() if len(found) == 1 and len(parts) <= 2 else Role.UNKNOWN  # noqa: PLR2004


def party(id: str, *, label: str | None = None, role: Role | None = None, **more: object) -> Party:
    """Return a party whose role is what its label says, if it says one.

    Parameters
    ----------
    label : as the source names it; None = its id.
    more : further fields of `Party`.
    """
    found = role if role is not None else role_named(label if label is not None else id)
    known = found is not Role.UNKNOWN
    return Party.model_validate(
        {
            "id": id,
            "role": found,
            "role_confidence": 1.0 if known else 0.0,
            "role_source": "metadata" if known else "",
            **more,
        }
    )
