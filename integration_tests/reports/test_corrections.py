# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Numbers that X corrects later (docs/x-ads-api.md §7.7, §7.9, §9 R9–R11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from integration_tests.reports.harness import (
    Corrections,
    account,
    ago,
    bookmarks,
    day,
    described,
    held,
    jobs,
    refused,
    report,
    sync,
    truth,
    with_bookmark,
)
from integration_tests.truth import differences
from x_ads_emulator.client import Emulator

Start = Callable[..., Emulator]
GRANULARITIES = ("DAY", "HOUR", "TOTAL")
VOLUMES = {"line_items": 30}

pytestmark = pytest.mark.usefixtures("quick")


def coming_and_going() -> dict[str, str]:
    """Days of activity; each entity has a part of them: some begin late, some have ended."""
    return {"from": day(120), "to": day(-30)}


def busy_entities(emulator: Emulator, first: str, end: str, count: int, *, ended: bool = False) -> list[str]:
    """Ids of line items with numbers in [first, end), so that a correction changes something.

    For an entity that still runs, X names one period from the corrected day to the present; the cost of a correction
    is exact only for one that has ended (`ended`).
    """
    rows = truth(emulator, report("lines"), "1a", first, end)
    days = Counter(key[1] for key in rows if key[2] == "ALL_ON_TWITTER")
    running = {key[1] for key in truth(emulator, report("lines"), "1a", day(12), day(-1))}
    found = sorted(one for one in days if days[one] >= 2 and not (ended and one in running))
    assert len(found) >= count
    return found[:count]


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("how", [{"factor_percent": 50}, {"zero": True}], ids=["halved", "to-nothing"])
def test_given_an_old_day_corrected_when_synced_then_only_its_entities_are_read_once(
    begin: Start, granularity: str, how: dict[str, Any]
) -> None:
    emulator = begin(account("1a", volumes=VOLUMES, activity=coming_and_going()))
    entry = report("lines", granularity=granularity, metric_groups=["ENGAGEMENT", "BILLING"])
    # The grid of TOTAL windows: 70, 40, 10 days ago. With attribution_window 5 a re-read begins at 10 days ago.
    config = emulator.config(day(70), reports=[entry], attribution_window=5)
    first = sync(config)
    state = with_bookmark(first.state, ago(hours=5))
    chosen = busy_entities(emulator, day(62), day(58), 2, ended=True)
    corrections = Corrections(emulator)
    corrections.add("1a", "LINE_ITEM", chosen[0], day(62), day(59), ago(hours=3), **how)
    corrections.add("1a", "LINE_ITEM", chosen[1], day(61), day(58), ago(hours=3), **how)
    made = len(jobs(emulator))
    second = sync(config, state=state)
    late = [job for job in jobs(emulator, made) if job["start_time"] < f"{day(10)}T00:00:00Z"]
    assert [sorted(job["entity_ids"]) for job in late] == [sorted(chosen)]
    wanted = truth(emulator, entry, "1a", day(70), day(10), corrections) if granularity != "TOTAL" else None
    if wanted is not None:
        assert differences(wanted, held([first, second], "lines", "1a", day(10))) == []
    else:
        for start, end in ((70, 40), (40, 10)):
            window = truth(emulator, entry, "1a", day(start), day(end), corrections)
            rows = {k: v for k, v in held([first, second], "lines", "1a").items() if k[3][:10] == day(start)}
            assert differences(window, rows) == []
    made = len(jobs(emulator))
    third = sync(config, state=second.state)
    assert [job for job in jobs(emulator, made) if job["start_time"] < f"{day(10)}T00:00:00Z"] == []
    assert (first.exit_code, second.exit_code, third.exit_code, refused(emulator)) == (0, 0, 0, [])


