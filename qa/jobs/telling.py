"""Telling people what a night brought: as text, by mail, to a program of theirs."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

import httpx

from qa.errors import QaError, SettingsError
from qa.records import as_json
from qa.settings import Recipient, Settings
from qa.store.morning import Morning

#: Seconds that a mail server or a webhook may take.
_PATIENCE_S = 30.0


class NotTold(QaError):
    """A mail server or a webhook did not take a report."""

    passing = True


def as_text(found: Morning, settings: Settings) -> str:
    """Word it, with a link to each conversation it names."""
    span = f"{_clock(found.since)} to {_clock(found.until)}"
    lines = [f"{found.team or 'All teams'}, {span}", ""]
    lines += [f"! {alarm.text}" for alarm in found.alarms]
    lines += [
        f"Came in: {found.calls} calls, {found.texts} chats and mails.",
        f"Scored: {found.scored} ({found.seconds / 3600:.1f} hours of calls).",
        f"Wait: {found.waiting}"
        + (f", {found.passed_over} of them left over by a deadline." if found.passed_over else "."),
        f"Failed: {found.failed}.",
        *(f"  {reason.count:>5}  {reason.reason}" for reason in found.reasons),
        f"Need a human: {len(found.criticals)} suspected critical, {found.humans} others.",
        *(f"  {_link(one, settings)}" for one in found.criticals),
    ]
    if found.lowest:
        lines.append("Lowest scores:")
        lines += [
            f"  {low.total:>5.1f}  {low.agent or 'agent not known'}, {low.card}: "
            f"{_link(low.conversation, settings)}"
            for low in found.lowest
        ]
    return "\n".join(lines) + "\n"


def _clock(moment: object) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]


def _link(id: str, settings: Settings) -> str:
    base = settings.public_url.rstrip("/")
    return f"{base}/conversations/{id}" if base else id


def tell(found: Morning, recipient: Recipient, settings: Settings) -> bool:
    """Send it to one recipient; False where there is no alarm and they want those alone.

    Raises
    ------
    SettingsError : mail without a server to send it by.
    NotTold : the mail server or the webhook did not take it.
    """
    if recipient.alarms_only and not found.alarms:
        return False
    if recipient.webhook:
        _post(found, recipient.webhook, settings)
    if recipient.mail:
        _mail(found, recipient.mail, settings)
    return True


def _post(found: Morning, address: str, settings: Settings) -> None:
    body = {**as_json(found), "text": as_text(found, settings)}
    try:
        httpx.post(address, json=body, timeout=_PATIENCE_S).raise_for_status()
    except httpx.HTTPError as err:
        host = httpx.URL(address).host  # the rest of the address may be a secret
        raise NotTold(
            f"The webhook at {host} did not take the report ({type(err).__name__}).",
            "Look whether it runs; then: qa report night --send",
        ) from err


def _mail(found: Morning, to: str, settings: Settings) -> None:
    if not (settings.smtp_host and settings.smtp_from):
        raise SettingsError("There is no mail server.", "Set QA_SMTP_HOST and QA_SMTP_FROM.")
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.smtp_from, to
    alarm = "ALARM: " if found.alarms else ""
    mail["Subject"] = f"{alarm}quality assurance, {found.until.astimezone():%Y-%m-%d}"
    mail.set_content(as_text(found, settings))
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_PATIENCE_S) as server:
            if settings.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as err:
        raise NotTold(
            f"The mail server {settings.smtp_host} did not take the report for {to} "
            f"({type(err).__name__}).",
            "Check QA_SMTP_HOST, _PORT, _USER and _PASSWORD; then: qa report night --send",
        ) from err
