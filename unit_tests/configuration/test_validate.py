# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""One sentence for each mistake in a configuration."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_twitter_ads.configuration import ConfigProblem, normalise, require_valid
from source_twitter_ads.configuration.validate import parse_moment, problems
from unit_tests.conftest import valid_config

NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)


def sentences(**changes: Any) -> list[str]:
    return list(problems(normalise(valid_config(**changes)), NOW))


class TestValidate:
    def test_given_a_valid_config_when_validated_then_nothing_is_wrong(self) -> None:
        assert sentences() == []

    @pytest.mark.parametrize("value", [0, -1, 1.5, "abc", 1001, "1.5", True, [5]])
    def test_given_an_impossible_page_size_when_validated_then_its_range_is_named(self, value: Any) -> None:
        assert sentences(page_size=value) == [f"page_size is {value!r}: it must be a whole number from 1 to 1000."]

    @pytest.mark.parametrize(
        ("key", "low", "high"),
        [
            ("attribution_window", 0, 90),
            ("page_size", 1, 1000),
            ("num_workers", 1, 50),
            ("request_timeout", 1, 3600),
            ("job_timeout", 1, 1440),
            ("outage_timeout", 1, 86400),
            ("rate_limit_timeout", 1, 86400),
        ],
    )
    def test_given_a_whole_number_when_validated_then_its_bounds_are_allowed_and_no_more(
        self, key: str, low: int, high: int
    ) -> None:
        assert sentences(**{key: low}) == sentences(**{key: str(high)}) == []
        for beyond in (low - 1, high + 1):
            assert sentences(**{key: beyond}) == [f"{key} is {beyond}: it must be a whole number from {low} to {high}."]

    @pytest.mark.parametrize("value", ["key\u200b", "ke\ny", "\u201ckey\u201d", "key\ud800"])
    def test_given_a_secret_with_stray_characters_when_validated_then_it_is_not_shown(self, value: str) -> None:
        (sentence,) = sentences(consumer_key=value)
        assert sentence == (
            "consumer_key is a text with characters that a key cannot have: copy it from the Keys and tokens page of "
            "your app in the X developer portal."
        )

    @pytest.mark.parametrize("key", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
    @pytest.mark.parametrize(("value", "state"), [("", "empty"), ("  ", "empty"), (None, "missing"), (7, "not a text")])
    def test_given_a_missing_secret_when_validated_then_it_says_where_to_find_one(
        self, key: str, value: Any, state: str
    ) -> None:
        (sentence,) = sentences(**{key: value})
        assert sentence.startswith(f"{key} is {state}: copy it from")

    @pytest.mark.parametrize(
        "value",
        [
            "soon",
            "2026-13-01",
            "2026-02-30",
            "01/02/2026",
            "20260101",
            "2026-1-1",
            "2026",
            "2026-W05",
            20260101,
            "2026-W05-1",
            "2026-01-01T00:00",
            "2026-01-01T00",
            "2026-01-01T00:00:00+09",
            "2026-01-01T00:00:00,5Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01 00:00",
            "2026-01-01 00:00:00 UTC",
        ],
    )
    @pytest.mark.parametrize("key", ["start_date", "end_date"])
    def test_given_a_malformed_date_when_validated_then_the_sentence_shows_a_right_one(
        self, key: str, value: Any
    ) -> None:
        (sentence,) = sentences(**{key: value})
        assert sentence.startswith(f"{key} is {value!r}: it must be a date such as 2026-01-31")

    @pytest.mark.parametrize(
        "value",
        [
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+09:00",
            "2026-01-01T00:00:00-0330",
            "2026-01-01T00:00:00.5Z",
            "2026-01-01T00:00:00.123456789",
        ],
    )
    def test_given_a_date_in_any_iso_form_when_validated_then_it_is_accepted(self, value: str) -> None:
        assert sentences(start_date=value) == []

    @pytest.mark.parametrize("value", ["0001-01-01", "1899-12-31T23:59:59Z", "9999-01-01"])
    def test_given_a_start_in_an_impossible_year_when_validated_then_the_years_are_named(self, value: str) -> None:
        assert sentences(start_date=value) == [f"start_date is {value!r}: its year must be from 1900 to 9998."]

    def test_given_an_end_that_means_none_when_validated_then_it_says_to_leave_it_out(self) -> None:
        assert sentences(end_date="9999-12-31") == [
            "end_date is '9999-12-31': its year must be from 1900 to 9998; leave end_date out to read up to now."
        ]

    @pytest.mark.parametrize("value", ["2026-07-02", "2026-06-30T12:00:01Z", "2027-01-01T00:00:00Z"])
    def test_given_a_start_date_in_the_future_when_validated_then_the_sentence_says_so(self, value: str) -> None:
        assert sentences(start_date=value) == [
            f"start_date is {value!r}, which lies in the future: it must not be later than today."
        ]

    @pytest.mark.parametrize("value", ["2026-06-30", "2026-07-01", "2026-06-30T12:00:00Z"])
    def test_given_a_day_that_has_begun_somewhere_when_validated_then_it_is_taken(self, value: str) -> None:
        assert sentences(start_date=value) == []

    def test_given_an_end_before_the_start_when_validated_then_the_sentence_names_both(self) -> None:
        (sentence,) = sentences(end_date="2025-12-31")
        assert "'2025-12-31'" in sentence
        assert "'2026-01-01'" in sentence

    @pytest.mark.parametrize("value", ["XX", "U", "12", "Atlantis"])
    def test_given_an_unknown_country_when_validated_then_the_sentence_names_it(self, value: str) -> None:
        (sentence,) = sentences(country_codes=["US", value])
        assert sentence.startswith(f"country_codes holds {value!r}: each must be an ISO 3166-1 code of two letters")

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ("Germany", "DE"),
            ("GERMANY", "DE"),
            ("Germny", "DE"),
            ("UK", "GB"),
            ("United Kingdom", "GB"),
            ("usa", "US"),
            ("United States", "US"),
        ],
    )
    def test_given_the_name_of_a_country_when_validated_then_its_code_is_guessed(self, value: str, code: str) -> None:
        assert sentences(country_codes=[value]) == [
            f"country_codes holds {value!r}: did you mean {code}? Each must be an ISO 3166-1 code of two letters, "
            "such as US or DE."
        ]

    @pytest.mark.parametrize("value", ["18ce/54", "18ce54d4x5t;drop", "../x"])
    def test_given_an_account_id_with_strange_characters_when_validated_then_it_is_named(self, value: str) -> None:
        assert sentences(account_ids=[value]) == [
            f"account_ids holds {value!r}: the id of an ad account has only letters and digits, such as 18ce54d4x5t."
        ]

    @pytest.mark.parametrize(
        "value",
        [
            "https://ads.x.com/campaign_manager/18ce54d4x5t/campaigns",
            "https://ads.x.com/campaign_manager/18ce54d4x5t/campaigns/8yn7m?from=2026#x",
            "ads.twitter.com/accounts/18CE54D4X5T",
            "http://www.ads.x.com/analytics/18ce54d4x5t/",
        ],
    )
    def test_given_an_address_of_the_ads_manager_when_validated_then_its_id_is_named(self, value: str) -> None:
        (sentence,) = sentences(account_ids=value)
        assert sentence == f"account_ids holds {value!r}: give the id in that address alone; you mean 18ce54d4x5t."

    @pytest.mark.parametrize(
        "value", ["https://ads.x.com/campaign_manager", "https://x.com/18ce54d4x5t", "ads.x.com/#1a"]
    )
    def test_given_an_address_without_an_id_when_validated_then_none_is_guessed(self, value: str) -> None:
        (sentence,) = sentences(account_ids=[value])
        assert sentence.endswith(": the id of an ad account has only letters and digits, such as 18ce54d4x5t.")

    def test_given_a_handle_when_validated_then_it_says_what_an_account_id_is(self) -> None:
        (sentence,) = sentences(account_ids=["@mybrand"])
        assert sentence.startswith(
            "account_ids holds '@mybrand', the handle of an X user: give the id of an ad account"
        )

    @pytest.mark.parametrize(("key", "value"), [("account_ids", {"a": 1}), ("account_ids", [1]), ("country_codes", 5)])
    def test_given_a_value_other_than_a_list_when_validated_then_it_asks_for_a_list(self, key: str, value: Any) -> None:
        assert sentences(**{key: value}) == [
            f"{key} is {value!r}: it must be a list of texts, or one text with commas between."
        ]

    @pytest.mark.parametrize("value", ["yes", 1, 0, "0", "tru"])
    def test_given_a_value_other_than_a_flag_when_validated_then_it_says_true_or_false(self, value: Any) -> None:
        assert sentences(with_deleted=value) == [f"with_deleted is {value!r}: it must be true or false."]

    @pytest.mark.parametrize("value", ["a\nb", "ünïcode", 5])
    def test_given_a_user_agent_that_is_not_a_header_when_validated_then_it_is_refused(self, value: Any) -> None:
        (sentence,) = sentences(user_agent=value)
        assert sentence.startswith("user_agent is ")

    def test_given_several_mistakes_when_required_valid_then_one_error_explains_each(self) -> None:
        config = normalise(valid_config(page_size=0, num_workers="x", consumer_key=""))
        with pytest.raises(ConfigProblem) as caught:
            require_valid(config, NOW)
        assert caught.value.failure_type is FailureType.config_error
        text = str(caught.value.message)
        assert [text.count(key) for key in ("page_size is", "num_workers is", "consumer_key is")] == [1, 1, 1]

    def test_given_very_many_mistakes_when_required_valid_then_the_rest_is_counted(self) -> None:
        with pytest.raises(ConfigProblem) as caught:
            require_valid(normalise(valid_config(account_ids=[f"{number}/" for number in range(500)])), NOW)
        text = str(caught.value.message)
        assert text.count("account_ids holds") == 20
        assert text.endswith(" Further mistakes: 480.")

    @pytest.mark.parametrize("value", ["x" * 9000, ["x"] * 9000, {"x": ["y"] * 9000}])
    def test_given_a_huge_value_when_refused_then_the_sentence_shows_its_beginning(self, value: Any) -> None:
        (sentence,) = sentences(page_size=value)
        assert sentence.startswith(f"page_size is {str([value])[1:100]}")
        assert len(sentence) < 300

    def test_given_a_value_that_contains_itself_when_refused_then_there_is_a_sentence(self) -> None:
        value: list[Any] = []
        for _ in range(100_000):
            value = [value]
        (sentence,) = sentences(page_size=value)
        assert sentence.startswith("page_size is a list that is too large to be shown: it must be a whole number")


