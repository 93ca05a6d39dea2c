#!/usr/bin/env bash
# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
#
# Installs pinned and hashed requirements into a virtual environment.
# Usage: tools/install.sh VENV [--no-deps] REQUIREMENTS…
#
# uv does in seconds what takes pip more than a minute. It is asked to read the index that pip is set to use; where it
# cannot be installed, or cannot read that index, pip does the work.
set -euo pipefail

venv=$1
shift
options=(--quiet --require-hashes)
if [ "${1:-}" = --no-deps ]; then
  options+=(--no-deps)
  shift
fi
files=()
for file in "$@"; do files+=(-r "$file"); done

here=$(cd "$(dirname "$0")/.." && pwd)
uv=$here/.venv-uv/bin/uv

have_uv() {
  [ -x "$uv" ] && return
  "$venv/bin/python" -m venv "$here/.venv-uv" &&
    "$here/.venv-uv/bin/python" -m pip install --quiet --no-input --require-hashes -r "$here/requirements/installer.txt"
}

if have_uv >/dev/null 2>&1; then
  index=$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)
  index=${PIP_INDEX_URL:-$index}
  if "$uv" pip install --python "$venv/bin/python" ${index:+--index-url "$index"} "${options[@]}" "${files[@]}"; then
    exit
  fi
  echo "    uv cannot do it here: pip does, which takes a minute or two"
fi
exec "$venv/bin/python" -m pip install --no-input "${options[@]}" "${files[@]}"
