"""Settings: one typed object, built at the door and passed down.

Sources, the first wins: ``QA_*`` environment variables, then ``qa.toml`` in the
working directory (or the file that ``QA_CONFIG`` names), then the defaults.
Nested values are tables in ``qa.toml``, or JSON in the environment.
"""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from qa.errors import SettingsError
from qa.setting_parts import Part as _Part
from qa.setting_parts import Redaction, Retention, Source

Side = Literal["agent", "customer", "unknown"]


class ChannelMap(_Part):
    """Who speaks on which channel of a stereo recording of one platform."""

    #: As recordings name it in their metadata ("vicidial"); "*" = any platform.
    platform: str = "*"
    #: "inbound", "outbound", or "*" for both.
    direction: Literal["inbound", "outbound", "*"] = "*"
    #: Role of each channel, the left one first.
    roles: tuple[Side, ...]


class Route(_Part):
    """Which scorecards a conversation wants. Empty conditions fit everything."""

    #: Ids of the scorecards it leads to.
    scorecards: tuple[str, ...]
    #: "call", "chat" or "mail".
    channel: str | None = None
    #: "inbound", "outbound" or "internal".
    direction: str | None = None
    #: As the conversation's metadata has it.
    queue: str | None = None
    #: As the conversation's metadata has it.
    project: str | None = None
    #: BCP-47, as the metadata has it.
    language: str | None = None


Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class BusinessHours(_Part):
    """When the call centre is open; a conversation that begins at another time is after hours."""

    #: IANA name of the zone that the hours are told in ("Europe/Bucharest").
    zone: str
    #: Days it is open.
    days: tuple[Day, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    #: HH:MM; from when on each of them.
    opens: time = time(9)
    #: HH:MM; until when. At or before `opens`: after midnight.
    closes: time = time(18)
    #: Days it is shut (YYYY-MM-DD).
    holidays: tuple[date, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError) as err:
            raise ValueError(f"no zone '{value}'; write a name such as Europe/Bucharest") from err
        return value

    def open_at(self, moment: datetime) -> bool:
        """Say whether it is open at a moment, ``[opens, closes)``."""
        local = moment.astimezone(ZoneInfo(self.zone))
        now, today = local.time(), local.date()
        if self.opens < self.closes:
            return self._works(today) and self.opens <= now < self.closes
        before = today - timedelta(days=1)
        return (self._works(today) and now >= self.opens) or (
            self._works(before) and now < self.closes
        )

    def _works(self, day: date) -> bool:
        return get_args(Day)[day.weekday()] in self.days and day not in self.holidays


class SampleSchedule(_Part):
    """A draw of conversations for review that comes again: `qa sample --due` makes it."""

    #: What it is called; each of its times is drawn for once.
    name: str = Field(min_length=1)
    #: Days on which it draws.
    days: tuple[Day, ...] = ("monday",)
    #: HH:MM on those days, by `time_zone` (empty: by this machine's clock).
    at: time = time(6)
    #: How many conversations of each agent.
    per_agent: int = Field(default=4, ge=1, le=1000)
    #: Of how many days before.
    last_days: int = Field(default=7, ge=1, le=366)
    #: Conversations shorter than this (seconds) are left out.
    min_seconds: float = Field(default=60.0, ge=0)
    #: Of one team, project, channel or card alone; empty = all.
    team: str = ""
    #: As conversations have it.
    project: str = ""
    #: "call", "chat" or "mail".
    channel: Literal["", "call", "chat", "mail"] = ""
    #: Id of a scorecard.
    card: str = ""
    #: Hide the machine's verdicts until the reviewer has saved.
    blind: bool = True


class Recipient(_Part):
    """Somebody who is told in the morning what the night brought: `qa report night --send`."""

    #: Mail address; needs `smtp_host` and `smtp_from`.
    mail: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    #: Address that is sent the report as JSON, its wording in "text".
    webhook: str = Field(default="", pattern=r"^(https?://\S+)?$")
    #: Of one team alone; empty = all.
    team: str = ""
    #: Only when something is wrong.
    alarms_only: bool = False


class NamePattern(_Part):
    """What the names of recordings say: "{agent_id}-{queue}-{started_at:%Y%m%d-%H%M%S}"."""

    #: Text and `{field}`s, `{*}` for what says nothing; with "/", folders are read as well.
    pattern: str
    #: IANA name of the zone of times in names; empty = that of `time_zone`.
    time_zone: str = ""
    #: What a direction is called in names -> "inbound", "outbound" or "internal".
    directions: dict[str, str] = Field(default_factory=dict)


class Join(_Part):
    """A CSV file of the telephone system or the CRM, and how its rows find their conversations."""

    #: The file.
    file: Path
    #: Column that holds the key.
    key: str
    #: What it is the key of: "id" (the user's own), "name" (of the file), "ticket" or
    #: "customer_ref".
    on: Literal["id", "name", "ticket", "customer_ref"] = "id"
    #: Our name of a piece of metadata -> the column that holds it.
    columns: dict[str, str]
    #: IANA name of the zone of its times; empty = that of `time_zone`.
    time_zone: str = ""
    #: Columns and what stands in them where a call was recorded ({disposition = "ANSWERED"}):
    #: each import counts those that have no recording. Empty = none is expected to have one.
    recorded: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.recorded and not (self.on in {"id", "name"} and "started_at" in self.columns):
            raise ValueError("recorded needs a column for started_at, and on = 'id' or 'name'")
        return self


class Settings(BaseSettings):
    """All that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="QA_", frozen=True, extra="forbid", nested_model_default_partial_update=True
    )

    #: Folder of everything the program writes: database, vault, cache, models.
    data: Path = Field(default_factory=lambda: user_data_path("callcenter-qa", appauthor=False))
    #: SQLAlchemy address; empty = SQLite file ``qa.db`` under `data`.
    database_url: str = ""
    #: Folder of model weights; empty = ``models`` under `data`.
    models: Path | None = None
    #: Which weights: compact (carried by packages), standard, accurate; auto =
    #: standard where the hub answers, else compact.
    profile: Literal["auto", "compact", "standard", "accurate"] = "auto"
    #: The makers' hub.
    hub: str = "https://huggingface.co"
    #: Never ask the hub or a package index.
    offline: bool = False
    #: Transcriber; auto = the fastest installed.
    transcriber: str = "auto"
    #: Diarizer for recordings with both sides in one channel.
    diarizer: str = "pyannote"
    #: Processor for models: auto = GPU where there is one.
    device: Literal["auto", "cpu", "cuda"] = "auto"
    #: Processes that listen to recordings; 0 = chosen for the machine.
    workers: int = Field(default=0, ge=0, le=256)
    #: Threads a process; 0 = chosen for the machine.
    threads: int = Field(default=0, ge=0, le=256)
    #: Languages that are spoken here (BCP-47); detection chooses among them.
    languages: tuple[str, ...] = ("en", "ru", "ro", "hu")
    #: Names of the own company and products: heard as greeting, never redacted.
    company: tuple[str, ...] = ()
    #: Words that are never redacted, besides company and agents' names.
    keep: tuple[str, ...] = ()
    #: What is left as it was said, by queue and project; without, all is hidden.
    redaction: tuple[Redaction, ...] = ()
    #: Who speaks on which channel, by platform and direction; the first that fits.
    channel_maps: tuple[ChannelMap, ...] = (
        ChannelMap(platform="vicidial", roles=("agent", "customer")),
        ChannelMap(platform="freeswitch", direction="inbound", roles=("customer", "agent")),
        ChannelMap(platform="freeswitch", direction="outbound", roles=("agent", "customer")),
    )
    #: Below this confidence a role is "unknown" and what depends on it goes to review.
    role_threshold: float = Field(default=0.6, ge=0, le=1)
    #: Folder of scorecards; the starter cards are known besides.
    scorecards: Path | None = None
    #: Which scorecards a conversation wants; several routes may fit. A
    #: conversation that none fits wants `default_scorecards`.
    routes: tuple[Route, ...] = ()
    #: Ids of the scorecards that a conversation wants where no route fits.
    default_scorecards: tuple[str, ...] = ("support-standard",)
    #: When the call centre is open, for the metric `after_hours`; empty = not known.
    business_hours: BusinessHours | None = None
    #: Calls shorter than this (seconds) are counted as too short.
    min_seconds: float = Field(default=3.0, ge=0)
    #: Hours of sound, in stereo, that a recording may hold; with more channels, fewer: a small
    #: file can stand for years of silence. Twelve take 11 GB of room in `data` meanwhile.
    longest_hours: float = Field(default=12.0, gt=0, le=1000)
    #: Times a recording is tried when its failure may pass.
    attempts: int = Field(default=2, ge=1, le=10)
    #: Free space (MB) in `data` below which no work is begun.
    least_free_mb: int = Field(default=500, ge=0)
    #: Room (MB) for results of stages that are kept so that nothing is done twice; what was used
    #: longest ago goes first. 0 = no limit.
    cache_mb: int = Field(default=10_000, ge=0)
    #: Encoding of files that do not say theirs ("cp1250"); empty = found out, or refused.
    encoding: str = ""
    #: IANA name of the zone of times that carry none ("Europe/Bucharest"); empty = not known.
    time_zone: str = ""
    #: Agents' mail addresses, or domains ("@acme.example"); everybody else is a customer.
    agent_addresses: tuple[str, ...] = ()
    #: Beginnings of addresses that recordings may be fetched from ("https://files.acme.example/");
    #: none = none is fetched.
    fetch_from: tuple[str, ...] = ()
    #: What dialogue in plain text files was.
    text_channel: Literal["call", "chat", "mail"] = "call"
    #: Columns of CSV files: our name -> the name in the file's first line.
    csv_columns: dict[str, str] = Field(default_factory=dict)
    #: What names of recordings say; the first that fits.
    name_patterns: tuple[NamePattern, ...] = ()
    #: Folders and addresses that `qa watch` takes recordings from as they come.
    watch: tuple[str, ...] = ()
    #: Files that say more of conversations; all of them are looked into.
    joins: tuple[Join, ...] = ()
    #: Share of the calls in `joins` without a recording above which the night's report alarms.
    missing_share: float = Field(default=0.05, ge=0, le=1)
    #: Country whose telephone numbers come without one ("RO"), for looking callers up.
    phone_region: str = Field(default="", pattern="^([A-Z]{2})?$")
    #: Draws for review that come again; each by its own name.
    samples: tuple[SampleSchedule, ...] = ()
    #: Who is told in the morning what the night brought.
    recipients: tuple[Recipient, ...] = ()
    #: Mail server that reports are sent by; empty = none.
    smtp_host: str = ""
    #: Its port.
    smtp_port: int = Field(default=587, ge=1, le=65535)
    #: Whether it is spoken to by STARTTLS.
    smtp_tls: bool = True
    #: Account there; empty = it asks for none.
    smtp_user: str = ""
    #: Its password.
    smtp_password: SecretStr = SecretStr("")
    #: Address that reports come from.
    smtp_from: str = ""
    #: Whether lists of figures may be ordered by score. Ranks of people say less than they seem to:
    #: intervals overlap, and conversations differ.
    rankings: bool = False
    #: As few agents, and conversations, as may stand behind a number that is told to a client, or
    #: to whom may see figures and no single agent. What is smaller is in no sum, either.
    fewest_agents: int = Field(default=3, ge=2)
    #: See `fewest_agents`.
    fewest_conversations: int = Field(default=5, ge=1)
    #: Places of recordings, and whether those are ours to delete.
    sources: tuple[Source, ...] = ()
    #: How long what is kept; nothing is erased without. `qa retention run` does it.
    retention: tuple[Retention, ...] = ()
    #: Keep a copy of every original in the vault (else it is read where it lies).
    keep_originals: bool = False
    #: File of the keys that seal what was said in the clear; empty = ``vault.key`` under
    #: `data`, made at the first start. Keep a copy in another place.
    vault_key_file: Path | None = None
    #: The keys themselves, base64, the newest last; instead of a file.
    vault_keys: SecretStr = SecretStr("")
    #: Program that prints the keys, one a line; instead of a file ("pass show callcenter-qa").
    vault_key_command: str = ""
    #: Address that `qa serve` listens on. One that other machines reach needs accounts,
    #: `public_url`, and TLS: by `tls_certificate`, or by a proxy among `trusted_proxies`.
    host: str = "127.0.0.1"
    #: Port of `qa serve`; 0 = any that is free.
    port: int = Field(default=8321, ge=0, le=65535)
    #: Processes that answer at `qa serve`, each some 380 MB; one serves about forty people.
    serve_processes: int = Field(default=1, ge=1, le=64)
    #: How people's browsers reach the pages: "https://qa.example.org". Empty = only this
    #: machine's do.
    public_url: str = Field(default="", pattern=r"^(https?://[^/?#@]+/?)?$")
    #: Certificate of `qa serve` with its chain (PEM), where no proxy does TLS.
    tls_certificate: Path | None = None
    #: Its key (PEM), without a password.
    tls_key: Path | None = None
    #: Addresses or networks of proxies whose word on who calls is taken.
    trusted_proxies: tuple[str, ...] = ()
    #: Requests a second that one person or program may make, lasting; 0 = no limit.
    requests_per_second: float = Field(default=20.0, ge=0)
    #: Allow settings that are safe on a developer's own network alone.
    dev: bool = False
    #: Address of the provider of single sign-on (OpenID Connect), exactly as it calls
    #: itself; empty = none.
    oidc_issuer: str = Field(default="", pattern=r"^(https?://[^?#@]+)?$")
    #: What the provider calls this server.
    oidc_client_id: str = ""
    #: The secret it gave us; empty where PKCE alone is used.
    oidc_client_secret: SecretStr = SecretStr("")
    #: What the log-in page calls the provider.
    oidc_label: str = "single sign-on"
    #: Minutes after which a log-in that is not used ends.
    session_idle_minutes: int = Field(default=60, ge=1, le=1440)
    #: Hours after which any log-in ends.
    session_hours: int = Field(default=12, ge=1, le=168)
    #: Days after the release within which an agent may ask for a second look.
    second_look_days: int = Field(default=14, ge=1, le=365)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; arguments (tests, the CLI's options) before both."""
        file = Path(os.environ.get("QA_CONFIG", "qa.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @field_validator("samples", "retention")
    @classmethod
    def _own_names(cls, value: tuple[SampleSchedule | Retention, ...]) -> object:
        if len({one.name for one in value}) < len(value):
            raise ValueError("two of them have the same name; give each its own")
        return value

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.data / 'qa.db'}"

    @property
    def model_folder(self) -> Path:
        """Folder of model weights."""
        return self.models or self.data / "models"

    @property
    def cache_folder(self) -> Path:
        """Folder of stage results; holds unredacted text, so it is private (0700)."""
        return self.data / "cache"

    @property
    def key_file(self) -> Path:
        """File of the keys, where neither a command nor the environment gives them."""
        return self.vault_key_file or self.data / "vault.key"

    @property
    def vault_folder(self) -> Path:
        """Folder of raw payloads and copies; private (0700)."""
        return self.data / "vault"


def load_settings(**given: object) -> Settings:
    """Build the settings; `given` (the options of a command) wins over all sources.

    Raises
    ------
    SettingsError : a value that cannot be used, an unknown key, or a ``qa.toml`` that
        cannot be read; names each field.
    """
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as err:
        wrong = "; ".join(
            f"{'.'.join(str(p) for p in e['loc']) or 'settings'}: {e['msg']}" for e in err.errors()
        )
        raise SettingsError(
            f"Settings cannot be used: {wrong}.",
            "Mend the QA_* variable or the line in qa.toml.",
        ) from err
    except ValueError as err:  # qa.toml is no TOML, or a variable is no JSON
        raise SettingsError(
            f"Settings cannot be read: {err}.", "Mend qa.toml or the variable."
        ) from err
