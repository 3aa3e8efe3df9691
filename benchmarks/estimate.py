"""What `rosearch check` says a search will take, against what it takes. usage: estimate.py CONFIG [--set KEY=VALUE ...]

Runs both commands as a user does, each in a process of its own, on a run directory that is deleted afterwards. The
times of the parts are those that the journal holds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rosearch.search.study import Study

PROGRAM = Path(sys.executable).with_name("rosearch")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("config")
    arguments.add_argument("--set", action="append", default=[], dest="assignments")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        overrides = [word for assignment in given.assignments for word in ("--set", assignment)]
        command = [given.config, "--run", str(run), *overrides]
        check_s, estimate = timed("check", *command, "--json")
        search_s, _ = timed("search", *command, "--json")
        rows = compare(json.loads(estimate), run, search_s)
        disk = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    print(f"{given.config} {' '.join(given.assignments)}")
    print(f"{'part':<34}{'said':>9}{'was':>9}{'said / was':>12}")
    for name, said, was in rows:
        print(f"{name:<34}{said:>8.1f}s{was:>8.1f}s{said / was if was else float('nan'):>12.2f}")
    said_bytes = json.loads(estimate)["bytes"]
    print(f"{'disk':<34}{said_bytes / 2**20:>6.0f}MiB{disk / 2**20:>6.0f}MiB{said_bytes / disk:>12.2f}")
    print(f"check itself took {check_s:.0f} s")


def timed(*arguments: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, text=True, check=True, env=os.environ)
    return time.perf_counter() - start, done.stdout


def compare(estimate: dict, run: Path, search_s: float) -> list[tuple[str, float, float]]:
    """Sets the stages of the estimate beside the sums of the journal's times; what it has no time of is the rest."""
    results = Study.open(run).results
    students = [item for item in results.finals if item.architecture is not None]
    was = {
        "trials: training": sum(trial.seconds - trial.metrics["attack_s"] for trial in results.trials if trial.metrics),
        "trials: attacks": sum(trial.metrics["attack_s"] for trial in results.trials if trial.metrics),
        "finals: training": sum(item.metrics["training_s"] for item in students),
        "finals: attacks on students": sum(item.metrics["attack_s"] for item in students),
        "finals: attacks on the teacher": sum(
            item.metrics["attack_s"] for item in results.finals if item.name == "teacher"
        ),
    }
    said = {stage["name"]: stage["seconds"] for stage in estimate["stages"]}
    rest = ("everything else", sum(said[name] for name in said if name not in was), search_s - sum(was.values()))
    parts = [(name, said.get(name, 0.0), seconds) for name, seconds in was.items()]
    return [*parts, rest, ("in all", estimate["seconds"], search_s)]


if __name__ == "__main__":
    main()
