# syntax=docker/dockerfile:1
# Two stages on Airbyte's Python base image. The default is the base image of metadata.yaml
# (unit_tests/test_metadata.py keeps them equal). Airbyte's own pipeline builds from metadata.yaml and wants no
# Dockerfile in the connector's folder: leave this file out of a contribution upstream.
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.1@sha256:a268b44c733ae699a60f5fbc06a324945dba98945c6e2ab7f8609f2f895b0d28

FROM ${BASE_IMAGE} AS builder
USER root
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1

# Pinned, hashed, and wheels only: nothing is compiled, so no compiler is needed at all.
RUN python3 -m venv /opt/connector && python3 -m venv /opt/build
COPY requirements/main.txt requirements/build.txt requirements/
RUN /opt/build/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements/build.txt \
 && /opt/connector/bin/pip install --quiet --require-hashes --only-binary :all: -r requirements/main.txt

COPY pyproject.toml README.md LICENSE ./
COPY source_twitter_ads source_twitter_ads
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir dist . \
 && /opt/connector/bin/pip install --quiet --no-deps --no-index dist/*.whl \
 && find /opt/connector -type d \( -name tests -o -name test_data \) -path '*/site-packages/*' -prune -exec rm -rf {} + \
 && /opt/connector/bin/pip uninstall --quiet --yes pip

FROM ${BASE_IMAGE}
COPY --from=builder /opt/connector /opt/connector

ENV PATH=/opt/connector/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TZ=UTC \
    AIRBYTE_ENTRYPOINT=/opt/connector/bin/source-twitter-ads

LABEL io.airbyte.name=airbyte/source-twitter-ads \
      io.airbyte.version=0.1.0 \
      org.opencontainers.image.title="X (Twitter) Ads source for Airbyte" \
      org.opencontainers.image.licenses=MIT

WORKDIR /airbyte/integration_code
USER airbyte
ENTRYPOINT ["/opt/connector/bin/source-twitter-ads"]
