#!/usr/bin/env bash
# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
#
# Builds the image with buildah, which needs no Docker engine, and runs the connector in it against the emulator.
# For Debian and Ubuntu, as root. The base image, a Debian with Python and Airbyte's user, is made by debootstrap and
# stands in for Airbyte's base image, which only a registry has.
#
# Usage: tools/image_check.sh PYTHON      (an interpreter with requirements/dev.txt installed)
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${1:-.venv/bin/python}"
SUITE=bookworm
BASE=localhost/python-connector-base:$SUITE
IMAGE=localhost/source-twitter-ads:check
CA=/etc/ssl/certs/ca-certificates.crt
# Kept between runs: making the base takes more than a minute.
CACHE="${IMAGE_CHECK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/source-twitter-ads-image}"
WORK=$(mktemp -d -t image-check-XXXXXX)

say() { printf '==> image-check: %s\n' "$*"; }
die() { printf 'image-check: %s\n' "$*" >&2; exit 1; }
in_buildah() { buildah --storage-driver vfs --root "$CACHE/storage" --runroot "$CACHE/run" "$@"; }

cleanup() {
  status=$?
  [ -z "${container:-}" ] || in_buildah rm "$container" >/dev/null 2>&1 || true
  in_buildah rmi --prune >/dev/null 2>&1 || true
  rm -rf "$WORK"
  exit $status
}
trap cleanup EXIT

need_tools() {
  [ "$(id -u)" = 0 ] || die "needs root, for debootstrap and chroot."
  [ -x "$PYTHON" ] || die "no interpreter at $PYTHON; run 'make install' first."
  local missing=()
  for tool in buildah debootstrap; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "${missing[@]}" >/dev/null
}

# The package archive that this machine itself uses.
debian_archive() {
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' "Created-By: Packages" |
    awk -v suite="$SUITE" '$1 == suite { print $2; exit }'
}

make_base() {
  in_buildah inspect --type image "$BASE" >/dev/null 2>&1 && return
  local archive rootfs=$WORK/rootfs scratch
  archive=$(debian_archive)
  [ -n "$archive" ] || die "apt knows no archive for $SUITE."
  say "making the base image: $SUITE with Python (once, 1 to 2 minutes)"
  debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$SUITE" "$rootfs" "$archive" \
    >"$WORK/debootstrap.log" 2>&1 || { tail -n 20 "$WORK/debootstrap.log" >&2; die "debootstrap failed."; }
  # What Airbyte's base image brings: the user airbyte (uid 1000) and its folder.
  chroot "$rootfs" useradd --uid 1000 --user-group --create-home --home-dir /airbyte airbyte
  rm -rf "$rootfs"/var/cache/apt/archives/*.deb "$rootfs"/var/lib/apt/lists/*
  scratch=$(in_buildah from scratch)
  in_buildah add --quiet "$scratch" "$rootfs" / >/dev/null
  in_buildah commit --quiet "$scratch" "$BASE" >/dev/null
  in_buildah rm "$scratch" >/dev/null
  rm -rf "$rootfs"
}

# pip inside the build trusts what this machine trusts and asks the index that this machine asks.
write_pip_settings() {
  printf '[global]\ncert = %s\n' "$CA" >"$WORK/pip.conf"
  local index
  index=$("$PYTHON" -m pip config get global.index-url 2>/dev/null || true)
  [ -z "${PIP_INDEX_URL:-$index}" ] || printf 'index-url = %s\n' "${PIP_INDEX_URL:-$index}" >>"$WORK/pip.conf"
}

build() {
  say "building $IMAGE"
  in_buildah bud --isolation chroot --network host --layers=false --quiet \
    --volume "$CA:$CA:ro" --volume "$WORK/pip.conf:/etc/pip.conf:ro" \
    --build-arg BASE_IMAGE="$BASE" --tag "$IMAGE" . >"$WORK/build.log" 2>&1 ||
    { tail -n 40 "$WORK/build.log" >&2; die "the build failed."; }
}

check() {
  say "running spec, check, discover and read in the image"
  container=$(in_buildah from "$IMAGE")
  mkdir -p "$WORK/share"
  "$PYTHON" tools/image_check.py --share "$WORK/share" -- \
    buildah --storage-driver vfs --root "$CACHE/storage" --runroot "$CACHE/run" \
    run --isolation chroot --network host --volume "$WORK/share:/share:ro" "$container" --
}

mkdir -p "$CACHE"
need_tools
make_base
write_pip_settings
build
check
say "passed"