class TestRelativeDates:
    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("90 days ago", "2026-04-01"),
            ("1 day ago", "2026-06-29"),
            ("0 days ago", "2026-06-30"),
            (" 2  Weeks Ago ", "2026-06-16"),
            ("4 months ago", "2026-02-28"),
            ("1 year ago", "2025-06-30"),
        ],
    )
    @pytest.mark.parametrize("key", ["start_date", "end_date"])
    def test_given_a_time_ago_when_normalised_then_it_is_that_day(self, key: str, written: str, day: str) -> None:
        config = normalise(valid_config(**{"start_date": "2020-01-01", key: written}), NOW)
        assert config[key] == day
        assert list(problems(config, NOW)) == []
        assert normalise(config, NOW) == config

    @pytest.mark.parametrize(
        "value", ["90 days", "-1 days ago", "ago", "2 fortnights ago", "9999 years ago", "1.5 days ago"]
    )
    def test_given_what_is_not_a_time_ago_when_validated_then_right_ones_are_named(self, value: str) -> None:
        assert sentences(start_date=value) == [
            f"start_date is {value!r}: it must be a date such as 2026-01-31, a date-time such as 2026-01-31T00:00:00Z, "
            "or a number of days, weeks, months or years such as 90 days ago."
        ]

    def test_given_a_time_ago_before_calendars_when_validated_then_years_are_named(self) -> None:
        (sentence,) = sentences(start_date="500 years ago")
        assert sentence.endswith("its year must be from 1900 to 9998.")

    def test_given_a_report_of_totals_when_validated_then_it_asks_for_a_fixed_start(self) -> None:
        report = {"name": "r", "entity": "CAMPAIGN", "granularity": "total"}
        assert sentences(start_date="90 days ago", reports=[report]) == [
            "start_date is '90 days ago': it must be a fixed date such as 2026-01-31, since a report with granularity "
            "TOTAL counts its periods from it."
        ]
        assert sentences(end_date="1 day ago", reports=[report]) == []


