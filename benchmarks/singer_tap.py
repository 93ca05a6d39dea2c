# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The Singer tap from PyPI as a peer, in its own virtual environment with its own Python.

Its pinned dependencies need an older Python. Without one, or when the installation fails, the benchmark skips the tap
and the results say why.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import SINGER
from benchmarks.measure import OUT, Contender

VERSION = "1.0.0"
_PYTHONS = ("python3.8", "python3.9", "python3.7")
_FOLDER = OUT / "singer-venv"
_SHIM = Path(__file__).with_name("singer")


class NotInstalled(Exception):
    """The tap cannot be installed or run on this machine."""


def install(python: str | None = None) -> str:
    """Make the tap's environment unless it is there already; return the tap's command.

    Args:
        python: an interpreter that its dependencies support; searched for when None.

    Raises:
        NotInstalled: when there is none, or when pip fails.
    """
    command = _FOLDER / "bin" / "tap-twitter-ads"
    if command.exists():
        return str(command)
    interpreter = python or _older_python()
    if interpreter is None:
        raise NotInstalled(f"none of {', '.join(_PYTHONS)} was found; name one with --singer-python")
    shutil.rmtree(_FOLDER, ignore_errors=True)
    try:
        _run([interpreter, "-m", "venv", str(_FOLDER)])
        _run([str(_FOLDER / "bin" / "pip"), "install", "--quiet", f"tap-twitter-ads=={VERSION}"])
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NotInstalled(f"its installation failed: {said.strip().splitlines()[-1]}") from error
    return str(command)


def tap(
    command: str,
    folder: Path,
    config: Mapping[str, Any],
    account_ids: Sequence[str],
    *,
    streams: Collection[str] | None = None,
    reports: Sequence[Mapping[str, Any]] = (),
    repeats: int = 1,
) -> Contender:
    """The tap as a contender.

    Args:
        command: as `install` returned it.
        folder: where its configuration and catalog go.
        config: the connector's configuration; the tap gets the keys that it knows.
        account_ids: the accounts to read; the tap does not list them itself.
        streams: which streams; None for all.
        reports: the reports in the tap's own form.
        repeats: the most runs.

    Raises:
        NotInstalled: when it cannot list its streams.
    """
    keys = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "start_date")
    more = {"account_ids": ",".join(account_ids), "user_agent": "benchmark", "country_codes": "US"}
    path = folder / "singer_config.json"
    path.write_text(json.dumps({**{key: config[key] for key in keys}, **more, "reports": list(reports)}))
    environment = {"SINGER_BASE_URL": config["base_url"], "PYTHONPATH": str(_SHIM)}
    try:
        listed = _run([command, "--config", str(path), "--discover"], {**os.environ, **environment})
    except subprocess.SubprocessError as error:
        raise NotInstalled(f"it lists no streams: {error}") from error
    catalog = json.loads(listed)
    for stream in catalog["streams"]:
        if streams is None or stream["tap_stream_id"] in streams:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
    (folder / "singer_catalog.json").write_text(json.dumps(catalog))
    words = [command, "--config", str(path), "--catalog", str(folder / "singer_catalog.json")]
    return Contender(SINGER, words, mark='"type": "RECORD"', environment=environment, repeats=repeats)


def _older_python() -> str | None:
    found = [path for name in _PYTHONS if (path := shutil.which(name))]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for name in _PYTHONS for path in sorted(versions.glob(f"{name[6:]}.*/bin/{name}"))]
    for path in found:
        # A version manager's shim is in the path even where its Python does not run.
        if subprocess.run([path, "-c", ""], capture_output=True, timeout=60, check=False).returncode == 0:
            return path
    return None


def _run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=900, check=True)
    return done.stdout
