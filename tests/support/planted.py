"""A call that went through everything, with a word of its own wherever anything of it is kept."""

from types import SimpleNamespace

from qa.cache import StageCache, key
from qa.records import (
    Assessment,
    CardRef,
    Evidence,
    EvidenceKind,
    Finding,
    Heard,
    Provenance,
    Score,
    ScoreStatus,
    Transcript,
    Verdict,
)
from qa.sealing import keys_of
from qa.testing import make_safe, make_turns

CARD = SimpleNamespace(
    ref=CardRef(id="support", version=1, hash="sha256:support-1"),
    source="id: support\nversion: 1\n",
)
SCORE = Score(status=ScoreStatus.FINAL, mode="items", total=50.0, passed=False)


def stages(store):
    """Return the cache of results of stages that belongs to a store."""
    return StageCache(store._settings.cache_folder, keys=keys_of(store._settings))


def heard(call, raw, said):
    """Return what was heard of a call: unredacted lines, and the same lines redacted."""
    safe = make_safe(said, id=call.id, metadata=call.metadata)
    return Heard(turns=make_turns(raw), safe=safe, provenance=())


def plant_files(store, call, word):
    """Keep what is played, drawn and heard of a call, all of it the word."""
    for kind in ("playback", "peaks"):
        store.vault.put(kind, call.id, f"{kind} of {word}".encode())
    found = Transcript(segments=(), provenance=Provenance(stage="transcribe", engine=word))
    stages(store).put(key(call.id), found, about=call.checksum)


def quoting(id, word, *, item="greets", start=3):
    """Return an assessment of a call that quotes the word, in the second turn."""
    quote = Evidence(
        kind=EvidenceKind.HIT, turn=1, char_start=start, char_end=start + len(word), quote=word
    )
    found = Finding(
        item=item, section="s", ask="Was it?", verdict=Verdict.FAIL, value=0.0,
        evidence=(quote,), reason=f"They said {word}.",
    )  # fmt: skip
    return Assessment(
        conversation=id, card=CARD.ref, party="agent", findings=(found,), score=SCORE,
        provenance=Provenance(stage="judge", engine="t"),
    )  # fmt: skip


def plant_remarks(store, id, word, *, item="greets"):
    """Let a person comment on a call and override its verdict, with the word."""
    store.remarks.comment(id, f"The {word}!", who="rev", turn=1)
    store.override(id, "support", item, Verdict.PASS, f"no {word}", "rev")
