"""The order of things: what `listen` and `judge` make of a call, with fake engines."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from qa.audio import checksum, decode
from qa.errors import InputError
from qa.pipeline import Pipeline
from qa.records import (
    AudioSource,
    Conversation,
    Heard,
    Metadata,
    Party,
    Role,
    Triage,
    Turn,
    Verdict,
    Waveform,
)
from qa.scoring import find_card
from qa.settings import Settings
from qa.testing import (
    FakeDiarizer,
    FakeTranscriber,
    make_call,
    make_chat,
    make_transcribed,
    make_turns,
    make_waveform,
)

LINES = [
    ("agent", "Good morning, Nordvik Home, this is Emma, how can I help you?"),
    ("customer", "Hello, I would like to pay for my order with my card."),
    ("agent", "Of course. Could you tell me the card number, please?"),
    ("customer", "Yes, it is four one one one, one one one one, one one one one, one one one one."),
    ("agent", "Thank you. I have booked the payment. Is there anything else I can do for you?"),
    ("customer", "No, thank you, goodbye."),
    ("agent", "Thank you for calling Nordvik Home, have a nice day, goodbye."),
]


def save(sound: Waveform, path: Path) -> None:
    """Write a waveform as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.channels)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((sound.samples.T * 32767).astype("<i2").tobytes())


class Call:
    """A call on disk whose words the fake engines know."""

    def __init__(self, folder: Path, *, stereo: bool = True) -> None:
        self.turns = make_turns(LINES)
        self.file = folder / "call.wav"
        save(make_waveform(self.turns, stereo=stereo), self.file)
        self.transcriber = FakeTranscriber(self.turns)
        self.diarizer = FakeDiarizer(self.turns)
        self.settings = Settings(data=folder / "data", company=("Nordvik Home",))
        self.conversation = make_call().model_copy(
            update={
                "audio": (AudioSource(uri=str(self.file), checksum=checksum(self.file)),),
                "parties": (Party(id="caller", role=Role.CUSTOMER, name="Zebedee"),),
            }
        )

    def pipeline(self) -> Pipeline:
        """Return a pipeline as a new process would build it, on the same cache."""
        return Pipeline(
            self.settings,
            transcriber=self.transcriber,
            diarizers={"channels": self.diarizer, "pyannote": self.diarizer},
        )


@pytest.fixture
def call(tmp_path: Path) -> Call:
    return Call(tmp_path)


def test_a_call_becomes_turns_with_roles_and_a_score(call: Call) -> None:
    pipeline = call.pipeline()
    heard = pipeline.listen(call.conversation)
    assert [turn.role for turn in heard.turns] == [turn.role for turn in call.turns]
    card = find_card("support-standard", call.settings)
    (assessment,) = pipeline.judge(heard.safe, [card])
    verdicts = {finding.item: finding.verdict for finding in assessment.findings}
    assert verdicts["greeting"] is Verdict.PASS
    assert verdicts["farewell"] is Verdict.PASS
    assert assessment.card == card.ref


def test_what_a_model_made_is_not_made_twice(call: Call) -> None:
    first = call.pipeline().listen(call.conversation)
    second = call.pipeline().listen(call.conversation)
    assert second.turns == first.turns
    assert (call.transcriber.calls, call.diarizer.calls) == (1, 1)


def test_another_language_is_transcribed_again_but_not_diarized_again(call: Call) -> None:
    call.pipeline().listen(call.conversation)
    russian = call.conversation.model_copy(update={"metadata": Metadata(language="ru")})
    call.pipeline().listen(russian)
    assert (call.transcriber.calls, call.diarizer.calls) == (2, 1)


def _loudness(path: Path, start: float, end: float, folder: Path) -> float:
    sound, _ = decode((AudioSource(uri=str(path), checksum=checksum(path)),), scratch=folder)
    return float(
        np.sqrt(np.mean(np.square(sound.samples[:, int(start * 16000) : int(end * 16000)])))
    )


