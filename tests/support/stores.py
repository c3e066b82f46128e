"""A store whose time passes when a test says so."""

from datetime import datetime, timedelta

from qa.store import Store, database


class Clock:
    """Time that passes when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **given: float) -> None:
        """Let days, hours, seconds pass."""
        self.now += timedelta(**given)


def open_at(settings, clock, **given) -> Store:
    """Open the database of some settings, by another clock."""
    engine = database.make_engine(database.address(settings))
    return Store(engine, settings=settings, clock=clock, **given)
