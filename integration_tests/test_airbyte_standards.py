# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Airbyte's standard tests (FAST), against the emulator; the CDK's advice counts as errors here.

The scenarios are those of acceptance-test-config.yml. Their configurations name a fixed port; the connector under test
gets the address of the running emulator.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

from integration_tests.acceptance import world
from source_twitter_ads import SourceTwitterAds

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]
pytestmark = [
    pytest.mark.filterwarnings("error::airbyte_cdk.test.standard_tests.DiscoveredCatalogWarning"),
    pytest.mark.usefixtures("emulator"),
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[None]:
    with world.start() as running:
        TestSuite.base_url = running.base_url
        yield
        assert running.stderr() == ""


class TestSuite(SourceTestSuiteBase):
    """All standard tests of a Python source."""

    base_url: ClassVar[str] = ""

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return Path(__file__).resolve().parents[1]

    @classmethod
    def create_connector(cls, scenario: ConnectorTestScenario | None) -> SourceTwitterAds:
        """A connector, constructed with a configuration that points at the running emulator."""
        if scenario is None:
            return SourceTwitterAds()
        config = scenario.get_config_dict(connector_root=cls.get_connector_root_dir(), empty_if_missing=True)
        return SourceTwitterAds(config={**config, "base_url": cls.base_url})
