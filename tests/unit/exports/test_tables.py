"""CSV, Parquet and XLSX: the same two tables, read back by readers that are not ours."""

import csv
import io
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from qa.errors import UnknownName, UsageError
from qa.exports import exporter, into_folder
from qa.exports.columns import CONVERSATIONS, FINDINGS, Kind
from qa.exports.csv_table import cell
from qa.records import ScoreStatus

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\n=1",
    "\r\n=1",
    "\uff1d1+1",
    '=HYPERLINK("http://example.com")',
]


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheet(data):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return book.active


# --- what stands in them ----------------------------------------------------------------


def test_a_conversation_is_a_row(text, made):
    (row,) = rows(text("csv", [made()]))
    shown = {k: v for k, v in row.items() if v}
    assert shown == {
        "conversation": "call-1",
        "external_id": "T-1",
        "started_at": "2026-03-02T10:00:00Z",
        "channel": "call",
        "direction": "inbound",
        "project": "retail",
        "language": "en",
        "agent_id": "a1",
        "agent": "Dana",
        "ended_by": "unknown",
        "transferred": "false",
        "tags": "mystery; new",
        "duration": "9.8",
        "state": "done",
        "scores": "1",
        "cards": "front-desk",
        "score": "33.333",
        "passed": "false",
        "failed": "farewell",
        "source": "calls/a.wav",
    }


def test_a_verdict_is_a_row_with_the_evidence_to_look_at_first(text, made):
    hit, missed = rows(text("csv", [made()], what="findings"))
    assert (hit["item"], hit["verdict"], hit["turn"], hit["quote"]) == (
        "greeting", "pass", "1", "Good morning",
    )  # fmt: skip
    assert (hit["evidence_start"], hit["evidence_end"], hit["rule"]) == ("1", "1.6", "list: hello")
    assert (missed["verdict"], missed["machine"], missed["human"]) == ("pass", "fail", "pass")
    assert missed["value"] == "1"  # the human's


def test_what_a_reviewer_noted_stays_behind(files, made):
    for name in ("csv", "jsonl", "vcon", "vtt", "srt"):
        for data in files(name, [made()]).values():
            assert b"in my notes" not in data, name


@pytest.mark.parametrize(
    ("totals", "score", "passed"),
    [
        ([], "", ""),
        ([(90.0, True), (70.5, True)], "70.5", "true"),
        ([(90.0, True), (70.5, False)], "70.5", "false"),
        ([(90.0, True), (None, None)], "90", ""),
        ([(None, None), (20.0, False)], "20", "false"),
    ],
)
def test_of_several_scores_the_lowest_stands_for_all(text, made, totals, score, passed):
    one = made().scores[0]
    scores = tuple(
        replace(one, total=total, passed=ok, status=ScoreStatus.FINAL) for total, ok in totals
    )
    (row,) = rows(text("csv", [made(scores=scores)]))
    assert (row["score"], row["passed"]) == (score, passed)


def test_what_was_not_heard_is_a_row_with_what_is_known(text, made):
    given = made(scores=(), conversation=None, state="waiting", duration=None, agent_name=None)
    (row,) = rows(text("csv", [given]))
    assert (row["state"], row["duration"], row["score"], row["agent"]) == ("waiting", "", "", "")


def test_an_unknown_format_names_those_there_are():
    with pytest.raises(UnknownName, match=r"No export named 'exel'.*"):
        exporter("exel")
    with pytest.raises(UsageError, match="'vtt' holds no findings"):
        exporter("vtt", what="findings")


# --- cells that a spreadsheet would run ---------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_stays_text_in_csv(text):
    assert cell(text) == f"'{text}"
    assert cell((text, "b")).startswith("'")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_stays_text_in_a_workbook(files, made, text):
    (data,) = files("xlsx", [made(external_id=text, source=text)]).values()
    found = sheet(data)
    column = [c.value for c in found[1]].index("External id") + 1
    shown = found.cell(2, column)
    # A carriage return is written as _x000D_ (ECMA-376, 22.4.2.4), which openpyxl leaves so.
    assert (shown.data_type, unescape(shown.value), shown.hyperlink) == ("s", text, None)


def test_numbers_are_numbers_even_below_zero(text, made):
    assert cell(-3.25) == "-3.25"


# --- other readers -------------------------------------------------------------------------


