"""What a conversation goes through, in order: the only place that knows.

`Pipeline.listen` makes a `Heard` of a `Conversation`; `Pipeline.judge` makes
`Assessment`s of its safe half. Records in, records out; no database. Models are
loaded on first use and once a process. What a model made of a recording is kept
under the hash of the recording and the model's recipe, so that a retry starts
at the first missing stage.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from qa import __version__, cache, diarize, models, plugins, transcribe
from qa.cache import StageCache
from qa.diarize import Diarizer
from qa.errors import InputError, MissingExtra, ModelError, NeededBySome
from qa.language import base_language
from qa.language.parsing import PARSED, Parsers
from qa.records import (
    Assessment,
    AudioFacts,
    Channel,
    Conversation,
    Diarization,
    Heard,
    ImportedTranscript,
    Layout,
    Opener,
    Party,
    Provenance,
    Record,
    Role,
    SafeConversation,
    SpeechSpan,
    Transcript,
    Turn,
    Waveform,
)
from qa.redact import redact
from qa.scoring import Document, Scorecard
from qa.scoring import judge as judge_card
from qa.sealing import keys_of
from qa.setting_parts import redaction_of
from qa.settings import Settings
from qa.transcribe import Transcriber
from qa.turns import (
    assign_roles,
    build_turns,
    message_turns,
    speech_by_party,
    transcript_turns,
    triage,
)

R = TypeVar("R", bound=Record)

#: The package that each transcriber cannot do without, fastest engine first.
_INSTALLED_BY = {"faster-whisper": "faster_whisper", "whisper": "whisper"}


class Pipeline:
    """Listens to conversations and judges them.

    Parameters
    ----------
    settings : as the door built them.
    stages : where stage results are kept; None = the cache folder of the settings.
    transcriber : None = the one that the settings name, loaded on first use.
    diarizers : by name, instead of those that the settings name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        stages: StageCache | None = None,
        transcriber: Transcriber | None = None,
        diarizers: Mapping[str, Diarizer] | None = None,
    ) -> None:
        self._settings = settings
        self._stages = stages or StageCache(settings.cache_folder, keys=keys_of(settings))
        self._transcriber = transcriber
        self._diarizers = dict(diarizers or {})
        self._reading_ahead = False

    @property
    def transcriber(self) -> Transcriber:
        """The transcriber that the settings name, its model loaded.

        Raises
        ------
        MissingExtra : no speech engine is installed.
        ModelError : the weights are not here; says which command fetches them.
        """
        if self._transcriber is None:
            self._transcriber = self._load_transcriber()
        return self._transcriber

    def _load_transcriber(self) -> Transcriber:
        name = self._settings.transcriber
        if name == "auto":
            name = next((n for n, package in _INSTALLED_BY.items() if find_spec(package)), "")
        if not name:
            raise MissingExtra("No transcriber", "speech")
        engine = plugins.load(
            "transcriber", name, transcribe.ENGINES, transcribe.GROUP, extra="speech"
        )
        made: Transcriber = engine(
            model=models.for_engine(name, self._settings), settings=self._settings
        )
        return made

    @cached_property
    def parsers(self) -> Parsers:
        """The parsers of the languages that have one, each loaded on first use."""
        return parsers_for(self._settings)

    def diarizer(self, layout: Layout) -> Diarizer:
        """The diarizer for a layout: channels where each side has one, else by voice."""
        name = "channels" if layout is Layout.STEREO else self._settings.diarizer
        if name not in self._diarizers:
            try:
                self._diarizers[name] = self._load_diarizer(name)
            except (ModelError, MissingExtra) as err:
                raise NeededBySome(err) from err  # calls of the other layouts can be heard
        return self._diarizers[name]

    def _load_diarizer(self, name: str) -> Diarizer:
        engine = plugins.load("diarizer", name, diarize.ENGINES, diarize.GROUP, extra="speech")
        made: Diarizer = engine(
            model=models.for_engine(name, self._settings), settings=self._settings
        )
        return made

    def listen(
        self,
        conversation: Conversation,
        *,
        playback: Path | None = None,
        opener: Opener | None = None,
    ) -> Heard:
        """Hear a call, or read a chat or the words that a call came with.

        Parameters
        ----------
        playback : where to write what may be played: the recording with every
            redacted span silenced, and beside it its peaks. None, no recording, or
            something redacted whose time is not known: nothing is written.
        opener : opens recordings that are no files of their own, by their address.

        Raises
        ------
        InputError : this conversation cannot be processed.
        ModelError, MissingExtra : this machine cannot listen.
        """
        if conversation.channel is not Channel.CALL:
            return self._read(conversation)
        if not conversation.audio:
            if conversation.transcript is not None:
                return self._follow(conversation, conversation.transcript, facts=None)
            raise InputError(
                f"{conversation.source}: a call without a recording and without its words.",
                "Add the recording, or its transcript.",
            )
        from qa.audio import decode, write_playback  # noqa: PLC0415 - PyAV only for sound

        audio, facts = decode(
            conversation.audio,
            scratch=self._settings.data / "scratch",
            longest_s=self._settings.longest_hours * 3600,
            opener=opener,
        )
        if conversation.transcript is not None:
            heard = self._follow(conversation, conversation.transcript, facts=facts)
        else:
            heard = self._hear(conversation, audio, facts)
        hidden = [(s.start, s.end) for s in heard.safe.redacted]
        spans = [(a, b) for a, b in hidden if a is not None and b is not None]
        if playback is not None and len(spans) == len(hidden):
            write_playback(audio, spans, playback)
        return heard

    def judge(self, safe: SafeConversation, cards: Sequence[Scorecard]) -> tuple[Assessment, ...]:
        """Judge a conversation by each card, one assessment per card and agent."""
        hours = self._settings.business_hours
        # Analysed once for all cards.
        document = Document(safe, parsers=self.parsers, hours=hours)
        return tuple(made for card in cards for made in judge_card(document, card))

    # --- written channels ----------------------------------------------------------

    def _read(self, conversation: Conversation) -> Heard:
        parties, turns = message_turns(conversation)
        parties, turns = assign_roles(
            turns,
            parties=parties,
            metadata=conversation.metadata,
            layout=None,
            settings=self._settings,
        )
        return self._finish(conversation, parties, turns, speech=(), facts=None, provenance=())

    # --- calls ---------------------------------------------------------------------

    def _follow(
        self, conversation: Conversation, given: ImportedTranscript, *, facts: AudioFacts | None
    ) -> Heard:
        """Read a call in the words of the program that heard it."""
        parties, turns, spans = transcript_turns(given, conversation)
        settled = any(party.role is not Role.UNKNOWN for party in parties)
        parties, named = assign_roles(
            turns,
            parties=parties,
            metadata=conversation.metadata,
            layout=None if settled else Layout.MONO,
            settings=self._settings,
        )
        return self._finish(
            conversation,
            parties,
            named,
            speech=speech_by_party(spans, turns, named),
            facts=facts,
            provenance=(
                Provenance(stage="listen", engine="callcenter-qa", version=__version__),
                Provenance(stage="transcribe", engine=given.engine, model=given.model),
            ),
        )

    def _hear(self, conversation: Conversation, audio: Waveform, facts: AudioFacts) -> Heard:
        began = perf_counter()
        regions = _Regions(audio, self._settings)
        if facts.all_silent:
            return self._finish(conversation, (), (), speech=(), facts=facts, provenance=())
        metadata = conversation.metadata
        sound = [f"{s.checksum}+{s.offset}+{s.side}" for s in conversation.audio]
        transcriber = self.transcriber  # first: without it no call can be heard
        diarizer = self.diarizer(facts.layout)
        diarization = self._stage(
            Diarization,
            ("diarize", recipe_of(diarizer), sound, str(metadata.speakers)),
            lambda: diarizer.diarize(audio, regions.spans, speakers=metadata.speakers),
            about=conversation.checksum,
        )
        self._load_parsers(metadata.language)
        stereo = facts.layout is Layout.STEREO
        transcript = self._stage(
            Transcript,
            ("transcribe", recipe_of(transcriber), recipe_of(diarizer), sound, metadata.language),
            lambda: transcriber.transcribe(
                audio,
                diarization.spans if stereo else regions.spans,
                language=metadata.language,
            ),
            about=conversation.checksum,
        )
        turns = build_turns(transcript, diarization)
        parties, named = assign_roles(
            turns,
            parties=conversation.parties,
            metadata=metadata,
            layout=facts.layout,
            settings=self._settings,
            sides=[source.side for source in conversation.audio],
        )
        return self._finish(
            conversation,
            parties,
            named,
            speech=speech_by_party(diarization.spans, turns, named),
            facts=facts,
            provenance=(
                Provenance(
                    stage="listen",
                    engine="callcenter-qa",
                    version=__version__,
                    seconds=perf_counter() - began,
                ),
                diarization.provenance,
                transcript.provenance,
            ),
        )

    def _load_parsers(self, language: str | None) -> None:
        """Load, while the first call is heard, what judging it will most likely ask for.

        Speech engines compute outside of Python: the first result comes seconds sooner.
        """
        spoken = [language] if language else self._settings.languages
        wanted = PARSED.intersection(map(base_language, spoken))
        if wanted and not self._reading_ahead:
            self._reading_ahead = True
            load = partial(self.parsers.load, wanted)
            threading.Thread(target=load, daemon=True, name="parsers").start()

    def _stage(
        self, kind: type[R], recipe: Sequence[object], make: Callable[[], R], *, about: str
    ) -> R:
        key = cache.key(*recipe)
        found = self._stages.get(key, kind, about=about)
        if found is None:
            found = make()
            self._stages.put(key, found, about=about)
        return found

    # --- both ----------------------------------------------------------------------

    def _finish(
        self,
        conversation: Conversation,
        parties: tuple[Party, ...],
        turns: tuple[Turn, ...],
        *,
        speech: tuple[SpeechSpan, ...],
        facts: AudioFacts | None,
        provenance: tuple[Provenance, ...],
    ) -> Heard:
        keep = [*self._settings.company, *self._settings.keep]
        keep += [p.name for p in parties if p.name and p.role is Role.AGENT]
        metadata = conversation.metadata
        rules = self._settings.redaction
        rule = redaction_of(rules, queue=metadata.queue, project=metadata.project)
        safe_turns, redacted = redact(turns, keep=keep, leave=rule.leave)
        times = [t.end for t in turns if t.end is not None]
        safe = SafeConversation(
            id=conversation.id,
            channel=conversation.channel,
            metadata=conversation.metadata,
            parties=parties if "PERSON" in rule.leave else tuple(map(_unnamed, parties)),
            turns=safe_turns,
            speech=speech,
            events=conversation.events,
            duration=facts.duration if facts else max(times, default=None),
            audio=facts,
            redacted=redacted,
        )
        sorted_out = triage(safe, min_seconds=self._settings.min_seconds)
        if sorted_out is not None:
            kind, reason = sorted_out
            safe = safe.model_copy(update={"triage": kind, "triage_reason": reason})
        return Heard(turns=turns, safe=safe, provenance=provenance)


class _Regions:
    """Speech regions, found when a stage first asks for them."""

    def __init__(self, audio: Waveform, settings: Settings) -> None:
        self._audio = audio
        self._settings = settings

    @cached_property
    def spans(self) -> tuple[SpeechSpan, ...]:
        from qa.speech import find_speech  # noqa: PLC0415 - onnxruntime only where there is sound

        return find_speech(self._audio, settings=self._settings)


def parsers_for(settings: Settings) -> Parsers:
    """Return the parsers of the languages that have one; nothing is loaded yet."""
    return Parsers({c: partial(models.locate, n, settings) for c, n in models.PARSERS.items()})


def recipe_of(engine: object) -> Mapping[str, str]:
    """What makes an engine's results differ; an engine may say more than its class."""
    stated: Mapping[str, str] = getattr(engine, "recipe", {})
    return {"class": type(engine).__qualname__, **stated}


def _unnamed(party: Party) -> Party:
    """Return the party without its name, unless it works here."""
    if party.role in {Role.AGENT, Role.BOT, Role.SYSTEM}:
        return party
    return party.model_copy(update={"name": None})
