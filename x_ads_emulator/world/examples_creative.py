# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The documented cards and Tweets of account 18ce54d4x5t, as X's documents print them (docs/x-ads-api.md §5).

What the reference elides is filled in.
"""

from __future__ import annotations

from typing import Any, Final

CREATIVES: Final[dict[str, list[dict[str, Any]]]] = {
    # §5.6
    "cards": [
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
            "created_at": "2020-10-28T20:47:52Z",
            "card_uri": "card://1321554298900107264",
            "id": "1321554298900107264",
            "updated_at": "2020-10-28T20:47:52Z",
            "deleted": False,
            "card_type": "IMAGE_CAROUSEL_APP",
        }
    ],
    # §5.6, legacy shape, listed with include_legacy_cards=true
    "legacy_cards": [
        {
            "name": "X App",
            "googleplay_app_id": "com.twitter.android",
            "image_display_height": "836",
            "country_code": "US",
            "id": "692xn",
            "wide_app_image": "https://pbs.twimg.com/media/Dc263l9VwAAAeEH.jpg",
            "created_at": "2018-09-24T18:35:01Z",
            "image_display_width": "1600",
            "card_uri": "card://1044294149527166979",
            "updated_at": "2018-09-24T18:35:01Z",
            "app_cta": "INSTALL",
            "deleted": False,
            "card_type": "IMAGE_APP_DOWNLOAD",
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
            "video_hls_url": "https://video.twimg.com/amplify_video/991374284135137280/pl/a.m3u8?tag=2",
            "website_dest_url": "https://developer.x.com",
            "created_at": "2018-09-24T19:02:07Z",
            "card_uri": "card://1044301099031658496",
            "title": "Developer Platform",
            "website_url": "https://developer.x.com",
            "updated_at": "2018-09-24T19:02:07Z",
            "video_poster_url": "https://pbs.twimg.com/amplify_video_thumb/991374284135137280/img/a.jpg",
            "video_poster_width": "16",
            "deleted": False,
            "card_type": "VIDEO_WEBSITE",
        },
    ],
    # §5.7
    "cards_poll": [
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
            "video_hls_url": "https://video.twimg.com/amplify_video/950589518557540353/vid/1280x720/BRkAhPxFoBREIaFA.mp4",
            "created_at": "2018-01-09T04:51:34Z",
            "duration_in_minutes": "10080",
            "card_uri": "card://950590850777497601",
            "updated_at": "2018-01-09T04:51:34Z",
            "video_poster_url": "https://pbs.twimg.com/amplify_video_thumb/950589518557540353/img/nZ1vX_MXYqmvbsXP.jpg",
            "video_poster_width": "16",
            "deleted": False,
            "card_type": "VIDEO_POLLS",
        },
        {
            "name": "text only poll",
            "start_time": "2018-01-09T05:03:05Z",
            "first_choice": "Morning",
            "second_choice": "Evening",
            "end_time": "2018-01-11T05:03:05Z",
            "id": "57i8t",
            "created_at": "2018-01-09T05:03:05Z",
            "duration_in_minutes": "2880",
            "card_uri": "card://950593749658189824",
            "updated_at": "2018-01-09T05:03:05Z",
            "deleted": False,
            "card_type": "TEXT_POLLS",
        },
    ],
    # §5.8
    "cards_image_conversation": [
        {
            "name": "image conversation card",
            "first_cta": "#moon",
            "image_display_height": "670",
            "media_url": "https://pbs.twimg.com/media/DUhZuzxUQAAWZqr.jpg",
            "thank_you_text": "thanks",
            "id": "59woh",
            "first_cta_tweet": "stars",
            "media_key": "3_957113581522141184",
            "created_at": "2018-01-27T04:58:42Z",
            "image_display_width": "1280",
            "card_uri": "card://923498485702009837",
            "title": "Full moon",
            "updated_at": "2018-01-27T04:58:42Z",
            "deleted": False,
            "card_type": "IMAGE_CONVERSATION",
        }
    ],
    # §5.9
    "cards_video_conversation": [
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
            "created_at": "2018-01-30T17:53:04Z",
            "card_uri": "card://958397665015775232",
            "title": "Developers",
            "updated_at": "2018-01-30T17:53:04Z",
            "poster_media_url": "https://pbs.twimg.com/amplify_video_thumb/958388276489895936/img/W-OL5rZ_MZ19A7Pa.jpg",
            "deleted": False,
            "card_type": "VIDEO_CONVERSATION",
        }
    ],
    # §5.34
    "tweets": [
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
        }
    ],
}
