"""A pipeline that hears and judges at once, or does what a recording's name says."""

import os
import random
import select
import signal
import time
from pathlib import Path

from qa.errors import AudioError, ModelError, NeededBySome
from qa.records import Assessment, Channel, Finding, Heard, Score, ScoreStatus, Verdict
from qa.testing import fake_provenance, make_safe, make_turns

LINES = [("agent", "Hello."), ("customer", "Hi.")]
FINDINGS = tuple(
    Finding(item=item, section="opening", ask="Was it done?", verdict=Verdict.PASS, value=1.0)
    for item in ("greeting", "name", "help")
)


def absolute(conversation):
    paths = [Path(source.uri) for source in conversation.audio]
    return [path for path in paths if path.is_absolute()]


class Pipeline:
    def __init__(self, settings):
        # Not in the data folder, which may be full.
        self.folder = settings.scorecards.parent / "marks"
        self.folder.mkdir(exist_ok=True)
        self.mark("built", str(os.getpid()))

    def mark(self, kind, name):
        with (self.folder / kind).open("a") as out:
            out.write(name + "\n")

    def pause(self):
        """Take a while, of any length up to what the mark says."""
        if (self.folder / "takes").exists():
            # Not `time.sleep`: what sets clocks back for a test breaks it.
            select.select([], [], [], random.uniform(0, float((self.folder / "takes").read_text())))

    def listen(self, conversation, *, playback=None, opener=None):
        self.mark("listened", conversation.id)
        if conversation.channel is Channel.CALL and (self.folder / "no-models").exists():
            raise ModelError("No weights of whisper-base.", "Run: qa models pull")
        name = conversation.id
        if name.startswith("mono") and (self.folder / "no-voices").exists():
            raise NeededBySome(ModelError("segmentation is damaged.", "Run: qa models pull"))
        if "deadly" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("once") and not (self.folder / "died").exists():
            self.mark("died", name)
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("empty"):
            raise AudioError(f"{conversation.source} is empty.", "Record it again.")
        if name.startswith("bug"):
            raise KeyError("my card is 4111 1111 1111 1111")
        while "slow" in name and not (self.folder / "go").exists():
            time.sleep(0.02)
        # Those that lay at an address are here by now.
        assert all(path.read_bytes() for path in absolute(conversation))
        self.pause()
        if playback is not None and conversation.channel is Channel.CALL:
            playback.write_bytes(b"sound")
        return Heard(
            turns=make_turns(LINES),
            safe=make_safe(LINES, id=name, channel=conversation.channel, duration=60.0),
            provenance=(),
        )

    def judge(self, safe, cards):
        self.mark("judged", safe.id)
        self.pause()
        score = Score(status=ScoreStatus.FINAL, mode="sections", total=100.0)
        return tuple(
            Assessment(
                conversation=safe.id,
                card=card.ref,
                party="agent",
                findings=FINDINGS,
                score=score,
                provenance=fake_provenance(),
            )
            for card in cards
        )
