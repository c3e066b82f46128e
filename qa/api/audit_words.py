"""How acts, and what they are done to, are worded for people."""

from __future__ import annotations

from collections.abc import Mapping

from qa.api.i18n import N_, Texts
from qa.store.acts import Act, Kind

ACTS: Mapping[Act, str] = Texts(
    {
        Act.SEEN: N_("saw"),
        Act.HEARD: N_("heard"),
        Act.ORIGINAL: N_("opened the original"),
        Act.SEARCHED: N_("searched"),
        Act.FIGURES: N_("saw figures"),
        Act.CHANGED: N_("changed"),
        Act.EXPORTED: N_("exported"),
        Act.IMPORTED: N_("took in"),
        Act.ERASED: N_("erased"),
        Act.HELD: N_("legal hold"),
        Act.RETENTION: N_("retention"),
        Act.LOGGED_IN: N_("logged in"),
        Act.LOGGED_OUT: N_("logged out"),
        Act.REFUSED: N_("was refused at log-in"),
        Act.AUDITED: N_("read this log"),
    }
)

KINDS: Mapping[Kind, str] = Texts(
    {
        Kind.NONE: N_("No single thing"),
        Kind.CONVERSATION: N_("Conversation"),
        Kind.ACCOUNT: N_("Account"),
        Kind.TOKEN: N_("API token"),
        Kind.ROSTER: N_("Roster"),
        Kind.AGENT: N_("Agent"),
        Kind.TEAM: N_("Team"),
        Kind.PROJECT: N_("Project"),
        Kind.CARD: N_("Scorecard"),
        Kind.COLLECTION: N_("Collection"),
        Kind.DRAW: N_("Draw"),
        Kind.POLICY: N_("Rule of retention"),
        Kind.HOLD: N_("Legal hold"),
        Kind.CALLER: N_("Caller"),
        Kind.VAULT: N_("Vault"),
    }
)