def test_duckdb_reads_the_months_and_their_types(files, made, tmp_path):
    found = [
        made(id="c", at=datetime(2026, 4, 1, tzinfo=UTC)),
        made(id="b", at=datetime(2026, 3, 31, 23, 59, tzinfo=UTC), duration=None, scores=()),
        made(id="a"),
    ]
    written = into_folder(exporter("parquet").chunks(iter(found), what="conversations"), tmp_path)
    assert written == 2
    glob = tmp_path / "conversations" / "*" / "*.parquet"
    query = f"""
        SELECT conversation, month, score, failed, transferred, duration, epoch(started_at)
        FROM read_parquet('{glob}', hive_partitioning = true) ORDER BY conversation
    """
    with duckdb.connect() as session:
        got = session.execute(query).fetchall()
    assert [row[:2] for row in got] == [("a", "2026-03"), ("b", "2026-03"), ("c", "2026-04")]
    assert got[0][2:6] == (pytest.approx(33.333), ["farewell"], False, pytest.approx(9.8))
    assert got[1][2:6] == (None, [], False, None)
    assert got[0][6] == found[2].at.timestamp()


@pytest.mark.parametrize("what", ["conversations", "findings"])
def test_parquet_columns_have_the_kinds_that_the_tables_say(files, made, what):
    (data,) = files("parquet", [made()], what=what).values()
    schema = pq.read_schema(io.BytesIO(data))
    known = {
        Kind.TEXT: pa.string(), Kind.NUMBER: pa.float64(), Kind.COUNT: pa.int64(),
        Kind.FLAG: pa.bool_(), Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    table = CONVERSATIONS if what == "conversations" else FINDINGS
    assert schema.names == [c.name for c in table]
    for column, field in zip(table, schema, strict=True):
        assert field.type == known.get(column.kind, field.type)
        assert pa.types.is_list(field.type) == (column.kind is Kind.LIST)


def test_parquet_is_written_in_row_groups(files, made, monkeypatch):
    monkeypatch.setattr("qa.exports.parquet._GROUP", 4)
    given = made()
    (data,) = files("parquet", [replace(given, id=f"c{n}") for n in range(10)]).values()
    read = pq.ParquetFile(io.BytesIO(data))
    assert [read.metadata.row_group(i).num_rows for i in range(read.num_row_groups)] == [4, 4, 2]
    assert read.read()["conversation"].to_pylist() == [f"c{n}" for n in range(10)]


def test_a_workbook_has_a_head_that_stays_filters_and_typed_cells(files, made):
    (data,) = files("xlsx", [made(), made(id="call-2")]).values()
    found = sheet(data)
    assert (found.title, found.freeze_panes, found.max_row) == ("Conversations", "A2", 3)
    assert found.auto_filter.ref == f"A1:{found.cell(3, found.max_column).coordinate}"
    head = [c.value for c in found[1]]
    row = dict(zip(head, [c.value for c in found[2]], strict=True))
    assert row["Started at (UTC)"].isoformat() == "2026-03-02T10:00:00"
    assert row["Score"] == pytest.approx(33.333)
    assert row["Passed"] is False
    assert row["Tags"] == "mystery; new"
    assert row["Ticket"] is None


def test_a_workbook_goes_on_to_the_next_sheet_where_one_is_full(files, made, monkeypatch):
    monkeypatch.setattr("qa.exports.xlsx._ROWS", 4)
    (data,) = files("xlsx", [made(id=f"c{n}") for n in range(5)]).values()
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {s.title: [r[0].value for r in s.iter_rows(min_row=2)] for s in book} == {
        "Conversations": ["c0", "c1", "c2"],
        "Conversations 2": ["c3", "c4"],
    }


def test_what_no_cell_can_hold_is_cut_or_replaced(files, made):
    given = made(source="x" * 40_000, external_id="a\x07b\ud800")
    (data,) = files("xlsx", [given]).values()
    row = [c.value for c in sheet(data)[2]]
    assert row[-1] == "x" * 32_766 + "…"
    assert "?" in row[1]


# --- constant memory -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet", "xlsx"])
def test_memory_does_not_grow_with_the_rows(made, name, monkeypatch):
    monkeypatch.setattr("qa.exports.parquet._GROUP", 50)
    monkeypatch.setattr("qa.exports.csv_table._PIECE", 1 << 12)
    given = made()

    def peak(count):
        found = (replace(given, id=f"c{n}") for n in range(count))
        tracemalloc.reset_peak()
        for _ in exporter(name).chunks(found, what="conversations"):
            pass
        return tracemalloc.get_traced_memory()[1]

    peak(100)  # what is loaded once
    tracemalloc.start()
    try:
        few, many = peak(100), peak(500)
    finally:
        tracemalloc.stop()
    assert many < 1.5 * few + 200_000
