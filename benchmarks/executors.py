"""How much faster a search is in several processes: the same trials with one worker and with more, in one run.

usage: python benchmarks/executors.py RUN [--workers 2] [--trials 48] [--out FILE]                       7 minutes

RUN is a new folder. A first run of one trial prepares the teacher, which both others start from. One worker and several
are both of the executor `processes`, so that the ratio is of the work and not of what surrounds it. Few trials show the
start of the workers instead, which takes some seconds. FILE gets the result.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

from rosearch.core.files import write_json
from rosearch.search.configuration import Configuration
from rosearch.search.study import Study
from rosearch.search.verification import verify

CONFIG = Path(__file__).parents[1] / "configs" / "quickstart.toml"
COMMON = ("search.finalists=0", "task.max_train=2000", "fitness.dev_examples=20", "search.executor.kind=processes")


def seconds(run: Path, *, workers: int, trials: int, window: int) -> float:
    settings = (f"search.executor.workers={workers}", f"search.trials={trials}", f"search.window={window}")
    study = Study.from_configuration(Configuration.read(CONFIG, overrides=[*COMMON, *settings]), run)
    begun = time.monotonic()
    study.run()
    assert verify(study).faults == ()
    return time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trials", type=int, default=48)
    parser.add_argument("--out", type=Path, default=Path("docs/results/executors.json"))
    arguments = parser.parse_args()
    # Wide enough that no worker waits for the trials that a proposal is to see.
    window = 4 * arguments.workers
    seconds(arguments.run / "teacher", workers=1, trials=1, window=window)
    took = {}
    for workers in (1, arguments.workers):
        run = shutil.copytree(arguments.run / "teacher", arguments.run / f"workers-{workers}")
        took[workers] = seconds(run, workers=workers, trials=1 + arguments.trials, window=window)
    ratio = took[1] / took[arguments.workers]
    result = {
        "trials": arguments.trials,
        "seconds": {str(count): spent for count, spent in took.items()},
        "ratio": ratio,
    }
    print(json.dumps(result, indent=2))
    write_json(arguments.out, result)


if __name__ == "__main__":
    main()
