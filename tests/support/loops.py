"""Waiting for a coroutine, whatever else runs in this process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def finished(coroutine):
    """Run a coroutine to its end in a thread of its own, and return what it returns.

    The browser tests of the same process leave a loop running in the main thread.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
