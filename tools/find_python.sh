#!/bin/sh
# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
#
# Prints the path of the first Python whose minor version is among the arguments, in their order.
# Usage: tools/find_python.sh 3.11 3.12 3.13
set -u

version_of() {
  "$1" -c 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

for wanted in "$@"; do
  # pyenv keeps versions that its shims do not offer.
  for candidate in python3 "python$wanted" python "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$wanted".*/bin/python; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    if [ "$(version_of "$path")" = "$wanted" ]; then
      "$path" -c 'import sys; print(sys.executable)'
      exit 0
    fi
  done
done

{
  echo "No usable Python was found; one of these versions is needed, with the venv module: $*"
  echo "  Debian, Ubuntu:  apt-get install python3 python3-venv"
  echo "  macOS:           brew install python@3.12"
  echo "  elsewhere:       set its path, for example  make PYTHON=/opt/python3.11/bin/python3.11"
} >&2
exit 1
