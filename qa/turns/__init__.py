"""Words and speakers, or messages, to turns with roles. Pure: records in, records out."""

from qa.turns.build import build_turns
from qa.turns.messages import message_turns
from qa.turns.parties import speech_by_party, swap_roles, swapped
from qa.turns.roles import assign_roles
from qa.turns.transcript import transcript_turns
from qa.turns.triage import triage

__all__ = [
    "assign_roles",
    "build_turns",
    "message_turns",
    "speech_by_party",
    "swap_roles",
    "swapped",
    "transcript_turns",
    "triage",
]
