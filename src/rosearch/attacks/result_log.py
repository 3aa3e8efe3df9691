"""Outcomes on disk as they come, so that an attack that is stopped goes on where it was."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import final

from rosearch.attacks.result import AttackResult


@final
class ResultLog:
    """JSON lines in a file that only grows: the outcome of one text each, under a key that names the attack.

    A line that a kill has torn is cut off on opening. One process writes at a time; the lock is the caller's to hold.

    Args:
        path: The file; made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, dict[str, AttackResult]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        *lines, torn = path.read_bytes().split(b"\n")
        if torn:
            with path.open("r+b") as handle:
                handle.truncate(path.stat().st_size - len(torn))
        for line in lines:
            entry = json.loads(line)
            self._keep(entry["attack"], AttackResult.from_record(entry["result"]))

    def known(self, attack: str) -> Mapping[str, AttackResult]:
        """Returns the outcomes under a key, by example id."""
        return self._known.get(attack, {})

    def add(self, attack: str, results: Sequence[AttackResult]) -> None:
        """Appends outcomes with one write.

        Args:
            attack: Names everything that decides the outcomes: model, recipe, score, seed, budgets.
            results: Of texts that are not known yet.
        """
        lines = [json.dumps({"attack": attack, "result": result.to_record()}) + "\n" for result in results]
        with self.path.open("ab") as handle:
            handle.write("".join(lines).encode())
        for result in results:
            self._keep(attack, result)

    def _keep(self, attack: str, result: AttackResult) -> None:
        self._known.setdefault(attack, {})[result.example_id] = result
