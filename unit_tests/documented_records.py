# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The example records of X's documents, one list per stream, as the connector emits them (x-ads-api.md §5).

Values are X's own, with what the connector adds: `account_id` on account-scoped records, `locale` on TV shows.
Where the documents shorten an address or a date with an ellipsis, a full one stands here.
"""

from typing import Any

Record = dict[str, Any]

ACCOUNT_ID = "18ce54d4x5t"


def _of_account(*records: Record) -> list[Record]:
    return [{"account_id": ACCOUNT_ID, **record} for record in records]


def _dates(created_at: str, updated_at: str | None = None) -> Record:
    return {"created_at": created_at, "updated_at": updated_at or created_at, "deleted": False}


_STRUCTURE: dict[str, list[Record]] = {
    "accounts": [
        {
            "name": "API McTestface",
            "business_name": None,
            "timezone": "America/Los_Angeles",
            "timezone_switch_at": "2016-07-21T07:00:00Z",
            "id": "18ce54d4x5t",
            "business_id": None,
            "approval_status": "ACCEPTED",
            **_dates("2016-07-21T22:42:09Z", "2017-07-06T16:51:04Z"),
        },
    ],
    "campaigns": _of_account(
        {
            "name": "test",
            "budget_optimization": "LINE_ITEM",
            "reasons_not_servable": ["PAUSED_BY_ADVERTISER", "INCOMPLETE"],
            "servable": False,
            "purchase_order_number": None,
            "effective_status": "UNKNOWN",
            "daily_budget_amount_local_micro": 10000000,
            "funding_instrument_id": "lygyi",
            "duration_in_days": None,
            "standard_delivery": None,
            "total_budget_amount_local_micro": None,
            "id": "8wku2",
            "entity_status": "PAUSED",
            "frequency_cap": None,
            "currency": "USD",
            **_dates("2022-06-03T21:38:07Z"),
        },
    ),
    "funding_instruments": [
        {
            "start_time": "2016-07-22T04:24:04Z",
            "description": "Visa ending in 0650",
            "credit_limit_local_micro": 200000000,
            "end_time": None,
            "id": "lygyi",
            "entity_status": "ACTIVE",
            "account_id": "18ce54d4x5t",
            "reasons_not_able_to_fund": [],
            "io_header": None,
            "currency": "USD",
            "funded_amount_local_micro": 645940000,
            "type": "CREDIT_CARD",
            "able_to_fund": True,
            "credit_remaining_local_micro": None,
            **_dates("2016-07-22T04:24:04Z", "2017-04-05T00:25:13Z"),
        },
    ],
    "line_items": _of_account(
        {
            "advertiser_user_id": "756201191646691328",
            "name": "li-18",
            "placements": ["ALL_ON_TWITTER"],
            "start_time": "2021-02-16T00:00:00Z",
            "bid_amount_local_micro": 320000,
            "advertiser_domain": None,
            "target_cpa_local_micro": None,
            "primary_web_event_tag": None,
            "goal": "ENGAGEMENT",
            "daily_budget_amount_local_micro": None,
            "product_type": "PROMOTED_TWEETS",
            "end_time": None,
            "funding_instrument_id": "lygyi",
            "bid_strategy": "MAX",
            "duration_in_days": None,
            "standard_delivery": None,
            "total_budget_amount_local_micro": None,
            "objective": "ENGAGEMENTS",
            "id": "itttx",
            "entity_status": "PAUSED",
            "automatic_tweet_promotion": None,
            "frequency_cap": None,
            "android_app_store_identifier": None,
            "categories": [],
            "currency": "USD",
            "pay_by": "ENGAGEMENT",
            "ios_app_store_identifier": None,
            "campaign_id": "f4z6x",
            "creative_source": "MANUAL",
            **_dates("2021-02-23T23:37:54Z", "2022-06-01T02:01:18Z"),
        },
    ),
    "targeting_criteria": _of_account(
        {
            "line_item_id": "8u94t",
            "name": "Custom audience targeting",
            "id": "dpl3a6",
            "operator_type": "EQ",
            "targeting_value": "249yj",
            "targeting_type": "CUSTOM_AUDIENCE",
            **_dates("2017-05-26T03:29:35Z"),
        },
    ),
    "tailored_audiences": _of_account(
        {
            "targetable": True,
            "name": "twurl-using-subshell-for-file",
            "targetable_types": ["CRM", "EXCLUDED_CRM"],
            "audience_type": "CRM",
            "description": None,
            "permission_level": "READ_WRITE",
            "owner_account_id": "18ce54d4x5t",
            "id": "1nmth",
            "reasons_not_targetable": [],
            "partner_source": "OTHER",
            "audience_size": 1470,
            **_dates("2017-01-08T08:19:58Z", "2017-01-08T16:21:13Z"),
        },
    ),
    "tracking_tags": _of_account(
        {
            "line_item_id": "fdwcl",
            "tracking_tag_url": "https://ad.doubleclick.net/ddm/trackimp/N1234.2061500TWITTER-OFFICIAL/"
            "B9156151.125630439;dc_trk_aid=1355;dc_trk_cid=8675309",
            "tracking_tag_type": "IMPRESSION_TAG",
            "id": "3m82",
            **_dates("2019-06-26T17:04:26Z"),
        },
    ),
}

_CREATIVES: dict[str, list[Record]] = {
    "account_media": _of_account(
        {
            "video_id": "13_771791717175468032",
            "media_url": None,
            "creative_type": "PREROLL",
            "id": "3wpx",
            **_dates("2016-09-02T19:27:52Z"),
        },
    ),
    "media_creatives": _of_account(
        {
            "line_item_id": "8v7jo",
            "landing_url": "https://dev.x.com",
            "creative_type": "INTERSTITIAL_LANDSCAPE_TABLET",
            "id": "1bzq3",
            "entity_status": "ACTIVE",
            "account_media_id": "10miy",
            "approval_status": "ACCEPTED",
            **_dates("2017-07-05T06:00:42Z", "2019-01-11T20:21:26Z"),
        },
    ),
    "preroll_call_to_actions": _of_account(
        {
            "line_item_id": "8v53k",
            "call_to_action_url": "https://www.x.com",
            "call_to_action": "VISIT_SITE",
            "id": "8f0",
            **_dates("2017-07-07T19:28:40Z"),
        },
    ),
    "promoted_accounts": _of_account(
        {
            "line_item_id": "9bpb2",
            "user_id": "756201191646691328",
            "id": "19pl2",
            "entity_status": "ACTIVE",
            "approval_status": "ACCEPTED",
            **_dates("2017-07-05T05:54:13Z"),
        },
    ),
    "promoted_tweets": _of_account(
        {
            "line_item_id": "96uzp",
            "id": "1efwlo",
            "entity_status": "ACTIVE",
            "approval_status": "ACCEPTED",
            "tweet_id": "880290790664060928",
            **_dates("2017-06-29T05:06:57Z", "2017-06-29T05:08:46Z"),
        },
    ),
    "promotable_users": _of_account(
        {
            "user_id": "756201191646691328",
            "id": "l310s",
            "promotable_user_type": "FULL",
            **_dates("2016-07-21T22:42:09Z"),
        },
    ),
    "scheduled_promoted_tweets": _of_account(
        {
            "line_item_id": "8xdpe",
            "id": "1xboq",
            "scheduled_tweet_id": "870366669373194240",
            "tweet_id": "870369382207070208",
            **_dates("2017-06-01T19:53:32Z", "2017-06-01T20:00:06Z"),
        },
    ),
    "tweets": _of_account(
        {
            "coordinates": None,
            "retweeted": False,
            "name": None,
            "source": '<a href="https://ads-api.x.com" rel="nofollow">Ads API Internal Test App</a>',
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
            "display_text_range": [0, 9],
            "favorite_count": 0,
            "in_reply_to_status_id_str": None,
            "geo": None,
            "id_str": "1166476031668015104",
            "scopes": {"followers": False},
            "in_reply_to_user_id": None,
            "truncated": False,
            "retweet_count": 0,
            "id": 1166476031668015104,
            "in_reply_to_status_id": None,
            "conversation_settings": "EVERYONE",
            "nullcast": True,
            "created_at": "Tue Aug 27 22:22:12 +0000 2019",
            "place": None,
            "scheduled_at": None,
            "tweet_type": "PUBLISHED",
            "favorited": False,
            "full_text": "hello, v6",
            "lang": "es",
            "contributors": [2417045708],
            "in_reply_to_screen_name": None,
            "in_reply_to_user_id_str": None,
            "user": {"id": 756201191646691328, "id_str": "756201191646691328"},
            "tweet_id": "1166476031668015104",
        },
    ),
}

_CARDS: dict[str, list[Record]] = {
    "cards": _of_account(
        {
            "name": "deep link",
            "components": [
                {"type": "SWIPEABLE_MEDIA", "media_keys": ["3_1073727809120419840", "3_1075096386931052545"]},
                {
                    "type": "BUTTON",
                    "label": {"type": "ENUM", "value": "OPEN"},
                    "destination": {
                        "type": "APP",
                        "country_code": "US",
                        "googleplay_app_id": "com.twitter.android",
                        "googleplay_deep_link": "twitter://user?screen_name=apimctestface",
                    },
                },
            ],
            "card_uri": "card://1321554298900107264",
            "id": "1321554298900107264",
            "card_type": "IMAGE_CAROUSEL_APP",
            **_dates("2020-10-28T20:47:52Z"),
        },
        {
            "name": "X App",
            "googleplay_app_id": "com.twitter.android",
            "image_display_height": "836",
            "country_code": "US",
            "id": "692xn",
            "wide_app_image": "https://pbs.twimg.com/media/Dc263l9VwAAAeEH.jpg",
            "image_display_width": "1600",
            "card_uri": "card://1044294149527166979",
            "app_cta": "INSTALL",
            "card_type": "IMAGE_APP_DOWNLOAD",
            **_dates("2018-09-24T18:35:01Z"),
        },
        {
            "video_poster_height": "9",
            "name": "Developer Platform",
            "website_shortened_url": "https://t.co/zadeUSVD18",
            "video_height": "9",
            "video_url": "https://video.twimg.com/amplify_video/vmap/991374284135137280.vmap",
            "content_duration_seconds": "24",
            "video_owner_id": "756201191646691328",
            "video_content_id": "13_991374284135137280",
            "website_display_url": "developer.x.com",
            "id": "6933h",
            "video_width": "16",
            "video_hls_url": "https://video.twimg.com/amplify_video/991374284135137280/pl/index.m3u8?tag=2",
            "website_dest_url": "https://developer.x.com",
            "card_uri": "card://1044301099031658496",
            "title": "Developer Platform",
            "website_url": "https://developer.x.com",
            "video_poster_url": "https://pbs.twimg.com/amplify_video_thumb/991374284135137280/img/poster.jpg",
            "video_poster_width": "16",
            "card_type": "VIDEO_WEBSITE",
            **_dates("2018-09-24T19:02:38Z"),
        },
    ),
    "cards_poll": _of_account(
        {
            "video_poster_height": "9",
            "name": "best coast poll",
            "start_time": "2018-01-09T04:51:34Z",
            "first_choice": "East",
            "video_height": "9",
            "video_url": "https://video.twimg.com/amplify_video/vmap/950589518557540353.vmap",
            "content_duration_seconds": "8",
            "second_choice": "West",
            "end_time": "2018-01-16T04:51:34Z",
            "id": "57i77",
            "video_width": "16",
            "video_hls_url": "https://video.twimg.com/amplify_video/950589518557540353/vid/1280x720/"
            "BRkAhPxFoBREIaFA.mp4",
            "duration_in_minutes": "10080",
            "card_uri": "card://950590850777497601",
            "video_poster_url": "https://pbs.twimg.com/amplify_video_thumb/950589518557540353/img/nZ1vX_MXYqmvbsXP.jpg",
            "video_poster_width": "16",
            "card_type": "VIDEO_POLLS",
            **_dates("2018-01-09T04:51:34Z"),
        },
        {
            "name": "text only poll",
            "start_time": "2018-01-09T05:03:05Z",
            "first_choice": "Morning",
            "second_choice": "Evening",
            "end_time": "2018-01-11T05:03:05Z",
            "id": "57i8t",
            "duration_in_minutes": "2880",
            "card_uri": "card://950593749658189824",
            "card_type": "TEXT_POLLS",
            **_dates("2018-01-09T05:03:05Z"),
        },
    ),
    "cards_image_conversation": _of_account(
        {
            "name": "image conversation card",
            "first_cta": "#moon",
            "image_display_height": "670",
            "media_url": "https://pbs.twimg.com/media/DUhZuzxUQAAWZqr.jpg",
            "thank_you_text": "thanks",
            "id": "59woh",
            "first_cta_tweet": "stars",
            "media_key": "3_957113581522141184",
            "image_display_width": "1280",
            "card_uri": "card://923498485702009837",
            "title": "Full moon",
            "card_type": "IMAGE_CONVERSATION",
            **_dates("2018-01-27T04:58:42Z"),
        },
    ),
    "cards_video_conversation": _of_account(
        {
            "name": "video conversation card",
            "first_cta": "#APIs",
            "video_height": "9",
            "media_url": "https://video.twimg.com/amplify_video/vmap/958388276489895936.vmap",
            "thank_you_text": "Build it",
            "video_owner_id": "756201191646691328",
            "media_key": "13_958388276489895936",
            "id": "5a86h",
            "video_width": "16",
            "first_cta_tweet": "Ads API",
            "card_uri": "card://958397665015775232",
            "title": "Developers",
            "poster_media_url": "https://pbs.twimg.com/amplify_video_thumb/958388276489895936/img/W-OL5rZ_MZ19A7Pa.jpg",
            "card_type": "VIDEO_CONVERSATION",
            **_dates("2018-01-30T17:53:04Z"),
        },
    ),
}


def _option(targeting_type: str, targeting_value: str, name: str, **more: str) -> Record:
    return {"name": name, "targeting_type": targeting_type, "targeting_value": targeting_value, **more}


def _place(name: str, targeting_value: str) -> Record:
    return _option("LOCATION", targeting_value, name, country_code="US", location_type="CITIES")


_GLOBAL: dict[str, list[Record]] = {
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

DOCUMENTED_RECORDS: dict[str, list[Record]] = {**_STRUCTURE, **_CREATIVES, **_CARDS, **_GLOBAL}