def test_given_many_entities_corrected_when_synced_then_jobs_hold_twenty_of_them(begin: Start) -> None:
    emulator = begin(account("1a", volumes={"line_items": 150}, activity=coming_and_going()))
    config = emulator.config(day(66), reports=[report("lines")])
    first = sync(config)
    corrections = Corrections(emulator)
    chosen = busy_entities(emulator, day(64), day(50), 21, ended=True)
    for position, entity_id in enumerate(chosen):
        start, end = day(64 - position % 10), day(54 - position % 4)
        corrections.add("1a", "LINE_ITEM", entity_id, start, end, ago(hours=3))
    made = len(jobs(emulator))
    second = sync(config, state=with_bookmark(first.state, ago(hours=5)))
    late = [job for job in jobs(emulator, made) if job["start_time"] < f"{day(20)}T00:00:00Z"]
    assert len(late) == 2
    wanted = truth(emulator, report("lines"), "1a", day(66), day(40), corrections)
    assert differences(wanted, held([first, second], "lines", "1a", day(40))) == []


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("attribution_window", [14, 0])
def test_given_recent_days_corrected_when_synced_then_the_union_by_key_is_the_truth(
    begin: Start, granularity: str, attribution_window: int
) -> None:
    emulator = begin(account("1a", volumes=VOLUMES))
    entry = report("lines", granularity=granularity)
    config = emulator.config(day(40), reports=[entry], attribution_window=attribution_window)
    first = sync(config)
    corrections = Corrections(emulator)
    halved, gone = busy_entities(emulator, day(9), day(2), 2)
    corrections.add("1a", "LINE_ITEM", halved, day(9), day(7), ago(hours=2))
    corrections.add("1a", "LINE_ITEM", gone, day(8), day(2), ago(hours=2), zero=True)
    second = sync(config, state=with_bookmark(first.state, ago(hours=4)))
    assert (first.exit_code, second.exit_code) == (0, 0)
    both = [first, second]
    if granularity == "TOTAL":
        rows = {k: v for k, v in held(both, "lines", "1a").items() if k[3][:10] == day(40)}
        assert differences(truth(emulator, entry, "1a", day(40), day(10), corrections), rows) == []
        points = {record["start_time"] for one in both for record in one.records["lines"]}
        assert points == {f"{day(40)}T00:00:00Z", f"{day(10)}T00:00:00Z"}
        return
    wanted = truth(emulator, entry, "1a", day(40), day(0), corrections)
    assert differences(wanted, held(both, "lines", "1a", day(0))) == []
    rows_of_it = [r for r in second.records["lines"] if (r["entity_id"], r["placement"]) == (gone, "ALL_ON_TWITTER")]
    voided = [r for r in rows_of_it if day(8) <= r["date"] <= day(3)]
    assert {r["date"] for r in voided} == {day(n) for n in range(3, 9)}
    assert {r.get("impressions", 0) for r in voided} == {0}


def test_given_a_segmented_day_corrected_to_nothing_when_synced_then_its_rows_change(
    begin: Start,
) -> None:
    emulator = begin(account("1a", volumes=VOLUMES))
    entry = report("lines", segment="GENDER")
    config = emulator.config(day(66), reports=[entry])
    first = sync(config)
    (chosen,) = busy_entities(emulator, day(62), day(58), 1)
    corrections = Corrections(emulator)
    corrections.add("1a", "LINE_ITEM", chosen, day(61), day(60), ago(hours=3), zero=True)
    second = sync(config, state=with_bookmark(first.state, ago(hours=5)))
    wanted = truth(emulator, entry, "1a", day(66), day(40), corrections)
    assert differences(wanted, held([first, second], "lines", "1a", day(40))) == []


def test_given_a_correction_during_a_backfill_when_synced_again_then_it_arrives(begin: Start) -> None:
    emulator = begin(account("1a", volumes=VOLUMES), job_seconds=1)
    config = emulator.config(day(66), reports=[report("lines")])
    corrections = Corrections(emulator)
    (chosen,) = busy_entities(emulator, day(62), day(58), 1)
    first = sync(config)
    # Booked within the hour of the first sync's bookmark, after its activity request.
    corrections.add("1a", "LINE_ITEM", chosen, day(61), day(60), ago(seconds=0))
    second = sync(config, state=first.state)
    wanted = truth(emulator, report("lines"), "1a", day(66), day(40), corrections)
    assert differences(wanted, held([first, second], "lines", "1a", day(40))) == []


def test_given_a_past_end_date_when_a_day_is_corrected_then_the_next_sync_brings_it(begin: Start) -> None:
    emulator = begin(account("1a", volumes=VOLUMES))
    config = emulator.config(day(100), end_date=day(50), reports=[report("lines")])
    first = sync(config)
    assert bookmarks(first, "lines") == {"1a": f"{day(49)}T00:00:00Z"}
    corrections = Corrections(emulator)
    recent, old = busy_entities(emulator, day(92), day(52), 2)
    corrections.add("1a", "LINE_ITEM", recent, day(55), day(53), ago(hours=3))
    corrections.add("1a", "LINE_ITEM", old, day(92), day(90), ago(hours=3))
    second = sync(config, state=first.state)
    wanted = truth(emulator, report("lines"), "1a", day(100), day(49), corrections)
    assert differences(wanted, held([first, second], "lines", "1a")) == []
    assert described(emulator)["corrections"] == 2


def test_given_activity_in_an_hour_that_x_counts_to_day_one_when_read_then_it_comes(
    begin: Start,
) -> None:
    # X lets 1 July begin at 08:00Z by the offset of winter, which is in force now; the calendar says 07:00Z.
    activity = {"from": "2026-07-02T07:00:00Z", "to": "2026-07-02T08:00:00Z"}
    spec = account("1a", "America/Los_Angeles", volumes={"line_items": 40}, activity=activity)
    emulator = begin(spec, dst_reading="today")
    output = sync(emulator.config("2026-07-01", end_date="2026-07-01", reports=[report("lines")]))
    wanted = truth(emulator, report("lines"), "1a", "2026-07-01", "2026-07-02", dst_reading="today")
    assert wanted
    assert differences(wanted, held([output], "lines", "1a")) == []
