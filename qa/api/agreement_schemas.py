"""What the API takes and answers about agreement."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from qa.api.blanks import DayOrMoment, FromForms
from qa.api.figure_schemas import moment_of
from qa.api.schemas import Public
from qa.store.desk.agreeing import AgreementSheet, Between, Compared, Disagreement
from qa.store.desk.asked import Asked, Tally


class AgreementQuery(FromForms):
    """Which blind verdicts are compared."""

    model_config = ConfigDict(extra="forbid")

    card: str = Field(
        default="", description="Id of a scorecard; left out: the one most often judged blind."
    )
    team: str | None = None
    project: str | None = None
    since: DayOrMoment | None = Field(default=None, description="Given from, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="Given to: a moment is exclusive, a day is included."
    )

    def compared(self) -> Compared:
        """Return the question as the store takes it; a day is one of this machine's zone."""
        return Compared(
            card=self.card,
            team=self.team,
            project=self.project,
            since=moment_of(self.since),
            until=moment_of(self.until, days=1),
        )


def asked_of(compared: Compared) -> Asked:
    """Return which second looks belong beside an answer."""
    return Asked(**compared.model_dump())


class DisagreementQuery(AgreementQuery):
    """Which cases, and which page of them."""

    between: Between = Field(
        default=Between.MACHINE, description="Of a person and the machine, or of two people."
    )
    item: str | None = Field(default=None, description="Id of an item; left out: all.")
    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)


class AgreementOut(Public):
    """Agreement with 95 % intervals, none of fewer than twenty pairs."""

    agreement: AgreementSheet
    second_looks: Tally = Field(description="How second looks asked for in that time ended.")


class DisagreementsOut(Public):
    """Different blind verdicts on one thing, the newest reviews first."""

    items: tuple[Disagreement, ...]
    next: str | None = Field(description="Give it as `after` for more; null: that was all.")
