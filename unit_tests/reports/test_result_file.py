# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A packed result file → rows, whole or series by series: the rows are the same (docs/x-ads-api.md §7.3)."""

import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.api.bodies import InvalidBody
from source_twitter_ads.reports import result_file
from source_twitter_ads.reports.definition import ReportDefinition
from source_twitter_ads.reports.job import JobRequest
from source_twitter_ads.reports.result_file import read_rows
from source_twitter_ads.reports.rows import MalformedResult
from unit_tests.reports import builders
from unit_tests.reports.builders import NOW, gender, report, series, window

BY_GENDER = report(segment="GENDER")
BY_KEYWORD = report(segment="KEYWORDS")
ASKED = ("c1", "c2", "c3")

Rows = list[dict[str, Any]]


def rows_of(packed: bytes, definition: ReportDefinition) -> Iterator[dict[str, Any]]:
    request = JobRequest(definition, window(), "ALL_ON_TWITTER", ASKED)
    return chain.from_iterable(read_rows(packed, request, "a1", NOW))


def read(packed: bytes, definition: ReportDefinition = BY_KEYWORD) -> Rows:
    return list(rows_of(packed, definition))


def gzipped(entities: dict[str, list[dict[str, Any]]]) -> bytes:
    return gzip.compress(json.dumps(builders.result_file(entities)).encode())


def read_in_parts(text: bytes, borders: list[int], definition: ReportDefinition = BY_KEYWORD) -> Rows:
    """The rows of a file that is never held whole and whose text comes in parts that end at these borders."""

    def parts(_: bytes) -> Iterator[bytes]:
        ends = sorted({0, len(text), *(border % (len(text) + 1) for border in borders)})
        return (text[begin:end] for begin, end in pairwise(ends))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(result_file, "inflate", parts)
        patch.setattr(result_file, "WHOLE_FILE_BYTES", -1)
        patch.setattr(result_file, "_PART_BYTES", 1)
        return read(b"", definition)


def outcome(rows: Any, *arguments: Any) -> Rows | str:
    """The rows, or that there are none: of a file that is wrong in two ways either may be found first."""
    try:
        return rows(*arguments)  # type: ignore[no-any-return]
    except (InvalidBody, MalformedResult):
        return "refused"


