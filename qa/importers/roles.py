"""What other programs call the sides of a conversation."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from itertools import count

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
#: Labels that name nobody: "SPEAKER_00", "spk_1", "Channel 2", "A".
_NOBODY = re.compile(
    r"(?:speaker|spk|spkr|channel|ch|party|voice|unknown|говорящий|спикер|vorbitor|beszélő)?"
    r"[-_ ]*(?:\d{1,3}|[a-z]|unknown)?",
    re.IGNORECASE,
)
#: Our own ids: a role, and a number from the second on.
_OURS = re.compile(r"(?P<role>agent|customer|bot|system)(?:-\d{1,3})?")
_PARTS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def role_named(label: str) -> Role:
    """Return the role that a label says, "Agent 2", "END_USER", "Клиент:"; else unknown."""
    whole = label.strip().casefold().replace("_", "-").replace(" ", "-").rstrip(":")
    if whole in _ROLE:
        return _ROLE[whole]
    parts = _PARTS.findall(label.replace("_", " ").casefold())
    found = {_ROLE[part] for part in parts if part in _ROLE}
    return found.pop() if len(found) == 1 and len(parts) <= 2 else Role.UNKNOWN  # noqa: PLR2004


def names_nobody(label: str) -> bool:
    """Say whether a label is a number or letter of a voice ("SPEAKER_00", "Channel 2", "A")."""
    return role_named(label) is Role.UNKNOWN and _NOBODY.fullmatch(label) is not None


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


def settled(
    known: Sequence[Party], labels: Iterable[str]
) -> tuple[dict[str, str], tuple[Party, ...]]:
    """Return label -> id of those who say something, and all the parties.

    A label may be somebody's name, and ids are shown to everybody: so an id is made from
    the role ("agent", "agent-2", "customer") or from a label that names nobody
    ("speaker-0"), and a name goes where names are kept.

    Parameters
    ----------
    known : parties that the source describes; they keep their ids.
    labels : whom what is said belongs to, in order of appearance.
    """
    parties = {party.id: party for party in known}
    ids = dict(zip(parties, parties, strict=True))
    for label in dict.fromkeys(labels):
        if label in ids:
            continue
        role = our_role(label) or role_named(label)
        wanted, name = label, None
        if our_role(label) is None:
            wanted = "speaker" if role is Role.UNKNOWN else str(role)
            if role is Role.UNKNOWN and _NOBODY.fullmatch(label):
                plain = re.sub(r"[\W_]+", "-", label.casefold()).strip("-")
                wanted = plain if plain.startswith("s") or not plain else f"speaker-{plain}"
            elif label.casefold() not in _ROLE:
                name = label
        ids[label] = _free(wanted or "speaker", parties)
        parties[ids[label]] = party(ids[label], role=role, name=name)
    return ids, tuple(parties.values())


def our_role(label: str) -> Role | None:
    """Return the role of an id of ours ("agent-2"); None for any other label."""
    match = _OURS.fullmatch(label)
    return Role(match["role"]) if match else None


def _free(id: str, taken: Container[str]) -> str:
    """Return the id, or the first of its numbered kind that nobody has."""
    if id not in taken:
        return id
    return next(name for n in count(2) if (name := f"{id}-{n}") not in taken)
