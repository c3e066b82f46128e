"""Output: data on stdout, everything else on stderr; colour only for a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

#: What a terminal would take for an order, or what turns the reading of a line around.
_ORDERS = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    "\N{REPLACEMENT CHARACTER}",
)
#: Columns that are numbers stand at the right.
_GAP = "  "


@cache
def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def out(text: str = "", *, style: str = "") -> None:
    """Write a line of data."""
    text = plain(text)
    if sys.stdout.isatty():
        _console(stderr=False).print(text, style=style or None, markup=False)
    else:
        sys.stdout.write(text + "\n")


def plain(text: str) -> str:
    r"""Return text without what a terminal would obey; a name may hold anything.

    >>> plain("\x1b[31mDana\r")
    '�[31mDana�'
    """
    return text.translate(_ORDERS)


def _one_line(text: str) -> str:
    return plain(text).replace("\n", " ")


def out_json(value: Any) -> None:
    """Write data as JSON, one value."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def note(text: str) -> None:
    """Write a remark: progress, or what was done."""
    _err(text, "")


def warn(text: str) -> None:
    """Write a remark that should be noticed."""
    _err(text, "yellow")


def failure(source: str, reason: str, mend: str) -> None:
    """Write what became of one of many, and why; names it once."""
    said = f"{reason} {mend}".rstrip()
    warn(_one_line(said if source in said else f"{source}: {said}"))


def error(reason: str, mend: str = "") -> None:
    """Write what is wrong, and what to do about it."""
    _err(f"qa: {reason}", "bold red")
    if mend:
        _err(mend, "")


def _err(text: str, style: str) -> None:
    text = plain(text)
    if sys.stderr.isatty():
        _console(stderr=True).print(text, style=style or None, markup=False)
    else:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    styles: Sequence[str] = (),
) -> None:
    """Write a table: drawn for a terminal, plain aligned columns otherwise.

    Parameters
    ----------
    right : numbers of the columns that stand at the right.
    styles : a style per row; fewer mean none.
    """
    rows = [[_one_line(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(head, rows, right, styles)
        return
    lines = [head, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    for line in lines:
        cells = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        sys.stdout.write(_GAP.join(cells).rstrip() + "\n")


def _draw(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int], styles: Sequence[str]
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for n, name in enumerate(head):
        drawn.add_column(name, justify="right" if n in right else "left", overflow="fold")
    for n, line in enumerate(rows):
        drawn.add_row(*map(Text, line), style=styles[n] if n < len(styles) else None)
    _console(stderr=False).print(drawn, soft_wrap=False)
