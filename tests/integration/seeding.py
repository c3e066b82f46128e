"""A small call centre in a real database: real store, real card, real judgement, real sound."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from qa.audio import PEAKS_SUFFIX, PLAYBACK_SUFFIX, write_playback
from qa.errors import AudioError
from qa.records import (
    Conversation,
    Direction,
    Heard,
    Metadata,
    Party,
    SafeConversation,
    Triage,
    Turn,
)
from qa.scoring import Scorecard, judge, load_scorecard
from qa.settings import Settings
from qa.store import Store, name_worker, open_store
from qa.store.joining import Agent
from qa.testing import fake_provenance, make_call, make_chat, make_safe, make_waveform

CARD = """\
scorecard: front-desk
version: 3
title: Front desk
languages: [en, ru]
pass_mark: 80
vars:
  company: [Acme Bank]
lists:
  hello:
    en: [hello, "good (morning|afternoon|evening)"]
    ru: [здравствуйте, "добрый (день|вечер)"]
  insult:
    en: [idiot, stupid]
sections:
  - id: opening
    title: Opening
    weight: 30
    items:
      - id: greeting
        ask: Did the agent greet the customer?
        where: {first_turns: 2}
        any: [list: hello]
      - id: company
        ask: Was the company named?
        where: {first_turns: 2}
        any: ["{company}"]
        only: {channel: call}
  - id: care
    title: Care
    weight: 40
    items:
      - id: sorry
        ask: Did the agent say sorry for what went wrong?
        weight: 2
        any: [sorry, apologise]
        advice: Say sorry before the first question.
      - id: thanks
        ask: Did the agent thank the customer for waiting?
        bonus: true
        any: [thank you for waiting]
      - id: no_insult
        ask: No insults
        critical: true
        none: [list: insult]
  - id: closing
    title: Closing
    weight: 30
    items:
      - id: anything_else
        ask: Did the agent ask whether anything else is needed?
        weight: 2
        where: {last_turns: 3}
        any: ["(anything|something) else"]
        advice: Ask once, and wait for the answer.
      - id: farewell
        ask: Farewell or good wishes?
        where: {last_turns: 2}
        any: [goodbye, "have a ... day"]
"""

REFUND = [
    ("agent", "Good morning, Acme Bank, Dana speaking.", 1.0),
    ("customer", "Hi, I was charged twice for one order and nobody calls me back.", 5.0),
    ("agent", "Can you give me the number of the card?", 11.0),
    ("customer", "It is [CARD_NUMBER] and the name is on it.", 15.0),
    ("agent", "Thank you, one moment please while I look at it.", 20.0),
    ("customer", "Of course.", 27.0),
    ("agent", "The second charge goes back to you within three days.", 31.0),
    ("customer", "All right, thanks.", 37.0),
    ("agent", "Is there anything I can still do today?", 40.0),
    ("customer", "No, that was all.", 44.0),
    ("agent", "Then have a lovely day, goodbye.", 47.0),
]
QUARREL = [
    ("agent", "Hello, Acme Bank.", 1.0),
    ("customer", "My parcel never came.", 4.0),
    ("agent", "Do not be stupid, it did.", 8.0),
    ("customer", "Excuse me?", 12.0),
    ("agent", "Sorry. Anything else? Goodbye.", 15.0),
]
RUSSIAN = [
    ("agent", "Здравствуйте, чем могу помочь?", 0.0),
    ("customer", "Где мой заказ?", 20.0),
    ("agent", "Он будет у вас завтра утром.", 45.0),
]


def settings_for(folder: Path) -> Settings:
    """Return settings whose data and scorecards lie in a folder."""
    cards = folder / "cards"
    cards.mkdir(parents=True, exist_ok=True)
    (cards / "front-desk.yaml").write_text(CARD, encoding="utf-8")
    return Settings(
        data=folder / "data", scorecards=cards, default_scorecards=("front-desk",), port=0
    )


def card() -> Scorecard:
    """Return the card that everything here is scored by."""
    return load_scorecard(CARD, name="front-desk")


def seed(settings: Settings) -> None:
    """Fill the store: two calls, a chat, a voicemail, one that failed and one that waits."""
    with open_store(settings) as store:
        _hear(store, _call("refund", 1, "Dana"), REFUND)
        _hear(store, _call("quarrel", 2, "Ion"), QUARREL)
        chat = make_chat(RUSSIAN, id="order-chat", metadata=_meta(3, "Dana"))
        _hear(store, chat, RUSSIAN)
        _hear(store, _call("voicemail", 4, "Dana"), [("bot", "Leave a message.", 1.0)], triage=True)
        _fail(store, _call("broken", 5, "Ion"))
        store.register(_call("fresh", 6, "Ion"), ["front-desk"])


def _meta(day: int, agent: str) -> Metadata:
    return Metadata(
        direction=Direction.INBOUND,
        agent_id=agent.lower(),
        agent_name=agent,
        project="retail",
        started_at=datetime(2026, 3, day, 9, 30, tzinfo=UTC),
    )


def _call(name: str, day: int, agent: str) -> Conversation:
    call = make_call(id=name, uri=f"{name}.wav", metadata=_meta(day, agent))
    return call.model_copy(update={"external_id": f"T-{day}", "source": f"calls/{name}.wav"})


def _hear(
    store: Store,
    conversation: Conversation,
    lines: list[tuple[str, str, float]],
    *,
    triage: bool = False,
    parties: tuple[Party, ...] | None = None,
) -> None:
    """Do what a worker does, with words that are given in place of a model's."""
    assert store.register(conversation, ["front-desk"])
    job = store.claim(name_worker(), lease_s=60, only=[conversation.id])
    assert job is not None
    safe = make_safe(
        lines,
        id=conversation.id,
        channel=conversation.channel,
        metadata=conversation.metadata,
        parties=parties,
        language="ru" if "chat" in conversation.id else "en",
    )
    if triage:
        kind = {"triage": Triage.VOICEMAIL, "triage_reason": "Only a machine speaks."}
        safe = safe.model_copy(update=kind)
    store.save_heard(conversation.id, _heard(safe))
    if conversation.audio:
        _keep_sound(store, safe)
    made = judge(safe, card())
    store.save_assessments(conversation.id, card(), made)
    store.finish(job)


