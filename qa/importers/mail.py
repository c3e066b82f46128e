"""Mail: a message a file (.eml), or all of a folder in one (.mbox), by threads."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator, Mapping, Sequence
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import ClassVar

from qa.errors import FormatError
from qa.importers.base import About, Item, Rejected
from qa.importers.head import Head
from qa.importers.making import Sent, clean, written
from qa.importers.markup import html_text
from qa.importers.one_file import TextFormat
from qa.importers.quotes import without_quotes
from qa.importers.roles import party
from qa.records import Channel, Conversation, Party, Role

#: Bytes of one message, attachments and all.
LIMIT = 50 << 20
#: Parts of one message that are looked at.
_PARTS = 200
_HEADER = re.compile(r"[!-9;-~]+:(?: |$)")
_KNOWN = re.compile(
    r"^(?:Received|Return-Path|Delivered-To|From|To|Subject|Date|Message-ID|MIME-Version): ",
    re.MULTILINE | re.IGNORECASE,
)
_FROM = re.compile(r"From \S+.*\d{2}:\d{2}")
_ID = re.compile(r"<[^<>\s]+>")
_ID_IN = re.compile(rb"<[^<>\s]+>")
#: The headers that tell which thread a message belongs to.
_NAMING = re.compile(
    rb"^(?:Message-ID|In-Reply-To|References):(.*(?:\n[ \t].*)*)", re.MULTILINE | re.IGNORECASE
)
#: The headers that are taken apart; Python's parser of them takes the square of their length.
_PARSED = re.compile(
    r"^(?:From|Subject|Date|Message-ID|Auto-Submitted|Content-[\w-]+):(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)
#: Sum of the squares of the lengths of long ones, in a thread: a few seconds at the worst.
_LONG, _EFFORT = 200, 30_000_000
#: Messages of a thread: Python's parser takes some 2 ms for each.
_MOST = 1_000


class Mail(TextFormat):
    """Reads mail."""

    about: ClassVar = About(
        title="Mail",
        channels=(Channel.MAIL,),
        times="turns",
        roles="addresses of QA_AGENT_ADDRESSES are the agents'; else told by what is said",
        suffixes=(".eml", ".mbox"),
        note="Quoted replies are cut; of attachments the names are kept. A thread of a .mbox is"
        " one conversation; an .eml is one by itself.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether headers of mail stand at its beginning."""
        # Each part names its own encoding; headers are ASCII whatever it is.
        text = head.content.decode("latin-1").replace("\r\n", "\n")
        first, _, rest = text.partition("\n")
        if _FROM.match(first):
            return _HEADER.match(rest) is not None
        top = text.split("\n\n", 1)[0]
        return _HEADER.match(top) is not None and len(_KNOWN.findall(top)) >= 2  # noqa: PLR2004

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the threads of a file, each as the messages that it consists of."""
        with file.open("rb") as start:
            many = start.read(5) == b"From "
        if not many:
            if file.stat().st_size > LIMIT:
                raise FormatError(f"{file}: larger than a message may be.", "Cut its attachments.")
            yield Item(file, [file.read_bytes().decode("latin-1")])
            return
        box = mailbox.mbox(file, create=False)
        try:
            threads = _threads(box)
            for number, keys in enumerate(threads, 1):
                texts = [box.get_bytes(key).decode("latin-1") for key in keys]
                yield Item(file, texts, f"thread {number}" if len(threads) > 1 else "")
        finally:
            box.close()

    def conversation(self, item: Item) -> Conversation:
        """Make the thread of its messages."""
        if len(item.value) > _MOST:
            raise item.wrong(f"a thread of more than {_MOST:,} messages.")
        if sum(len(text) for text in item.value) > LIMIT:
            raise item.wrong("larger than a thread may be.")
        if sum(map(_effort, item.value)) > _EFFORT:
            raise item.wrong("headers longer than those of any mail.")
        try:
            mails = [_parsed(text.encode("latin-1", "replace")) for text in item.value]
            people = self._people(mails)
            sent = [self._sent(mail, people, first=n == 0) for n, mail in enumerate(mails)]
            root = _ids(mails[0], "Message-ID")
        except (MessageError, AssertionError) as err:
            raise item.wrong("no mail that can be read.") from err
        return written(
            item,
            channel=Channel.MAIL,
            messages=sent,
            parties=list(people.values()),
            external_id=root[0] if root else None,
        )

    def _sent(self, mail: EmailMessage, people: Mapping[str, Party], *, first: bool) -> Sent:
        text = without_quotes(body_of(mail))
        subject = str(mail.get("Subject", "")).strip()
        if first and subject:
            text = f"{subject}\n\n{text}"
        date = str(mail.get("Date", "")).strip()
        return Sent(
            party=people[_author(mail)[1]].id,
            text=text,
            time=parsedate_to_datetime(date) if date else None,
            attachments=tuple(attachments_of(mail)),
        )

    def _people(self, mails: Sequence[EmailMessage]) -> dict[str, Party]:
        """Return the authors by their addresses, under ids that hold no address."""
        own = [a.casefold() for a in self.settings.agent_addresses]
        found: dict[str, Party] = {}
        for mail in mails:
            name, address = _author(mail)
            if address in found:
                continue
            role = Role.CUSTOMER if own else Role.UNKNOWN
            if any(address == a or (a.startswith("@") and address.endswith(a)) for a in own):
                role = Role.AGENT
            if str(mail.get("Auto-Submitted", "no")).strip().casefold() != "no":
                role = Role.SYSTEM
            count = sum(p.role is role for p in found.values())
            word = "speaker" if role is Role.UNKNOWN else str(role)
            found[address] = party(
                f"{word}-{count + 1}" if count else word,
                role=role,
                name=clean(name) or None,
                agent_id=address if role is Role.AGENT else None,
            )
        return found


def _effort(text: str) -> int:
    """Return how much work the headers of a message make, in characters squared."""
    found = _PARSED.finditer(text.replace("\r\n", "\n").replace("\r", "\n"))
    sizes = (head.end() - head.start() for head in found)
    return sum(size**2 for size in sizes if size > _LONG)


def _author(mail: EmailMessage) -> tuple[str, str]:
    """Return the name and the address of who wrote a message."""
    name, address = (getaddresses([str(mail.get("From", ""))]) or [("", "")])[0]
    return name or address.partition("@")[0], address.casefold()


def _parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(content)


def _threads(box: mailbox.mbox) -> list[list[str]]:
    """Return the keys of the messages of each thread, in the order of their first."""
    keys = list(box.keys())
    first = list(range(len(keys)))  # of each message: one before it of the same thread, or itself
    of_id: dict[bytes, int] = {}

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = number = first[first[number]]
        return number

    for number, key in enumerate(keys):
        top = box.get_bytes(key).replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
        for name in _ID_IN.findall(b"\n".join(_NAMING.findall(top))):
            one, other = root(of_id.setdefault(name, number)), root(number)
            first[max(one, other)] = min(one, other)
    threads: dict[int, list[str]] = {}
    for number, key in enumerate(keys):
        threads.setdefault(root(number), []).append(key)
    return list(threads.values())


def _ids(mail: Message, header: str) -> list[str]:
    return _ID.findall(str(mail.get(header, "")))


def body_of(mail: EmailMessage) -> str:
    """Return the text of a message: the plain part, else the HTML one without its quotes."""
    parts = [p for _, p in zip(range(_PARTS), mail.walk(), strict=False)]
    shown = [p for p in parts if not p.is_multipart() and not p.get_filename()]
    for kind in ("text/plain", "text/html"):
        texts = [_text(p) for p in shown if p.get_content_type() == kind]
        if kind == "text/html":
            texts = [html_text(text, quotes=False) for text in texts]
        if any(text.strip() for text in texts):
            return "\n".join(texts)
    return ""


def _text(part: Message) -> str:
    """Return a part's text, in the encoding it names or the nearest that there is."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def attachments_of(mail: EmailMessage) -> Sequence[str]:
    """Return the names of the files that came with a message."""
    parts = zip(range(_PARTS), mail.walk(), strict=False)
    return [str(name) for _, p in parts if (name := p.get_filename())]
