"""What each file of an exported student is worth on test: a smaller precision may cost accuracy, or robustness."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from rosearch.attacks.robustness import Robustness
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.protocols import Victim
from rosearch.fitness.measurement import measure, quoted
from rosearch.search.study import Study


@final
@dataclass(frozen=True, kw_only=True)
class MeasuredFile:
    """A file that was asked and attacked.

    Args:
        name: Of the file.
        texts: Of the test split; all were asked.
        accuracy: Of the answers.
        robustness: The quoted figure of each attack, in the order of the run's.
    """

    name: str
    texts: int
    accuracy: float
    robustness: tuple[Robustness, ...]


def measure_files(
    exported: Mapping[Path, Victim], study: Study, *, examples: int, listener: Listener = ignore
) -> tuple[MeasuredFile, ...]:
    """Asks each file for the test split of a run, and attacks it as the run's finalists were attacked.

    Args:
        exported: What loads each file.
        study: The run that the student is from.
        examples: Texts to attack, the first of those that the run attacks, or all and more of the same order.
        listener: Hears the progress.

    Raises:
        TaskError: If the texts are not those of the run, or are not on disk.
    """
    configuration = study.configuration
    task = study.load_task(listener=listener)
    fidelity = replace(configuration.fitness.full_fidelity, examples=examples)
    found = []
    for path, victim in exported.items():
        listener(Notice(text=f"attacking {path}"))
        measurement = measure(
            victim,
            task,
            fidelity,
            budgets=configuration.fitness.budgets,
            seed=configuration.seed,
            false_positive_rate=configuration.fitness.false_positive_rate,
            listener=listener,
        )
        figures = tuple(quoted(measurement.robustness, attack.name) for attack in fidelity.attacks)
        accuracy = measurement.metrics["accuracy"]
        found.append(MeasuredFile(name=path.name, texts=len(task.test), accuracy=accuracy, robustness=figures))
    return tuple(found)
