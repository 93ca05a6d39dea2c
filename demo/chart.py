# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A chart of daily values for the terminal: two days per character, four steps per line, in Braille dots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

LINES = 9
_BRAILLE = 0x2800
# Dots of the left and the right day from the bottom up.
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


def daily_chart(days: Sequence[tuple[date, float]]) -> str:
    """Columns of dots, one per day, with the highest value and the first and last day at the axes."""
    if not days:
        return ""
    top = max(value for _, value in days) or 1.0
    heights = [round(value / top * LINES * 4) for _, value in days]
    labels = {LINES - 1: f"{top:,.0f}", LINES // 2: f"{top / 2:,.0f}", 0: "0"}
    margin = max(map(len, labels.values()))
    lines = [f"{labels.get(line, ''):>{margin}} ┤{_line(heights, line)}" for line in reversed(range(LINES))]
    width = (len(days) + 1) // 2
    first, last = days[0][0].isoformat(), days[-1][0].isoformat()
    lines.append(f"{'':>{margin}} └{'─' * width}")
    lines.append(f"{'':>{margin}}  {first}{last:>{max(width - len(first), len(last) + 1)}}")
    return "\n".join(lines)


def _line(heights: Sequence[int], line: int) -> str:
    cells = []
    for left in range(0, len(heights), 2):
        dots = 0
        for side, height in enumerate(heights[left : left + 2]):
            filled = min(max(height - line * 4, 0), 4)
            dots |= sum(_DOTS[side][:filled])
        cells.append(chr(_BRAILLE + dots))
    return "".join(cells)
