# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The cases with many ad accounts: reports at X's limits, a thousand accounts, an account whose jobs hang."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks import bound, worlds
from benchmarks.contenders import OURS, ours, report_catalog
from benchmarks.exact import REPORTS, compare, text_of
from benchmarks.measure import OUT, Rows, RunFailed, Sample, run
from benchmarks.result import Options, Result
from x_ads_emulator.analytics.population import Population
from x_ads_emulator.client import Emulator

State = list[dict[str, Any]]

H_ACCOUNTS, H_DAYS, H_LATENCY_MS, H_JOBS = 50, 75, 225, (20.0, 60.0)
I_ACCOUNTS, I_FEWER, I_DAYS, I_LATENCY_MS, I_JOBS, I_DORMANT = 1_000, 100, 30, 100, (10.0, 30.0), 9
J_ACCOUNTS, J_DAYS, J_LATENCY_MS, J_JOBS = 4, 3 * 365, 100, (1.0, 3.0)
H_WORKERS, I_WORKERS = (10, 50), 50
#: Limits of the goals, relative to the bound, the workers and the undisturbed run.
TIMES, OTHER_THREADS, PEAK_MB, STATE_SHARE = 1.3, len(REPORTS) + 10, 300, 0.1
LATER, LATER_SECONDS = 1.1, 1.0
#: Accounts per kind whose rows are compared: with mobile conversions, without them, dormant.
_COMPARED = 2
_ONE_OF_EACH = dict.fromkeys(worlds.AGENCY_VOLUMES, 1)
_J_SECONDS = 5_400


@dataclass
class Sync:
    """One sync of the connector and the server's log of it.

    Attributes:
        sample: its time, memory and output.
        log: its requests.
        jobs: the jobs that it created.
        latency: seconds that the server added to each response.
        workers: the connector's `num_workers`.
        rows: where the compared accounts' rows are.
        state: the last state of each stream.
    """

    sample: Sample
    log: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    latency: float
    workers: int
    rows: Path
    state: State

    @property
    def bound(self) -> float:
        """The least seconds that the sync can take."""
        longest = max((job["seconds"] for job in self.jobs), default=0.0)
        return bound.bound(self.log, self.latency, self.workers, longest)

    @property
    def state_share(self) -> float:
        """Bytes of STATE lines divided by bytes of RECORD lines."""
        return self.sample.state_bytes / max(self.sample.record_bytes, 1)


class Agency:
    """Reads the prebuilt reports of a server.

    Args:
        result: takes the runs.
        emulator: the server.
        days: how many days are read, today included.
        latency_ms: milliseconds that the server adds to each response.
        compared: accounts whose rows are kept.
    """

    def __init__(self, result: Result, emulator: Emulator, days: int, latency_ms: int, compared: Sequence[str]) -> None:
        self.result = result
        self.emulator = emulator
        self._latency = latency_ms / 1000
        self.compared = compared
        self.first = worlds.first_day(days)
        #: Days before it have settled numbers.
        self.today = datetime.now(timezone.utc).date()
        self._folder = OUT / "run"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._syncs = 0

    def sync(
        self,
        name: str,
        workers: int,
        state: State | None = None,
        *,
        exit_code: int = 0,
        seconds: float = 3600,
        **config: Any,
    ) -> Sync | None:
        """Read once; a run that fails is noted and judged as failed.

        Args:
            name: of the run, for the table.
            workers: `num_workers`.
            state: of an earlier sync.
            exit_code: the expected exit code.
            seconds: the run is killed after this time.
            config: further options of the connector.
        """
        self._syncs += 1
        states, rows = self._folder / "states.txt", self._folder / f"rows{self._syncs}.txt"
        settings = self.emulator.config(self.first.isoformat(), num_workers=workers, **config)
        contender = ours(self._folder, settings, {"streams": report_catalog(*REPORTS)}, state)
        before = len(self._jobs())
        kept = Rows(rows, [text_of(account_id) for account_id in self.compared])
        try:
            sample = run(contender, self.emulator, seconds, states, rows=kept, exit_code=exit_code)
        except RunFailed as failure:
            self.result.notes.append(f"{name}: {str(failure)[-300:]}".replace("\n", " "))
            self.result.all_ran(f"{OURS}, {name}", 1)
            return None
        self.result.samples[f"{OURS}, {name}"] = [sample]
        self.result.all_ran(f"{OURS}, {name}", 1)
        jobs, log = self._jobs()[before:], self.emulator.requests()
        done = Sync(sample, log, jobs, self._latency, workers, rows, _last(states))
        print(f"  {name}: {_told(done)}", flush=True)
        return done

    def _jobs(self) -> list[dict[str, Any]]:
        jobs: list[dict[str, Any]] = self.emulator.stats()["analytics"].get("jobs", [])
        return jobs

    def judge_exact(self, name: str, *syncs: Sync) -> None:
        """Judge the rows of the compared accounts; of several syncs the later ones overwrite the earlier ones."""
        found = compare(self.emulator.world, [sync.rows for sync in syncs], self.compared, self.first, self.today)
        self.result.is_so(f"{name}: rows as the server has them", found, found.is_exact)
        self.result.notes += [f"{name}: {problem}" for problem in found.problems[:3]]

    def judge_refusals(self, name: str, sync: Sync) -> None:
        """Check that X would have refused no request."""
        refused = [f"{e['method']} {e['endpoint']} {e['refused']}" for e in sync.log if e["refused"]]
        self.result.is_so(f"{name}: refused requests: 0", len(refused), not refused)
        self.result.notes += [f"{name}: {one}" for one in refused[:3]]