class TestMissingKeys:
    @pytest.mark.parametrize(
        ("key", "written"),
        [
            ("consumer_key", "consumerKey"),
            ("consumer_key", "ConsumerKey"),
            ("consumer_key", "api_key"),
            ("consumer_key", "API-KEY"),
            ("consumer_secret", "api_key_secret"),
            ("consumer_secret", "apiSecretKey"),
            ("consumer_secret", "consumer_secrt"),
            ("access_token", "accessToken"),
            ("access_token", "oauth_token"),
            ("access_token_secret", "token_secret"),
            ("start_date", "startDate"),
        ],
    )
    def test_given_a_key_under_another_name_when_validated_then_the_sentence_says_rename(
        self, key: str, written: str
    ) -> None:
        config = valid_config()
        config[written] = config.pop(key)
        assert list(problems(normalise(config), NOW)) == [
            f"{key} is missing: rename {written}, which the connector does not know, to {key}."
        ]

    def test_given_every_key_in_camel_case_when_validated_then_each_is_named(self) -> None:
        names = {"consumerKey", "consumerSecret", "accessToken", "accessTokenSecret", "startDate"}
        found = list(problems(normalise(dict.fromkeys(names, "x")), NOW))
        assert len(found) == 5
        assert {word for text in found for word in text.replace(",", "").split()} >= names

    @pytest.mark.parametrize("key", ["connectionConfiguration", "connection_configuration", "config", "credentials"])
    def test_given_a_wrapped_configuration_when_validated_then_one_sentence_says_so(self, key: str) -> None:
        assert list(problems(normalise({key: valid_config(), "name": "x"}), NOW)) == [
            "consumer_key, consumer_secret, access_token, access_token_secret, start_date are inside of "
            f"{key}: move them out of it, to the top level of the configuration."
        ]

    def test_given_wrapped_keys_beside_others_when_validated_then_only_they_are_named(self) -> None:
        config = valid_config()
        inner = {"api_key": config.pop("consumer_key")}
        assert list(problems(normalise({**config, "credentials": inner}), NOW)) == [
            "consumer_key is inside of credentials: move it out of it, to the top level of the configuration."
        ]

    @pytest.mark.parametrize("value", [None, ""])
    def test_given_a_start_date_of_null_when_validated_then_it_is_missing_or_malformed(self, value: Any) -> None:
        (sentence,) = problems(normalise({**valid_config(), "start_date": value}), NOW)
        assert "None" not in sentence
        assert sentence.startswith("start_date is ")

    def test_given_nothing_when_validated_then_each_required_key_has_its_sentence(self) -> None:
        assert [text.split(":")[0] for text in problems({}, NOW)] == [
            f"{key} is missing"
            for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "start_date")
        ]


