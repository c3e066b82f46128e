"""Mail: threads, sides, quotes and attachments."""

from time import process_time

import pytest

from qa.importers import find
from qa.importers.quotes import without_quotes
from qa.records import Role
from qa.settings import Settings

HEAD = "Date: {date}\nFrom: {by}\nTo: support@acme.example\nMessage-ID: <{id}@x>\nSubject: {subject}\n{more}\n"


def mail(
    text,
    *,
    by="Ann Other <ann@mail.example>",
    id=1,
    date="Mon, 2 Mar 2026 10:00:00 +0200",
    subject="",
    more="",
):
    return HEAD.format(by=by, id=id, date=date, subject=subject, more=more) + text


@pytest.fixture
def read(data, tmp_path):
    def run(name, text, **settings):
        data(name, text)
        return list(find([tmp_path], Settings(**settings)))

    return run


def test_threads_of_an_mbox_are_told_by_their_references(read):
    mails = [
        mail("Where is it?", id=1, subject="Order"),
        mail("Do you sell chairs?", id=2, by="Ion <ion@mail.example>", date="Mon, 2 Mar 2026 10:05:00 +0200"),
        mail("It left.", id=3, by="Dana <dana@acme.example>", date="Mon, 2 Mar 2026 10:30:00 +0200", more="In-Reply-To: <1@x>\n"),
        mail("Thanks.", id=4, date="Mon, 2 Mar 2026 11:00:00 +0200", more="References: <1@x> <3@x>\n"),
    ]  # fmt: skip
    found = read(
        "a.mbox",
        "".join(f"From x Mon Mar  2 10:00:00 2026\n{m}\n\n" for m in mails),
        agent_addresses=("@acme.example",),
    )
    assert [[(m.party, m.text, m.at) for m in c.messages] for c in found] == [
        [
            ("customer", "Order\n\nWhere is it?", 0.0),
            ("agent", "It left.", 1800.0),
            ("customer", "Thanks.", 3600.0),
        ],
        [("customer", "Do you sell chairs?", 0.0)],
    ]
    agent = next(p for p in found[0].parties if p.role is Role.AGENT)
    assert (agent.name, agent.agent_id) == ("Dana", "dana@acme.example")
    assert "ann@mail.example" not in found[0].model_dump_json()


def test_without_the_setting_sides_are_left_to_what_is_said(read):
    (c,) = read("a.eml", mail("Hello"))
    assert [(p.id, p.role, p.name) for p in c.parties] == [("speaker", Role.UNKNOWN, "Ann Other")]


def test_an_answering_machine_is_no_agent(read):
    (c,) = read(
        "a.eml",
        mail("Away.", more="Auto-Submitted: auto-replied\n"),
        agent_addresses=("@mail.example",),
    )
    assert [p.role for p in c.parties] == [Role.SYSTEM]


def test_the_plain_part_wins_else_html_without_its_quotes(read):
    html = (
        "Content-Type: text/html; charset=utf-8\n\n<div>Yes.</div><blockquote>Quoted</blockquote>"
    )
    plain = "Content-Type: text/plain; charset=utf-8\n\nYes, plain."
    both = f"\n--b\n{html}\n--b\n{plain}\n--b\nContent-Type: application/pdf; name=bill.pdf\n\nx\n--b--\n"
    kind = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
    first, second = (
        read("a.eml", mail(both, more=kind)),
        read("a.eml", mail(both.replace(plain, ""), more=kind)),
    )
    assert [(m.text, m.attachments) for m in first[0].messages] == [("Yes, plain.", ("bill.pdf",))]
    assert [m.text for m in second[0].messages] == ["Yes."]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("windows-1251", "cp1251"), ("koi8-r", "koi8-r"), ("x-unknown", "utf-8")],
)
def test_each_part_is_read_in_its_own_encoding(tmp_path, charset, encoding):
    text = mail(
        "", more=f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n"
    )
    (tmp_path / "a.eml").write_bytes(text.encode() + "Добрый день".encode(encoding))
    (c,) = find([tmp_path], Settings())
    assert c.messages[0].text == "Добрый день"


QUOTED = [
    ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@x> wrote:\n> No?\n> Why", "Yes."),
    ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00,\nAnn <a@x> wrote:\n> No?", "Yes."),
    ("Yes.\n\n  On Friday, Ann <a@x> wrote:  \n \n  No?\n  Why", "Yes."),
    ("> No?\nYes.\n> Why?\nBecause.", "Yes.\nBecause."),
    ("Yes.\n-----Original Message-----\nFrom: x\nNo?", "Yes."),
    ("Yes.\n________________________________\nFrom: x", "Yes."),
    ("Yes.\n\nFrom: Ann <a@x>\nSent: Monday\nTo: y\n\nNo?", "Yes."),
    ("Да.\n\nпн, 2 мар. 2026 г. в 10:00, Анна <a@x> пишет:\n> Нет?", "Да."),
    ("Da.\n\nÎn lun., 2 mar. 2026 la 10:00, Ana <a@x> a scris:\n> Nu?", "Da."),
    ("Igen.\n\nAnna <a@x> ezt írta (időpont: 2026. márc. 2., H, 10:00):\n> Nem?", "Igen."),
    ("Yes.\n-- \nDana, Acme", "Yes."),
    ("From: here it goes on\nand on", "From: here it goes on\nand on"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "own"), QUOTED)
def test_what_a_mail_says_itself(text, own):
    assert without_quotes(text) == own


@pytest.mark.parametrize("header", ["From", "Content-Type", "Subject"])
@pytest.mark.parametrize("unit", ['"a', "(", "a,", "=?utf-8?q?a?= ", "\n a@b", "\r\n ;"])
def test_no_header_takes_for_ever(found, data, header, unit):
    text = f"From: a@example.org\nSubject: x\n{header}: {unit * 20_000}\n\nhello"
    begun = process_time()
    _, (rejected,) = found(data("a.eml", text))
    assert "headers longer than those of any mail" in rejected.error.reason
    assert process_time() - begun < 2


def test_a_thread_that_nobody_wrote_is_refused_and_the_others_are_read(read):
    """Thousands of messages of one id: a mailbox that a program filled."""
    again, other = mail("Again.", id=1), mail("Hello.", id=2)
    box = "".join(f"From x Mon Mar  2 10:00:00 2026\n{m}\n\n" for m in [*[again] * 1001, other])
    rejected, kept = read("a.mbox", box)
    assert "a thread of more than 1,000 messages" in rejected.error.reason
    assert [m.text for m in kept.messages] == ["Hello."]


def test_quotes_of_a_long_mail_are_found_in_little_time():
    text = "\n".join(["wrote " * 50] * 20_000)
    begun = process_time()
    assert without_quotes(f"{text}\nOn Monday, Ann Other wrote:\n> hello") == text.strip()
    assert process_time() - begun < 2