def case_h(options: Options) -> Result:
    """Six reports of fifty accounts on a slow server."""
    accounts = options.size(H_ACCOUNTS)
    result = Result(
        f"(h) {len(REPORTS)} reports of {accounts} accounts over {H_DAYS} days, {H_LATENCY_MS} ms added to every "
        f"response, jobs of {H_JOBS[0]:g} to {H_JOBS[1]:g} s"
    )
    for workers in H_WORKERS:
        with worlds.agency(accounts, H_DAYS, latency_ms=H_LATENCY_MS, job_seconds=H_JOBS) as emulator:
            agency = Agency(result, emulator, H_DAYS, H_LATENCY_MS, sampled(emulator))
            name = f"{workers} workers"
            done = agency.sync(name, workers)
            if done is not None:
                _judge_time(result, name, done)
                agency.judge_refusals(name, done)
                agency.judge_exact(name, done)
    return result


def case_i(options: Options) -> Result:
    """Six reports of a thousand accounts, most of them dormant, twice; then with X's limit of status requests."""
    accounts = max(options.size(I_ACCOUNTS), 10)
    result = Result(
        f"(i) {len(REPORTS)} reports of {accounts:,} accounts over {I_DAYS} days, {I_DORMANT} in 10 dormant, "
        f"{I_LATENCY_MS} ms added to every response, jobs of {I_JOBS[0]:g} to {I_JOBS[1]:g} s"
    )
    with _agency_i(accounts) as emulator:
        agency = Agency(result, emulator, I_DAYS, I_LATENCY_MS, sampled(emulator))
        first = agency.sync("first", I_WORKERS)
        if first is not None:
            _judge_run(agency, "first", first, first)
            _judge_states(result, f"{accounts:,} accounts", first)
            second = agency.sync("second", I_WORKERS, first.state)
            if second is not None:
                _judge_run(agency, "second", second, first, second)
    with _agency_i(max(options.size(I_FEWER), 10)) as emulator:
        fewer = Agency(result, emulator, I_DAYS, I_LATENCY_MS, ()).sync("fewer accounts", I_WORKERS)
        if fewer is not None:
            _judge_states(result, f"{len(emulator.world.account_ids())} accounts", fewer)
    with _agency_i(accounts, status_limit="user") as emulator:
        agency = Agency(result, emulator, I_DAYS, I_LATENCY_MS, sampled(emulator))
        limited = agency.sync("status limit of the user", I_WORKERS)
        if limited is not None:
            demanded = bound.status_limit_demands(limited.jobs)
            _judge_time(result, "status limit of the user", limited, demanded)
            refused = bound.refused_status_requests(limited.log)
            result.is_so("status limit of the user: status requests that came to 429: 0", refused, refused == 0)
            agency.judge_exact("status limit of the user", limited)
    return result


def case_j(options: Options) -> Result:
    """Three years of four accounts: the jobs of one account hang, and the others take no longer."""
    accounts, days = max(J_ACCOUNTS, 2), options.size(J_DAYS)
    result = Result(
        f"(j) {len(REPORTS)} reports of {accounts} accounts over {days:,} days, once with all jobs of one that hang"
    )
    ids = worlds.agency_ids(accounts)
    hanging, healthy = ids[0], ids[1:]
    faults = [{"match": {"account_id": hanging}, "status": "HANG", "times": None}]
    ended: dict[str, Mapping[str, float]] = {}
    for name, job_faults, exit_code in (("calm", [], 0), ("one hangs", faults, 1)):
        with worlds.agency(
            accounts,
            days,
            volumes=_ONE_OF_EACH,
            latency_ms=J_LATENCY_MS,
            job_seconds=J_JOBS,
            job_faults=job_faults,
        ) as emulator:
            agency = Agency(result, emulator, days, J_LATENCY_MS, healthy)
            # The shortest job_timeout of a configuration, in minutes.
            done = agency.sync(name, 10, exit_code=exit_code, seconds=_J_SECONDS, job_timeout=1)
            if done is not None:
                ended[name] = done.sample.last_rows
                agency.judge_exact(name, done)
    _judge_healthy(result, healthy, ended)
    return result