class TestMoments:
    @pytest.mark.parametrize(
        "text", ["2026-01-31 10:20:30", "2026-01-31T10:20Z", "2026-01-31T10:20:30+00", "2026-W05-6T10:20:30Z"]
    )
    def test_given_a_form_that_only_states_have_when_read_then_it_is_a_moment(self, text: str) -> None:
        moment = parse_moment(text)
        assert moment is not None
        assert moment.date() == date(2026, 1, 31)

    def test_given_an_offset_that_no_clock_has_when_read_then_it_is_none(self) -> None:
        assert parse_moment("2026-01-31T10:20:30+24:00") is None

    @pytest.mark.parametrize(
        ("text", "iso"),
        [
            ("2026-01-31", "2026-01-31T00:00:00+00:00"),
            ("2026-01-31T10:20:30Z", "2026-01-31T10:20:30+00:00"),
            ("2026-01-31T10:20:30", "2026-01-31T10:20:30+00:00"),
            ("2026-01-31T10:20:30+02:00", "2026-01-31T10:20:30+02:00"),
        ],
    )
    def test_given_a_date_text_when_parsed_then_it_is_in_utc_unless_it_names_an_offset(
        self, text: str, iso: str
    ) -> None:
        moment = parse_moment(text)
        assert moment is not None
        assert moment == datetime.fromisoformat(iso)
