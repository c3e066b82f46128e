"""Quality assurance for call centres: recordings and chats in, heard evidence out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("callcenter-qa")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