def _heard(safe: SafeConversation) -> Heard:
    turns = tuple(Turn(**turn.model_dump()) for turn in safe.turns)
    return Heard(turns=turns, safe=safe, provenance=(fake_provenance("listen"),))


def _keep_sound(store: Store, safe: SafeConversation) -> None:
    with store.vault.scratch() as folder:
        path = folder / f"playback{PLAYBACK_SUFFIX}"
        write_playback(make_waveform(safe.turns), [(15.0, 17.0)], path)
        store.vault.put("playback", safe.id, path)
        store.vault.put("peaks", safe.id, path.with_suffix(PEAKS_SUFFIX))


def transfer(
    store: Store, name: str, lines: list[tuple[str, str, float]], parties: tuple[Party, ...]
) -> None:
    """Take in a call that several agents had, of team north, and judge each of them."""
    call = _call(name, 7, "Dana")
    call = call.model_copy(update={"metadata": call.metadata.model_copy(update={"team": "north"})})
    _hear(store, call, lines, parties=parties)


def _fail(store: Store, conversation: Conversation) -> None:
    store.register(conversation, ["front-desk"])
    job = store.claim(name_worker(), lease_s=60, only=[conversation.id])
    assert job is not None
    store.fail(job, AudioError("calls/broken.wav: not audio.", "Export it again."))


#: Of the weeks that `weeks_of_chats` fills: a Monday, and the Sunday at the end.
FIRST_DAY, LAST_DAY = date(2026, 1, 5), date(2026, 2, 1)


def weeks_of_chats(store: Store) -> None:
    """Take in four weeks of chats of three agents in two teams, whom a roster knows."""
    people = (("dana", "Dana", "north"), ("ion", "Ion", "north"), ("mara", "Mara", "south"))
    store.roster.replace([Agent(id=i, name=n, team=t) for i, n, t in people], who="test")
    for week in range(4):
        for place, (agent, name, _) in enumerate(people):
            for number in range(6):
                said = (number + week + place) % 3 + 1
                lines = [line for line in REFUND if line[0] == "customer" or line[2] < 18 * said]
                began = datetime.combine(FIRST_DAY, time(9), tzinfo=UTC)
                meta = _meta(1, name).model_copy(
                    update={
                        "started_at": began + timedelta(weeks=week, days=number),
                        "project": "travel" if number % 3 == 0 else "retail",
                    }
                )
                chat = make_chat(lines, id=f"{agent}-{week}-{number}", metadata=meta)
                _hear(store, chat, lines)
