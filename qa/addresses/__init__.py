"""Recordings at addresses: buckets, and servers of files, reached through fsspec.

Names of ours hold where something lies and never a credential: those come from the environment
and the files of each library. What is here reads and lists; nothing is
written, and nothing deleted but recordings that their source says are ours.
"""

from qa.addresses.names import Address, is_address, parse, place_of
from qa.addresses.places import Listed, Place
from qa.addresses.reading import called, copied, removed, room_for

__all__ = [
    "Address",
    "Listed",
    "Place",
    "called",
    "copied",
    "is_address",
    "parse",
    "place_of",
    "removed",
    "room_for",
]
