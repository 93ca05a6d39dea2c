# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Lists without an account (docs/x-ads-api.md §5)."""

from __future__ import annotations

from unit_tests.documented_records.shapes import Record


def _option(targeting_type: str, targeting_value: str, name: str, **more: str) -> Record:
    return {"name": name, "targeting_type": targeting_type, "targeting_value": targeting_value, **more}


def _place(name: str, targeting_value: str) -> Record:
    return _option("LOCATION", targeting_value, name, country_code="US", location_type="CITIES")


GLOBAL: dict[str, list[Record]] = {
    "advertiser_business_categories": [{"id": "1jm", "name": "Health & Pharma", "iab_categories": ["IAB7"]}],
    "content_categories": [
        {
            "name": "Automotive (Cars, Trucks, Racing)",
            "id": "ru",
            "iab_categories": ["IAB2"],
            "publishers_in_last_thirty_days": 12,
            "videos_monetized_in_last_thirty_days": 316,
        },
    ],
    "iab_categories": [{"id": "IAB1-1", "parent_id": "IAB1", "name": "Books & Literature"}],
    "targeting_app_store_categories": [_option("APP_STORE_CATEGORY", "qouq", "Games: Music", os_type="IOS")],
    "targeting_conversations": [_option("CONVERSATION", "a1", "NFL", conversation_type="SPORTS")],
    "targeting_devices": [_option("DEVICE", "1q", "iPhone 3GS", manufacturer="Apple", os_type="iOS")],
    "targeting_events": [
        {
            "reach": {"total_reach": None},
            "name": "New Year's",
            "start_time": "2017-12-31T00:00:00Z",
            "top_users": [],
            "top_tweets": [],
            "top_hashtags": [],
            "gender_breakdown_percentage": {},
            "end_time": "2018-01-02T00:00:00Z",
            "country_code": None,
            "device_breakdown_percentage": {},
            "targeting_value": "1ex",
            "is_global": True,
            "event_type": "HOLIDAY",
            "country_breakdown_percentage": {},
        },
    ],
    "targeting_interests": [_option("INTEREST", "1001", "Books and literature/Biographies and memoirs")],
    "targeting_languages": [_option("LANGUAGE", "en", "English")],
    "targeting_locations": [
        _place("Los Angeles, Los Angeles CA, CA, USA", "3b77caf94bfc81fe"),
        _place("East Los Angeles, Los Angeles CA, CA, USA", "67571a7baaa5906b"),
    ],
    "targeting_network_operators": [_option("NETWORK_OPERATOR", "2l", "Advantage", country_code="US")],
    "targeting_platform_versions": [
        _option("PLATFORM_VERSION", "18", "Jelly Bean", number="4.1", os_type="Android"),
    ],
    "targeting_platforms": [_option("PLATFORM", "0", "iOS")],
    "targeting_tv_markets": [
        {"name": "France", "country_code": "FR", "locale": "fr-FR"},
        {"name": "Chile", "country_code": "CL", "locale": "es-CL"},
        {"name": "Germany", "country_code": "DE", "locale": "de-DE"},
    ],
    "targeting_tv_shows": [
        {
            "locale": "en-US",
            "name": "NewsWatch",
            "targeting_value": 10027243420,
            "genre": "PAID",
            "locales": [{"language": "en", "country": "US"}],
        },
    ],
}
