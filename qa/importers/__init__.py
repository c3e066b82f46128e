"""Importers: files and folders in, conversations out.

An importer claims the files that are its own, in groups that make one import each, and
reads a group when its turn comes. Other distributions add theirs under the entry-point
group ``qa.importers``.
"""

from qa.importers.base import FORMATS, GROUP, Claim, Files, Importer, Rejected
from qa.importers.find import find

__all__ = ["FORMATS", "GROUP", "Claim", "Files", "Importer", "Rejected", "find"]
