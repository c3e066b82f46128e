"""Quality assurance for call centres: recordings and chats in, heard evidence out."""

from __future__ import annotations

__version__: str


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # What reads it takes a tenth of a second, and few commands tell it.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("callcenter-qa")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
