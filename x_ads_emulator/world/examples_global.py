# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The documented rows of the lists without an account, as X's documents print them (docs/x-ads-api.md §5)."""

from __future__ import annotations

from typing import Any, Final

GLOBALS: Final[dict[str, list[dict[str, Any]]]] = {
    # §5.3
    "advertiser_business_categories": [{"id": "1jm", "name": "Health & Pharma", "iab_categories": ["IAB7"]}],
    # §5.10
    "content_categories": [
        {
            "name": "Automotive (Cars, Trucks, Racing)",
            "id": "ru",
            "iab_categories": ["IAB2"],
            "publishers_in_last_thirty_days": 12,
            "videos_monetized_in_last_thirty_days": 316,
        }
    ],
    # §5.12
    "iab_categories": [{"id": "IAB1-1", "parent_id": "IAB1", "name": "Books & Literature"}],
    # §5.22
    "targeting_app_store_categories": [
        {"name": "Games: Music", "targeting_type": "APP_STORE_CATEGORY", "targeting_value": "qouq", "os_type": "IOS"}
    ],
    # §5.23
    "targeting_conversations": [
        {"targeting_type": "CONVERSATION", "targeting_value": "a1", "name": "NFL", "conversation_type": "SPORTS"}
    ],
    # §5.24
    "targeting_devices": [
        {
            "name": "iPhone 3GS",
            "manufacturer": "Apple",
            "os_type": "iOS",
            "targeting_value": "1q",
            "targeting_type": "DEVICE",
        }
    ],
    # §5.26
    "targeting_interests": [
        {
            "name": "Books and literature/Biographies and memoirs",
            "targeting_type": "INTEREST",
            "targeting_value": "1001",
        }
    ],
    # §5.27
    "targeting_languages": [{"name": "English", "targeting_type": "LANGUAGE", "targeting_value": "en"}],
    # §5.29
    "targeting_network_operators": [
        {"country_code": "US", "targeting_type": "NETWORK_OPERATOR", "name": "Advantage", "targeting_value": "2l"}
    ],
    # §5.30
    "targeting_platform_versions": [
        {
            "name": "Jelly Bean",
            "number": "4.1",
            "os_type": "Android",
            "targeting_type": "PLATFORM_VERSION",
            "targeting_value": "18",
        }
    ],
    # §5.31
    "targeting_platforms": [{"name": "iOS", "targeting_type": "PLATFORM", "targeting_value": "0"}],
    # §5.28
    "targeting_locations": [
        {
            "name": "Los Angeles, Los Angeles CA, CA, USA",
            "country_code": "US",
            "location_type": "CITIES",
            "targeting_value": "3b77caf94bfc81fe",
            "targeting_type": "LOCATION",
        },
        {
            "name": "East Los Angeles, Los Angeles CA, CA, USA",
            "country_code": "US",
            "location_type": "CITIES",
            "targeting_value": "67571a7baaa5906b",
            "targeting_type": "LOCATION",
        },
    ],
    # §5.32
    "targeting_tv_markets": [
        {"name": "France", "country_code": "FR", "locale": "fr-FR"},
        {"name": "Chile", "country_code": "CL", "locale": "es-CL"},
        {"name": "Germany", "country_code": "DE", "locale": "de-DE"},
    ],
    # §5.33
    "targeting_tv_shows": [
        {
            "name": "NewsWatch",
            "targeting_value": 10027243420,
            "genre": "PAID",
            "locales": [{"language": "en", "country": "US"}],
        }
    ],
    # §5.25
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
        }
    ],
}
