"""Exports: what the store holds, out in the formats of others; always redacted.

An export takes `Exported` conversations, one at a time, and gives pieces of files. Other
distributions add theirs under the entry-point group ``qa.exports``.
"""

from qa.exports.base import (
    FORMATS,
    GROUP,
    Chunk,
    Depth,
    Exported,
    Exporter,
    Scored,
    What,
    exporter,
    formats,
)
from qa.exports.places import into_folder, into_zip

__all__ = [
    "FORMATS",
    "GROUP",
    "Chunk",
    "Depth",
    "Exported",
    "Exporter",
    "Scored",
    "What",
    "exporter",
    "formats",
    "into_folder",
    "into_zip",
]
