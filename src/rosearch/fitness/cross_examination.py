"""One measured model, asked what fooled the others, as a job for an executor. No torch until it is carried out.

References:
    Croce, Hein (2020). Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free
    Attacks. arXiv:2003.01690. A model that hampers the search for adversarial texts still falls to those of others.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_table import read_results

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench


@final
@dataclass(frozen=True, kw_only=True)
class Measured:
    """The files of a model that was attacked.

    Args:
        folder: Where they lie.
        scores: By attack, the kind of score whose figure is quoted.
        teacher: Whether it is the teacher, which lies elsewhere.
    """

    folder: Path
    scores: Mapping[str, str]
    teacher: bool = False

    @property
    def complete(self) -> bool:
        """Whether all is there that a cross-examination reads."""
        student = self.teacher or (self.folder / "student").is_dir()
        return student and all(self._file(attack).is_file() for attack in self.scores)

    def outcomes(self, attack: str) -> tuple[AttackResult, ...]:
        """Reads what became of each example by the quoted score."""
        return read_results(self._file(attack))

    def _file(self, attack: str) -> Path:
        return self.folder / "attacks" / f"{attack}-{self.scores[attack]}.parquet"


@final
@dataclass(frozen=True, kw_only=True)
class CrossExamination:
    """Who is to be asked whose texts.

    Args:
        workbench: Has the teacher.
        measured: The model.
        others: The models whose adversarial texts it is asked.
    """

    workbench: "Workbench"
    measured: Measured
    others: tuple[Measured, ...]


def cross_examine(examination: CrossExamination) -> list[dict[str, Any]]:
    """Asks a model the texts that fooled others; a function of a module, so that any executor can call it.

    Args:
        examination: Who is to be asked whose texts.

    Returns:
        For each attack the record of its ``TransferFigures``.
    """
    from rosearch.attacks.transfer_figures import transfer_figures
    from rosearch.device import threads
    from rosearch.students.student import Student

    workbench, measured = examination.workbench, examination.measured
    # As when it was measured.
    with threads((os.cpu_count() or 1) if measured.teacher else workbench.thread_count):
        found = transfer_figures(
            workbench.teacher.victim() if measured.teacher else Student.from_pretrained(measured.folder / "student"),
            {attack: measured.outcomes(attack) for attack in measured.scores},
            {
                attack: [result for other in examination.others for result in other.outcomes(attack)]
                for attack in measured.scores
            },
            scores=measured.scores,
        )
    return [figures.to_record() for figures in found]
