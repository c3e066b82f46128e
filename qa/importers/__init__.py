"""Importers: files and folders in, conversations out.

One file a format. A format of one file (`Format`) says by a file's head whether it is its
own, yields the items in it and makes a conversation of each; one whose conversations lie in
several files (`Importer`) claims the files that belong together. Other distributions add
theirs under the entry-point group ``qa.importers``.
"""

from qa.importers.base import (
    FORMATS,
    GROUP,
    About,
    Claim,
    Files,
    Format,
    Importer,
    Item,
    Rejected,
    abouts,
)
from qa.importers.find import find

__all__ = [
    "FORMATS",
    "GROUP",
    "About",
    "Claim",
    "Files",
    "Format",
    "Importer",
    "Item",
    "Rejected",
    "abouts",
    "find",
]
