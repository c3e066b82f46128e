"""Parts of the settings that are about keeping: whose recordings are, what and how long is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

#: Days, counted in whole ones; "forever" ends the search for another rule.
Days = Annotated[int, Field(ge=0, le=36_525)] | Literal["forever"]


#: What redaction may leave as it was said. Numbers of cards, codes and passwords are not among it.
Leavable = Literal["IBAN", "PHONE", "EMAIL", "PERSON", "DATE_OF_BIRTH", "ADDRESS"]


class Part(BaseModel):
    """Base of what settings are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(Part):
    """A place that recordings are read from where they lie."""

    #: The folder (or one file), or the address ("s3://calls/2026/").
    path: Path | str
    #: They are ours to delete: where the sound of a call is erased, its recording and the file
    #: of metadata beside it go, too. Without it no recording is ever deleted where it lies.
    owned: bool = False

    @field_validator("path", mode="before")
    @classmethod
    def _file_or_address(cls, value: object) -> object:
        text = str(value)
        if "://" not in text:
            return Path(text)
        if re.search(r"[*?\[]", text):
            raise ValueError("a pattern; write what the names of all of them begin with")
        return text


class Redaction(Part):
    """What is left as it was said in some conversations. Empty conditions fit everything.

    The first that fits counts; where none does, all is hidden. It is applied when a conversation is
    processed: what is stored already stays as it is until it is processed again.
    """

    #: As the conversation's metadata has it.
    queue: str = ""
    #: As the conversation's metadata has it.
    project: str = ""
    #: Kinds that are stored, shown and played as they were said.
    leave: tuple[Leavable, ...] = ()
    #: Those of them that `qa export` leaves as well; all the others are hidden in exports.
    exports_leave: tuple[Leavable, ...] = ()

    @model_validator(mode="after")
    def _stricter(self) -> Self:
        more = sorted(set(self.exports_leave) - set(self.leave))
        if more:
            raise ValueError(
                f"exports_leave has {', '.join(more)}, which leave has not: an export may only "
                "hide more than what is stored"
            )
        return self

    @property
    def stored_alone(self) -> frozenset[str]:
        """Kinds that are left in what is stored and hidden in exports."""
        return frozenset(self.leave) - frozenset(self.exports_leave)

    def fits(self, *, queue: str | None, project: str | None) -> bool:
        """Say whether it is about conversations of a queue and a project."""
        return self.queue in {"", queue} and self.project in {"", project}


def redaction_of(
    rules: Sequence[Redaction], *, queue: str | None, project: str | None
) -> Redaction:
    """Return what is left as it was said in conversations of a queue and a project."""
    fitting = (one for one in rules if one.fits(queue=queue, project=project))
    return next(fitting, Redaction())


class Retention(Part):
    """How long what is kept of some conversations. Empty conditions fit everything.

    Of each kind of content the first rule that fits and says something of it counts. What no
    rule says anything of is kept.
    """

    #: What people read where something was erased by it; each rule has its own.
    name: str = Field(min_length=1, max_length=100)
    #: "call", "chat" or "mail".
    channel: Literal["", "call", "chat", "mail"] = ""
    #: As the conversation's metadata has it.
    queue: str = ""
    #: As the conversation's metadata has it.
    project: str = ""
    #: BCP-47, as lists show it.
    language: str = ""
    #: One of the tags of its metadata.
    tag: str = ""
    #: Its disposition, or why it is not scored ("voicemail").
    outcome: str = ""
    #: What the worst of its scores came to.
    result: Literal["", "passed", "failed", "critical"] = ""
    #: One of its scores is at least this, 0..100.
    min_score: float | None = Field(default=None, ge=0, le=100)
    #: One of its scores is at most this, 0..100.
    max_score: float | None = Field(default=None, ge=0, le=100)
    #: What days are counted from: the begin of the conversation (where it is not known, its
    #: registration), its first score, or the end of its review. Before that the rule is passed
    #: over, and a rule below it may set the latest day.
    counted_from: Literal["begin", "scored", "reviewed"] = "begin"
    #: Days that its sound is kept: copies of the recording, what is played, what is drawn, clips;
    #: "forever" ends the search for another rule.
    audio_days: Days | None = None
    #: Days that its words are kept as they were said, before redaction.
    unredacted_days: Days | None = None
    #: Days that its redacted text is kept, with quotes, what people wrote on it, and search.
    text_days: Days | None = None
    #: Days that its scores are kept.
    scores_days: Days | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        days = (self.audio_days, self.unredacted_days, self.text_days, self.scores_days)
        if all(one is None for one in days):
            raise ValueError(
                "says of nothing how long it is kept; give audio_days, unredacted_days, "
                "text_days or scores_days"
            )
        low, high = self.min_score, self.max_score
        if low is not None and high is not None and low > high:
            raise ValueError(f"min_score {low} is above max_score {high}")
        return self