def test_a_spoken_card_number_is_neither_shown_nor_played(call: Call, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp3"
    heard = call.pipeline().listen(call.conversation, playback=copy)
    assert any("four one one one" in turn.text for turn in heard.turns)
    safe = " ".join(turn.text for turn in heard.safe.turns)
    assert "[CARD_NUMBER]" in safe
    assert "one one" not in safe
    number = next(span for span in heard.safe.redacted if span.kind == "CARD_NUMBER")
    assert number.start is not None
    assert number.end is not None
    middle = (number.start + 0.2, number.end - 0.2)
    assert _loudness(call.file, *middle, tmp_path) > 0.03
    assert _loudness(copy, *middle, tmp_path) < 0.003
    spoken = call.turns[0]
    assert spoken.start is not None
    assert _loudness(copy, spoken.start + 0.2, spoken.start + 1, tmp_path) > 0.03


def test_the_customers_name_stays_in_the_vault(call: Call) -> None:
    chat = make_chat([("agent", "Hello, how can I help you?"), ("visitor", "My lamp is broken.")])
    named = chat.model_copy(
        update={
            "parties": (
                Party(id="agent", role=Role.AGENT, name="Emma"),
                Party(id="visitor", role=Role.CUSTOMER, name="Zebedee"),
            )
        }
    )
    heard = call.pipeline().listen(named)
    assert "Zebedee" not in heard.safe.model_dump_json()
    assert "Emma" in heard.safe.model_dump_json()


def test_a_silent_recording_is_counted_and_loads_no_model(tmp_path: Path) -> None:
    call = Call(tmp_path)
    save(Waveform(samples=np.zeros((2, 16_000 * 20), np.float32)), call.file)
    heard = call.pipeline().listen(call.conversation)
    assert heard.safe.triage is Triage.SILENT
    assert call.transcriber.calls == call.diarizer.calls == 0


def test_a_call_without_a_recording_says_so(call: Call) -> None:
    with pytest.raises(InputError, match="without a recording"):
        call.pipeline().listen(make_call().model_copy(update={"audio": ()}))


def test_the_same_input_gives_the_same_bytes(call: Call) -> None:
    def judged(conversation: Conversation) -> bytes:
        heard: Heard = call.pipeline().listen(conversation)
        card = find_card("support-standard", call.settings)
        made = call.pipeline().judge(heard.safe, [card])
        return b"".join(m.model_dump_json(exclude={"provenance"}).encode() for m in made)

    assert judged(call.conversation) == judged(call.conversation)


def test_speech_is_told_by_party(call: Call) -> None:
    heard = call.pipeline().listen(call.conversation)
    parties = {party.id for party in heard.safe.parties}
    assert {span.speaker for span in heard.safe.speech} <= parties
    turn: Turn = heard.turns[0]
    assert any(s.speaker == turn.party and s.start == turn.start for s in heard.safe.speech)


# --- calls that come with their words ---------------------------------------------------


class NoModels:
    """Engines that must not be asked."""

    def __getattr__(self, name):
        raise AssertionError(f"a transcript needs no {name}")


def test_a_call_that_comes_with_its_words_is_judged_without_models(settings: Settings) -> None:
    pipeline = Pipeline(settings, transcriber=NoModels(), diarizers={"channels": NoModels()})
    lines = [({"agent": "spk_0", "customer": "spk_1"}[who], text) for who, text in LINES]
    heard = pipeline.listen(make_transcribed(lines))

    assert [(p.id, p.role_source) for p in heard.safe.parties] == [
        ("agent", "what was said"),
        ("customer", "what was said"),
    ]
    assert "one one one" not in " ".join(t.text for t in heard.safe.turns)
    assert "[CARD_NUMBER]" in heard.safe.turns[3].text
    assert (heard.safe.duration, heard.safe.audio, heard.safe.triage) == (21.0, None, None)
    assert [p.engine for p in heard.provenance] == ["callcenter-qa", "another"]
    (made,) = pipeline.judge(heard.safe, [find_card("support-standard", settings)])
    assert {f.item: f.verdict for f in made.findings}["greeting"] is Verdict.PASS


def test_what_is_known_of_the_parties_stays_and_a_recording_may_be_played(
    settings: Settings, tmp_path: Path
) -> None:
    call = Call(tmp_path).conversation
    given = make_transcribed(LINES, parties=(Party(id="agent", role=Role.AGENT, name="Emma"),))
    both = given.model_copy(update={"audio": call.audio})
    playback = tmp_path / "playback.ogg"
    heard = Pipeline(settings, transcriber=NoModels()).listen(both, playback=playback)
    assert [(p.id, p.role, p.name) for p in heard.safe.parties] == [
        ("agent", Role.AGENT, "Emma"),
        ("customer", Role.CUSTOMER, None),
    ]
    assert heard.safe.audio is not None
    assert playback.stat().st_size > 0


def test_nothing_is_played_where_it_is_not_known_when_a_number_was_said(
    settings: Settings, tmp_path: Path
) -> None:
    call = Call(tmp_path).conversation
    both = make_transcribed(LINES, timed=False).model_copy(update={"audio": call.audio})
    playback = tmp_path / "playback.ogg"
    heard = Pipeline(settings, transcriber=NoModels()).listen(both, playback=playback)
    assert heard.safe.redacted
    assert not playback.exists()
