"""Who takes part, as a source lists them under keys of its own."""

from __future__ import annotations

from collections.abc import Sequence

from qa.importers.making import clean
from qa.importers.roles import party
from qa.records import Party, Role


class Cast:
    """Gives each participant of a source an id that is shown to everybody: its role, numbered.

    Names, and the keys of the source (which may be addresses), stay where names are kept.
    """

    def __init__(self) -> None:
        self._parties: dict[str, Party] = {}

    def id(
        self, key: object, role: Role, *, name: str | None = None, agent_id: object = None
    ) -> str:
        """Return the id of a participant; new ones are taken in.

        Parameters
        ----------
        key : how the source names them; the same key is the same participant.
        agent_id : the agent's id in the source; kept for agents alone.
        """
        known = self._parties.get(str(key))
        shown = clean(name)[:200] if name else ""
        if known is None:
            count = sum(p.role is role for p in self._parties.values())
            stem = "speaker" if role is Role.UNKNOWN else str(role)
            own = str(agent_id) if role is Role.AGENT and agent_id not in (None, "") else None
            known = party(
                f"{stem}-{count + 1}" if count else stem,
                role=role,
                name=shown or None,
                agent_id=own,
            )
        elif known.name is None and shown:
            known = known.model_copy(update={"name": shown})
        self._parties[str(key)] = known
        return known.id

    @property
    def parties(self) -> Sequence[Party]:
        """Everybody so far, in the order they came in."""
        return tuple(self._parties.values())
