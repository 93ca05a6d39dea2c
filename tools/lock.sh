#!/usr/bin/env bash
# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
#
# Resolves the three Poetry projects (the connector, requirements/demo, requirements/qa) and exports hashed requirements.
#
# poetry-plugin-pypi-mirror makes Poetry read the index that pip uses, through its simple API alone, so that locking
# works where an index has no JSON API. The address goes into an environment variable and into no file.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
VENV=.venv-lock
TOOLS=(poetry==2.5.1 poetry-plugin-export==1.10.1 poetry-plugin-pypi-mirror==0.6.5)

if [ ! -x "$VENV/bin/poetry" ]; then
  echo "lock: installing ${TOOLS[*]} into $VENV"
  "$PYTHON" -m venv "$VENV"
  "$VENV/bin/python" -m pip install --quiet "${TOOLS[@]}"
fi

POETRY_PYPI_MIRROR_URL="$("$VENV/bin/python" - <<'PY'
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI

config = Configuration(isolated=False)
config.load()
settings = {key.rpartition(".")[2]: value for key, value in config.items()}
print(settings.get("index-url", PyPI.simple_url).rstrip("/") + "/")
PY
)"
export POETRY_PYPI_MIRROR_URL POETRY_VIRTUALENVS_CREATE=false

poetry_in() { # poetry_in FOLDER ARGUMENTS…
  local folder=$1
  shift
  "$VENV/bin/poetry" --no-interaction --directory "$folder" "$@"
}

for folder in . requirements/demo requirements/qa; do
  echo "lock: resolving $folder"
  poetry_in "$folder" lock "$@"
done

root=$PWD
poetry_in . export --quiet --only main --output "$root/requirements/main.txt"
poetry_in . export --quiet --only build --output "$root/requirements/build.txt"
poetry_in . export --quiet --only main,build,dev --output "$root/requirements/dev.txt"
poetry_in requirements/demo export --quiet --output "$root/requirements/demo.txt"
poetry_in requirements/qa export --quiet --output "$root/requirements/qa.txt"
python=$VENV/bin/python
"$python" tools/pin_extras.py poetry.lock requirements/{main,build,dev}.txt
"$python" tools/pin_extras.py requirements/demo/poetry.lock requirements/demo.txt
"$python" tools/pin_extras.py requirements/qa/poetry.lock requirements/qa.txt
echo "lock: wrote poetry.lock files and requirements/*.txt"
