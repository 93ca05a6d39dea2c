#!/usr/bin/env bash
# Asks pip-audit whether a pinned dependency of the connector has a known vulnerability.
# Its data come over the network: where they cannot be reached, or pip-audit cannot be installed, a note is printed and
# nothing fails. A vulnerability fails.   tools/audit.sh [PYTHON]
set -uo pipefail
cd "$(dirname "$0")/.."

python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

skip() {
    printf 'audit: skipped, %s\n' "$1"
    exit 0
}

"$python" -m venv "$folder/venv" || skip "no virtual environment can be made here"
timeout 120 "$folder/venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check pip-audit \
    >"$folder/install.txt" 2>&1 || skip "pip-audit cannot be installed here"

timeout 180 "$folder/venv/bin/pip-audit" --requirement requirements/main.txt --require-hashes --disable-pip \
    --progress-spinner off --timeout 15 --format json --output "$folder/audit.json" >"$folder/audit.txt" 2>&1
status=$?
# Without data the report is missing, or lists skipped packages.
[ -s "$folder/audit.json" ] || skip "its data cannot be reached: $(tail -n 1 "$folder/audit.txt" | cut -c1-160)"
"$python" - "$folder/audit.json" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    packages = json.load(file)["dependencies"]
skipped = [one for one in packages if "skip_reason" in one]
if len(skipped) == len(packages):
    print(f"audit: skipped, none of the {len(packages)} packages could be looked up: {skipped[0]['skip_reason']}")
    sys.exit()
found = [(one["name"], one["version"], vulnerability) for one in packages for vulnerability in one.get("vulns", [])]
for name, version, vulnerability in found:
    print(f"audit: {name} {version}: {vulnerability['id']}, fixed in {', '.join(vulnerability['fix_versions']) or 'none'}")
for one in skipped:
    print(f"audit: {one['name']} could not be looked up")
print(f"audit: {len(packages) - len(skipped)} packages looked up, {len(found)} known vulnerabilities")
PYTHON
exit $status
