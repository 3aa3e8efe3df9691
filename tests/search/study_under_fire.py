"""Runs a study in forks of this process, each of which is killed at one moment. usage: CONFIG RUN LOG MOMENTS

MOMENTS is JSON, a list of how each fork ends:
  {"stage": REGEX, "after": N}                the fork kills itself at the Nth progress event of such a stage
  {"record": KIND, "after": N, "bytes": SHARE}  ... in the Nth write of such a record to the journal, part of it written
  {"rename": NAME, "after": N}                ... before the Nth file of that name comes to its place
  {"event": NAME, "after": N}                 ... at the Nth event of that class
  {"seconds": S}                              this process kills the fork S seconds after it has begun
  {}                                          nothing happens to it
LOG gets a line for each evaluation begun and ended, and for the end of each fork.
"""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import scipy.optimize
import scipy.stats  # noqa: F401
import torch._dynamo  # noqa: F401
import transformers.models.bert.modeling_bert
import transformers.models.bert.tokenization_bert  # noqa: F401

from rosearch.core.events import Event, Progress
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.workbench import Workbench
from rosearch.search.configuration import Configuration
from rosearch.search.study import Study

Moment = dict[str, Any]


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class Trap:
    """Counts how often something happened, and says when it is time."""

    def __init__(self, after: int) -> None:
        self._left = after

    def snaps(self) -> bool:
        self._left -= 1
        return self._left == 0


def lay_listener(moment: Moment) -> Callable[[Event], None]:
    trap = Trap(moment.get("after", 1))

    def listener(event: Event) -> None:
        stage = event.stage if isinstance(event, Progress) else ""
        staged = "stage" in moment and stage and re.search(moment["stage"], stage)
        named = moment.get("event") == type(event).__name__
        if (staged or named) and trap.snaps():
            die()

    return listener


def lay_write_trap(moment: Moment) -> None:
    trap, write = Trap(moment["after"]), os.write

    def torn_write(descriptor: int, data: bytes) -> int:
        if f'"kind":"{moment["record"]}"'.encode() in data[:80] and trap.snaps():
            write(descriptor, data[: round(moment["bytes"] * len(data))])
            die()
        return write(descriptor, data)

    os.write = torn_write


def lay_rename_trap(moment: Moment) -> None:
    trap = Trap(moment["after"])

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and Path(arguments[1]).name == moment["rename"] and trap.snaps():
            die()

    sys.addaudithook(audit)


def log_evaluations(log: Path, fork: int) -> None:
    evaluate = Workbench.evaluate

    def logged(self: Workbench, candidate: Candidate, fidelity: Fidelity, **rest: Any) -> Evaluation:
        key = [fidelity.name, candidate.name, candidate.repeat]
        write_line(log, {"fork": fork, "begun": key})
        evaluation = evaluate(self, candidate, fidelity, **rest)
        write_line(log, {"fork": fork, "ended": key})
        return evaluation

    Workbench.evaluate = logged  # type: ignore[method-assign]


def write_line(log: Path, data: dict[str, Any]) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(data) + "\n")


def live(config: Path, run: Path, log: Path, fork: int, moment: Moment) -> None:
    log_evaluations(log, fork)
    if "record" in moment:
        lay_write_trap(moment)
    if "rename" in moment:
        lay_rename_trap(moment)
    Study.from_configuration(Configuration.read(config), run).run(listener=lay_listener(moment))


def main(config: Path, run: Path, log: Path, moments: list[Moment]) -> None:
    for fork, moment in enumerate(moments):
        child = os.fork()
        if child == 0:
            try:
                live(config, run, log, fork, moment)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        if "seconds" in moment:
            time.sleep(moment["seconds"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        journal = run / "journal.jsonl"
        size = journal.stat().st_size if journal.exists() else 0
        write_line(log, {"fork": fork, "exit": os.waitstatus_to_exitcode(status), "journal": size})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))