CASES: Mapping[str, Callable[[Options], Result]] = {"h": case_h, "i": case_i, "j": case_j}


def sampled(emulator: Emulator) -> list[str]:
    """Pick accounts to compare: active ones with and without mobile conversions, and dormant ones."""
    world = emulator.world
    population = Population(world)
    kinds: dict[object, list[str]] = {}
    for account_id in world.account_ids():
        dormant = world.spec_of(account_id).activity is None
        mobile = "MOBILE_CONVERSION" not in population.missing_groups(account_id, "CAMPAIGN", "")
        kinds.setdefault("dormant" if dormant else mobile, []).append(account_id)
    return [account_id for some in kinds.values() for account_id in some[:_COMPARED]]


def _agency_i(accounts: int, **settings: Any) -> Emulator:
    return worlds.agency(
        accounts, I_DAYS, dormant_of_ten=I_DORMANT, latency_ms=I_LATENCY_MS, job_seconds=I_JOBS, **settings
    )


def _judge_run(agency: Agency, name: str, sync: Sync, *all_syncs: Sync) -> None:
    """Judge time, threads, memory and rows of a sync of (i)."""
    _judge_time(agency.result, name, sync)
    agency.judge_refusals(name, sync)
    most = sync.workers + OTHER_THREADS
    agency.result.is_so(f"{name}: threads, at most {most}", sync.sample.threads, sync.sample.threads <= most)
    agency.result.at_most(f"{name}: peak memory", sync.sample.peak_mb, PEAK_MB, " MB")
    agency.judge_exact(name, *all_syncs)


def _judge_time(result: Result, name: str, sync: Sync, demanded: float = 0.0) -> None:
    """Judge the time by the larger of the bound and the wait that a limit demands."""
    least = max(sync.bound, demanded)
    result.at_most(f"{name}: time from the first request on / bound", sync.sample.reading_seconds / least, TIMES)
    planned = bound.planned_and_created(sync.log)
    result.notes.append(
        f"{name}: the bound is {least:.1f} s: {planned:,} requests plan and create, {len(sync.log):,} in all, "
        f"{len(sync.jobs):,} jobs, {sync.sample.threads} threads."
    )


def _judge_states(result: Result, name: str, sync: Sync) -> None:
    share = sync.state_share
    result.at_most(f"{name}: bytes of STATE / of RECORD lines", share, STATE_SHARE, "")


def _judge_healthy(result: Result, healthy: Iterable[str], ended: Mapping[str, Mapping[str, float]]) -> None:
    """Compare when each healthy account's last row comes with the run in which no job hangs."""
    calm, disturbed = ended.get("calm", {}), ended.get("one hangs", {})
    for account_id in healthy:
        before, after = calm.get(text_of(account_id)), disturbed.get(text_of(account_id))
        met = before is not None and after is not None and after <= before * LATER + LATER_SECONDS
        told = f"{after or 0:.1f} s beside {before or 0:.1f} s"
        result.is_so(f"last row of {account_id}, at most 10 % and {LATER_SECONDS:g} s later", told, met)


def _last(states: Path) -> State:
    """The last state of each stream, as the platform hands it back."""
    found: dict[str, dict[str, Any]] = {}
    for line in states.read_bytes().split(b"\n"):
        if line:
            state = json.loads(line)["state"]
            name = state["stream"]["stream_descriptor"]["name"]
            found[name] = {key: value for key, value in state.items() if key != "sourceStats"}
    return list(found.values())


def _told(sync: Sync) -> str:
    sample = sync.sample
    return (
        f"{sample.records:,} records in {sample.reading_seconds:.1f} s from the first request on, bound "
        f"{sync.bound:.1f} s, {sample.cpu_seconds:.1f} CPU s, {sample.peak_mb:.0f} MB, {sample.threads} threads, "
        f"{sample.requests:,} requests, STATE / RECORD bytes {sync.state_share:.3f}"
    )
