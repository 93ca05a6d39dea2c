# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The demo's output on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo import chart, queries
from demo.sync import StreamResult


def streams_table(results: Sequence[StreamResult], seconds: float) -> Table:
    """Print a table of streams, rows and seconds, with a total."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("stream", "total", no_wrap=True)
    for name, value in (
        ("read", sum(result.read for result in results)),
        ("new", sum(result.new for result in results)),
        ("rows", sum(result.total for result in results)),
    ):
        table.add_column(name, f"{value:,}", justify="right")
    table.add_column("seconds", f"{seconds:.1f}", justify="right")
    table.add_column("sync")
    for result in results:
        table.add_row(
            result.name,
            f"{result.read:,}",
            f"{result.new:,}" if result.new else "·",
            f"{result.total:,}",
            f"{result.seconds:.1f}",
            "resumed" if result.incremental else "full",
        )
    return table


def summary(results: Sequence[StreamResult]) -> str:
    """Print one paragraph about this sync."""
    new = sum(result.new for result in results)
    resumed = [result for result in results if result.incremental]
    if not resumed:
        return f"First sync: {new:,} rows in {len(results)} tables. Run it again to see an incremental one."
    read = sum(result.read for result in resumed)
    rows = sum(result.total for result in resumed)
    arrived = "1 row was" if new == 1 else f"{new:,} rows were"
    return (
        f"Incremental sync: {len(resumed)} streams went on from their bookmarks and read {read:,} records instead of "
        f"{rows:,} (those as old as a bookmark are read again rather than missed); {arrived} new. "
        f"The other {len(results) - len(resumed)} have no date to go on from and were read in full."
    )


def answer_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Print the rows of a query."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        numeric = bool(rows) and isinstance(rows[0][columns.index(name)], int | float)
        table.add_column(name, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(Text(_print(cell)) for cell in row))
    return table


def _print(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def report(console: Console, results: Sequence[StreamResult], seconds: float) -> None:
    """Print the tables, the chart and the queries after a sync."""
    console.print(streams_table(results, seconds))
    console.print(summary(results), highlight=False)
    names = {result.name for result in results}
    if "campaigns_daily_report" in names:
        days = queries.ask(queries.DAILY_SPEND)[1]
        console.print("\n[bold]Daily spend of the campaigns in US dollars, from campaigns_daily_report[/bold]")
        console.print(chart.daily_chart([(day, float(spend)) for day, spend in days]), highlight=False)
    sql = queries.question(names)
    console.print("\n[bold]A query to try[/bold]")
    console.print(sql, highlight=False, markup=False, soft_wrap=True)
    console.print(answer_table(*queries.ask(sql)))
