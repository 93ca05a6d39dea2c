# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""metadata.yaml is valid and agrees with the files beside it; checked without a network."""

from __future__ import annotations

import re
import sys
import tomllib
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yaml").read_text())
DATA: dict[str, Any] = METADATA["data"]
SVG = "{http://www.w3.org/2000/svg}svg"


def poetry_table() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poetry"]
    return table


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="airbyte-connector-models supports Python below 3.13")
def test_given_airbytes_model_when_metadata_is_validated_then_it_has_no_error() -> None:
    from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0

    ConnectorMetadataDefinitionV0.model_validate(METADATA)


def test_given_the_cdks_model_when_metadata_is_read_then_it_names_this_connector() -> None:
    from airbyte_cdk.models.connector_metadata import MetadataFile

    metadata = MetadataFile.from_file(ROOT / "metadata.yaml")

    assert metadata.data.dockerRepository == "airbyte/source-twitter-ads"


def test_given_a_definition_id_when_parsed_then_it_is_the_fixed_uuid4() -> None:
    assert DATA["definitionId"] == "ad2a3f0e-792b-4ca5-8d30-dc7878d9a6ed"
    assert uuid.UUID(DATA["definitionId"]).version == 4


def test_given_pyproject_when_compared_then_version_equals_the_image_tag() -> None:
    assert poetry_table()["version"] == DATA["dockerImageTag"]


def test_given_pyproject_when_compared_then_license_is_equal() -> None:
    assert poetry_table()["license"] == DATA["license"] == "MIT"


def test_given_the_dockerfile_when_compared_then_its_base_image_is_the_metadatas() -> None:
    (default,) = re.findall(r"^ARG BASE_IMAGE=(\S+)$", dockerfile(), re.MULTILINE)

    assert default == DATA["connectorBuildOptions"]["baseImage"]


def test_given_the_base_image_when_read_then_tag_and_digest_pin_it() -> None:
    assert re.fullmatch(r"\S+:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}", DATA["connectorBuildOptions"]["baseImage"])


def test_given_the_dockerfile_when_compared_then_its_labels_name_this_version() -> None:
    labels = dict(re.findall(r"io\.airbyte\.(name|version)=(\S+)", dockerfile()))

    assert labels == {"name": DATA["dockerRepository"], "version": DATA["dockerImageTag"]}


def test_given_the_dockerfile_when_read_then_airbytes_entrypoint_is_the_images() -> None:
    (variable,) = re.findall(r"AIRBYTE_ENTRYPOINT=(\S+)", dockerfile())
    (entrypoint,) = re.findall(r'^ENTRYPOINT \["([^"]+)"\]$', dockerfile(), re.MULTILINE)

    assert variable == entrypoint


def test_given_allowed_hosts_when_read_then_they_are_the_apis_and_the_result_files() -> None:
    assert set(DATA["allowedHosts"]["hosts"]) == {
        "ads-api.x.com",
        "ads-api.twitter.com",
        "ads-api-sandbox.x.com",
        "ton.twimg.com",
    }


def test_given_a_rate_limit_window_when_waited_out_then_airbyte_keeps_the_process() -> None:
    assert DATA["maxSecondsBetweenMessages"] > 15 * 60


def test_given_the_source_folder_when_compared_then_the_tags_say_python_and_low_code() -> None:
    assert set(DATA["tags"]) == {"language:python", "cdk:low-code"}
    assert not (ROOT / "manifest.yaml").exists()


def test_given_the_documentation_page_when_read_then_its_changelog_has_this_version() -> None:
    page = (ROOT / "docs/integrations/sources/twitter-ads.md").read_text()

    assert re.search(rf"^\| {re.escape(DATA['dockerImageTag'])} \|", page.split("## Changelog")[1], re.MULTILINE)


def test_given_the_icon_when_parsed_then_it_is_a_square_svg() -> None:
    root = ElementTree.parse(ROOT / DATA["icon"]).getroot()

    _, _, width, height = map(float, root.attrib["viewBox"].split())

    assert root.tag == SVG
    assert width == height
