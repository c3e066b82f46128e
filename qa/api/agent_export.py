"""All that is stored about one agent, as files: JSON and CSV a table, and a page to begin with."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from qa.api.i18n import N_, Texts
from qa.api.templating import rendered
from qa.exports import Chunk
from qa.exports.csv_table import cell
from qa.store.agents.file import AgentFile, Plain

#: What each table holds, as people read it.
TABLES: Mapping[str, str] = Texts(
    {
        "agent": N_("Entries of the roster"),
        "account": N_("Accounts"),
        "membership": N_("Roles that the accounts hold"),
        "session": N_("Browsers that are logged in"),
        "token": N_("API tokens"),
        "throttle": N_("Attempts to log in that failed"),
        "presence": N_("Conversations that are open just now"),
        "published": N_("Versions of scorecards that they published"),
        "collection": N_(
            "Collections of examples: their own, and those that hold moments of theirs"
        ),
        "share": N_("Links to such collections"),
        "draw": N_("Random draws that took conversations of theirs"),
        "conversation": N_("Conversations that they took part in"),
        "party": N_("Their part in each"),
        "turn": N_("What they said, redacted"),
        "redacted": N_("What was hidden in what they said"),
        "heard": N_("When they spoke in recordings"),
        "want": N_("Scorecards that conversations were to be judged by"),
        "assessment": N_("Scores, those that were replaced among them"),
        "finding": N_("Verdicts on items, with the words that they rest on"),
        "override": N_("Verdicts that people gave"),
        "review": N_("Reviews"),
        "blind": N_("Verdicts that were given before the machine's were seen"),
        "comment": N_("Comments"),
        "star": N_("Thanks"),
        "second_look": N_("Second looks that they asked for"),
        "acknowledged": N_("Results that they said to have read"),
        "sound_consent": N_("Where they let their voice be heard"),
        "drawn": N_("Which conversations were drawn, and from how many"),
        "assignment": N_("Who was to review"),
        "moment": N_("Moments of theirs in collections"),
        "erased": N_("What was erased of conversations"),
        "hold": N_("What may not be erased"),
        "event": N_("What was done to their conversations and accounts"),
        "audit": N_("Who looked at, heard and changed what is theirs, and what they did"),
    }
)
#: The page stands alone: it is opened from a folder.
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886;vertical-align:top}"
    ".number{text-align:right}"
)
#: Columns of the conversations that the page lists.
_LISTED = ("id", "at", "channel", "team", "project", "language", "state", "released_at")


def files(found: AgentFile) -> Iterator[Chunk]:
    """Yield the pieces of all files; memory holds a part of one table, and the scores."""
    counts: dict[str, int] = {}
    scores: dict[str, list[Plain]] = {}
    conversations: list[Plain] = []
    for table in found.tables:
        counts[table] = 0
        for piece, row in _as_json(found, table):
            yield Chunk(f"json/{table}.json", piece)
            if row is not None:
                counts[table] += 1
            if row is not None and table == "conversation":
                conversations.append({name: row[name] for name in _LISTED})
            if row is not None and table == "assessment" and row["current"]:
                scores.setdefault(row["conversation"], []).append(row)
        if counts[table]:
            yield from _as_csv(found, table)
    page = rendered(
        "agent_file.html",
        {
            "style": _STYLE,
            "kinds": ("json", "csv"),
            "found": found,
            "tables": [(name, TABLES[name], counts[name]) for name in found.tables],
            "conversations": [(one, scores.get(one["id"], [])) for one in conversations],
        },
    )
    yield Chunk("index.html", page.encode())


def _as_json(found: AgentFile, table: str) -> Iterator[tuple[bytes, Plain | None]]:
    yield b"[", None
    for number, row in enumerate(found.rows(table)):
        worded = json.dumps(row, ensure_ascii=False)
        yield f"{',' if number else ''}\n{worded}".encode(), row
    yield b"\n]\n", None


def _as_csv(found: AgentFile, table: str) -> Iterator[Chunk]:
    for number, row in enumerate(found.rows(table)):
        out = io.StringIO()
        writer = csv.writer(out)
        if not number:
            writer.writerow(row)
        writer.writerow(_cell(value) for value in row.values())
        # Spreadsheets take a file without a mark for one in their own country's letters.
        mark = "" if number else "\ufeff"
        yield Chunk(f"csv/{table}.csv", f"{mark}{out.getvalue()}".encode())


def _cell(value: Any) -> str:
    """Word a value so that no spreadsheet takes it for a formula."""
    if isinstance(value, dict | list):
        return cell(json.dumps(value, ensure_ascii=False))
    return cell(value)
