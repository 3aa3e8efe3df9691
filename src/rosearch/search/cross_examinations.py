"""Asks every baseline and finalist what fooled the others, and records it; what is on record is not done again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import final

from rosearch.core.events import Notice
from rosearch.core.fingerprint import fingerprint
from rosearch.executors.job import Job
from rosearch.fitness.cross_examination import CrossExamination, Measured, cross_examine
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.measurement import all_quoted
from rosearch.search.final_stage import FinalStage
from rosearch.search.results import TRANSFER, Training, training

PROGRESS = "texts of other models"


@final
@dataclass(frozen=True, kw_only=True)
class CrossExaminations:
    """Asks measured models what fooled the others.

    Args:
        stage: Who works, and where it is written down.
    """

    stage: FinalStage

    def carry_out(self, wanted: Sequence[Candidate]) -> None:
        """Examines all that no record knows of, once all are measured; with more models it is done anew.

        Args:
            wanted: The measured models. Those that were not attacked, and the majority class, take no part.

        Raises:
            InputError: If a file is damaged.
            ExecutorError: If an examination failed.
        """
        evaluations = {training(item): item for item in self.stage.recorder.results.finals}
        if any(training(candidate) not in evaluations for candidate in wanted):
            return
        pairs = [(candidate, evaluations[training(candidate)]) for candidate in wanted]
        attacked = [(candidate, item) for candidate, item in pairs if item.robustness and candidate.model != "majority"]
        among = fingerprint(sorted(item.attack_id for _, item in attacked))
        if all(_among(item) == among for _, item in attacked):
            return
        measured = self._with_files(attacked)
        if len(measured) < 2:
            return
        missing = [name for name in measured if _among(evaluations[name]) != among]
        self.stage.advance(PROGRESS, len(measured) - len(missing), len(measured))
        with closing(self.stage.executor.map(self._jobs(missing, measured))) as outcomes:
            for done, outcome in enumerate(outcomes, start=1 + len(measured) - len(missing)):
                name, architecture_id, repeat = missing[int(outcome.key)]
                data = {"name": name, "architecture_id": architecture_id, "repeat": repeat, "among": among}
                self.stage.recorder.record(TRANSFER, data | {"attacks": outcome.require()})
                self.stage.advance(PROGRESS, done, len(measured))

    def _with_files(self, attacked: Sequence[tuple[Candidate, Evaluation]]) -> dict[Training, Measured]:
        """Returns the models whose files are there; says of which they are not."""
        found: dict[Training, Measured] = {}
        for candidate, item in attacked:
            scores = {record.attack: str(record.score["kind"]) for record in all_quoted(item.robustness)}
            folder = self.stage.folder(candidate)
            measured = Measured(folder=folder, scores=scores, teacher=candidate.model == "teacher")
            if measured.complete:
                found[training(candidate)] = measured
            else:
                text = (
                    f"{self.stage.label(candidate)}: files are gone from {folder}, so it has no part in asking each "
                    "model what fooled the others."
                )
                self.stage.listener(Notice(text=text))
        return found

    def _jobs(self, missing: Sequence[Training], measured: Mapping[Training, Measured]) -> Iterator[Job]:
        for number, name in enumerate(missing):
            if self.stage.stop():
                return
            others = tuple(item for other, item in measured.items() if other != name)
            examination = CrossExamination(workbench=self.stage.workbench, measured=measured[name], others=others)
            yield Job(key=str(number), function=cross_examine, payload=examination)


def _among(evaluation: Evaluation) -> str | None:
    """Returns which models' texts an evaluation's model was asked; None before any."""
    among: str | None = evaluation.details.get("transfer", {}).get("among")
    return among