# Texts that look like the structure around them.
TEXTS = st.text(st.sampled_from('[]{}",:\\ué€😀\u2028 0'), max_size=12) | st.sampled_from(
    ("data", "id_data", '"id_data":[{', "}]}", "\\", '\\"', "c1")
)
NUMBERS = st.lists(st.integers(0, 10**18) | st.none(), min_size=3, max_size=3)
METRICS = st.dictionaries(
    TEXTS, NUMBERS | st.dictionaries(TEXTS, NUMBERS | st.none(), max_size=3) | st.none(), min_size=1, max_size=4
)
SEGMENTS = st.fixed_dictionaries({"segment_name": TEXTS, "segment_value": TEXTS | st.integers(0, 3)}) | st.none()
SERIES = st.fixed_dictionaries({"segment": SEGMENTS, "metrics": METRICS}, optional={"more": TEXTS})
ID_DATA = st.lists(SERIES, max_size=4, unique_by=lambda one: str((one["segment"] or {}).get("segment_value", "")))
JSON = st.recursive(st.none() | st.integers() | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A result file whose keys come in any order, between others."""
    data = []
    for entity_id in draw(st.lists(st.sampled_from(ASKED), min_size=1, unique=True)):
        item = {"id": entity_id, "id_data": draw(ID_DATA | st.none()), "other": draw(JSON)}
        data.append(dict(draw(st.permutations(list(item.items())))))
    document = {"data": data, "time_series_length": 3, "request": {"params": draw(JSON)}, "x": draw(JSON)}
    return dict(draw(st.permutations(list(document.items()))))


def printed(document: Any, escaped: bool, indent: int | None) -> bytes:
    return json.dumps(document, ensure_ascii=escaped, indent=indent).encode()


BORDERS = st.lists(st.integers(0, 10**6), max_size=60)
PRINTED = st.builds(printed, documents(), st.booleans(), st.sampled_from((None, 1)))


class TestParts:
    @given(text=PRINTED, borders=BORDERS)
    def test_given_any_file_when_read_in_parts_then_its_rows_are_those_of_the_whole(
        self, text: bytes, borders: list[int]
    ) -> None:
        assert outcome(read_in_parts, text, borders) == outcome(read, gzip.compress(text))

    @given(text=PRINTED, borders=BORDERS, data=st.data())
    def test_given_a_damaged_file_when_read_in_parts_then_refused_as_the_whole_is(
        self, text: bytes, borders: list[int], data: st.DataObject
    ) -> None:
        begin = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(begin, min(len(text), begin + 3)) | st.just(len(text)))
        damaged = (
            text[:begin] + data.draw(st.sampled_from((b"", b"[", b"]", b"{", b"}", b'"', b"\\", b"\xff"))) + text[end:]
        )
        assert outcome(read_in_parts, damaged, borders) == outcome(read, damaged)

    def test_given_every_byte_in_a_part_of_its_own_when_read_then_the_rows_are_the_same(self) -> None:
        segment = {"segment_name": 'a "[{\\" \u20ac \U0001f600', "segment_value": "\\"}
        metrics = {"clicks": [1, 2, 3], "x": {"]": [4, None, 6], "data": None}}
        document = builders.result_file({"c1": [series(metrics, segment), series({})], "c2": [], "c3": [{}]})
        for escaped in (True, False):
            text = printed(document, escaped, None)
            assert read_in_parts(text, list(range(len(text)))) == read(text)
            assert len(read(text)) == 12

    def test_given_keys_that_are_written_with_escapes_when_read_then_they_are_the_keys(self) -> None:
        document = builders.result_file({"c1": [series({"clicks": [1, 2, 3]}, gender("1"))]})
        text = json.dumps(document).replace('"data"', '"d\\u0061ta"').replace('"id_data"', '"id\\u005fdata"').encode()
        assert read_in_parts(text, [10, 90], BY_GENDER) == read(text, BY_GENDER)
        assert read(text, BY_GENDER)[0]["clicks"] == 1

    @pytest.mark.parametrize(
        "text",
        [
            b'{"time_series_length":3,"data":[{"id":"c1","id_data":[{}]}],"data":[{"id":"c1","id_data":[{}]}]}',
            b'{"time_series_length":3,"data":[{"id":"c1","id_data":[{}]}],"data":[]}',
            b'{"time_series_length":3,"data":[{"id":"c1","id_data":[{"metrics":{}}],"id_data":[]}]}',
        ],
    )
    def test_given_the_same_key_twice_when_read_in_parts_then_refused(self, text: bytes) -> None:
        with pytest.raises(MalformedResult, match="holds data, or id_data of an entity, twice"):
            read_in_parts(text, [])

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (b"", "not JSON"),
            (b'{"data":[{"id":"c1","id_data":[{', "not JSON"),
            (b'{"data":[{"id":"c1","id_data":[{"a":"', "not JSON"),
            (b"{}}", "closes more brackets"),
            (b"[" * 5_000_000, "more than 4194304 bytes besides its numbers"),
            (b'{"data":"' + b"x" * 70_000, "a text of more than 65536 bytes"),
            (
                b'{"data":[{"id":"c1","id_data":[{"a":[' + b"1," * 4_200_000 + b"1]}]}]}",
                "a series of more than 8388608",
            ),
        ],
    )
    def test_given_another_file_when_read_in_parts_then_a_sentence_says_why(self, text: bytes, said: str) -> None:
        with pytest.raises(InvalidBody, match=said):
            read_in_parts(text, list(range(0, len(text), 60_000)))

    @pytest.mark.parametrize("limit", [10**9, 0], ids=["small", "large"])
    def test_given_a_byte_that_is_not_utf_8_when_read_then_the_window_is_not_lost(
        self, monkeypatch: pytest.MonkeyPatch, limit: int
    ) -> None:
        monkeypatch.setattr(result_file, "WHOLE_FILE_BYTES", limit)
        text = json.dumps(builders.result_file({"c1": [series({"clicks": [1, 2, 3]}, {"segment_name": "a?b"})]}))
        rows = read(gzip.compress(text.encode().replace(b"a?b", b"a\xffb")))
        assert {(row["segment_name"], row["clicks"]) for row in rows if row["entity_id"] == "c1"} == {
            ("a\ufffdb", 1),
            ("a\ufffdb", 2),
            ("a\ufffdb", 3),
        }

    @pytest.mark.parametrize(("limit", "before"), [(10**9, []), (0, ["c1", "c1", "c1"])], ids=["small", "large"])
    def test_given_a_wrong_later_series_when_read_then_a_large_file_has_earlier_rows(
        self, monkeypatch: pytest.MonkeyPatch, limit: int, before: list[str]
    ) -> None:
        monkeypatch.setattr(result_file, "WHOLE_FILE_BYTES", limit)
        wide = {f"m{number}": [1, 2, 3] for number in range(50_000)}
        rows = rows_of(gzipped({"c1": [series(wide)], "c2": [series({"clicks": 7})]}), report())
        found: list[str] = []
        with pytest.raises(MalformedResult, match="'clicks' of entity 'c2'"):
            found.extend(row["entity_id"] for row in rows)
        assert found == before


class TestTime:
    """What is hostile takes no longer than what is honest: 5 MB of it are read in seconds."""

    SIZE = 5_000_000

    @pytest.mark.parametrize(
        "repeated",
        [b'"', b"\\", b'\\"', b'"\\a",', b"[", b"{", b"[1,", b'[1,"', b'{"a":[', b"[],", b'"",', b" ", b"\xff", b"]["],
    )
    @pytest.mark.parametrize("before", [b"", b'{"data":[{"id":"c1","id_data":[{"metrics":', b'{"data":[{"id_data":["'])
    def test_given_hostile_text_when_read_in_parts_then_it_takes_no_longer(
        self, repeated: bytes, before: bytes
    ) -> None:
        packed = gzip.compress(before + repeated * (self.SIZE // len(repeated)), 1)
        started = time.process_time()
        with pytest.raises((InvalidBody, MalformedResult)):
            read(packed)
        assert time.process_time() - started < 10

    def test_given_parts_of_some_bytes_when_read_then_they_are_gathered(self) -> None:
        numbers = random.Random(1)
        metrics = {f"m{number}": [numbers.randrange(10**9) for _ in range(3)] for number in range(10_000)}
        text = printed(builders.result_file({"c1": [series(metrics)]}), False, None)
        packed = b"".join(gzip.compress(text[at : at + 20]) for at in range(0, len(text), 20))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(result_file, "WHOLE_FILE_BYTES", 0)
            started = time.process_time()
            found = read(packed, report())
            assert time.process_time() - started < 10
        assert found == read(text, report())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory a process had")
def test_given_metros_with_all_conversions_when_read_then_within_100_mb(tmp_path: Path) -> None:
    def run(command: str) -> dict[str, int]:
        arguments = [sys.executable, "-m", "unit_tests.reports.large_file", command, str(tmp_path / "file.json.gz")]
        return json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)  # type: ignore[no-any-return]

    written, found = run("write"), run("read")
    assert written["rows"] == 20 * 210 * 29
    assert {name: found[name] for name in written} == written
    assert found["bytes"] < 100_000_000
