"""What a run records of one of its students: task, teacher, figures, time, licences. Reading only; no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Self, final

from rosearch.attacks.robustness import Robustness
from rosearch.core.fingerprint import canonical_json
from rosearch.data.assets import ASSETS, MINILM
from rosearch.export.origin import Origin
from rosearch.fitness.evaluation import Evaluation
from rosearch.fitness.measurement import quoted
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.search.summary import FinalRow, final_rows
from rosearch.store.records import Trial
from rosearch.store.toml import plain, to_toml

UNKNOWN_LICENCE = "not recorded"


@final
@dataclass(frozen=True, kw_only=True)
class History:
    """A student's record in its run; everything is None for a student by itself.

    Args:
        study: The run.
        trial: The student's trial.
        results: What the run's journal says.
        evaluation: The training of these weights, measured on test; None where they are the search's own.
    """

    study: Study | None = None
    trial: Trial | None = None
    results: Results | None = None
    evaluation: Evaluation | None = None

    @classmethod
    def of(cls, origin: Origin) -> Self:
        """Reads what is recorded.

        Args:
            origin: Where the student comes from.
        """
        if origin.study is None or origin.trial is None:
            return cls()
        results, trial = origin.study.results, origin.trial
        wanted = (trial.architecture.architecture_id, 0)
        measured = (item for item in results.finals if (item.name, item.repeat) == wanted)
        evaluation = next(measured, None) if origin.finalist else None
        return cls(study=origin.study, trial=trial, results=results, evaluation=evaluation)

    def facts(self, parameters: int) -> dict[str, Any]:
        """Returns what a card shows.

        Args:
            parameters: Weights of the student.
        """
        recipes = [figure["recipe"] for figure in self.measured["figures"]] if self.measured else []
        return {
            "task": self.task,
            "teacher": self._teacher(parameters),
            "measured": self.measured,
            "beside": self._beside(),
            "recipes": recipes,
            "licences": self._licences(),
            "made": self._made(),
        }

    @property
    def task(self) -> Mapping[str, Any] | None:
        """What the texts were."""
        return self.results.task if self.results else None

    @property
    def measured(self) -> dict[str, Any] | None:
        """How good these weights are: on test where they were confirmed, else on dev."""
        if self.study is None or self.trial is None:
            return None
        if self.evaluation is not None:
            split, metrics, records = "test", self.evaluation.metrics, self.evaluation.robustness
        else:
            rows = self.trial.details.get("robustness", ())
            split, metrics, records = "dev", self.trial.metrics, tuple(Robustness.from_record(row) for row in rows)
        names = dict.fromkeys(record.attack for record in records)
        seen = {attack.name for attack in self.study.configuration.fitness.attacks}
        figures = [_figure(quoted(records, name), seen=name in seen) for name in names]
        return {
            "split": split,
            "accuracy": metrics["accuracy"],
            "balanced_accuracy": metrics["balanced_accuracy"],
            "under_every_attack": metrics["robust_accuracy"],
            "latency_ms": metrics.get("latency_ms"),
            "attacked_labels": self.study.configuration.fitness.attacked_labels,
            "figures": figures,
            "budgets": list(figures[0]["budget_curve"]) if figures else [],
        }

    @property
    def close_to_teacher(self) -> bool | None:
        """Whether the architecture's balanced accuracy is within five points of the teacher's; None if unknown."""
        row = next((row for row in self._rows() if self.trial and row.trial == self.trial.index), None)
        return row.close_to_teacher if row else None

    def _rows(self) -> Sequence[FinalRow]:
        return final_rows(self.results) if self.results else ()

    def _beside(self) -> list[FinalRow]:
        """Returns the baselines where the student was measured as they were."""
        return [row for row in self._rows() if row.trial is None] if self.evaluation else []

    def _teacher(self, parameters: int) -> dict[str, Any] | None:
        if self.study is None or self.results is None or self.results.teacher is None:
            return None
        teacher = self.results.teacher
        row = next((row for row in self._rows() if row.name == "teacher"), None)
        return {
            "name": teacher_name(self.study),
            "parameters": teacher["parameters"],
            "compression": teacher["parameters"] / parameters if parameters else 0.0,
            "accuracy": row.accuracy if row and self.evaluation else None,
        }

    def _licences(self) -> list[tuple[str, str]]:
        if self.study is None:
            return [("teacher and texts", UNKNOWN_LICENCE)]
        task = self.study.configuration.task
        asset = getattr(task, "asset", None)
        name = teacher_name(self.study)
        texts = self.task["name"] if self.task else "the task"
        return [
            (f"teacher `{name}`", MINILM.licence if name == MINILM.name else UNKNOWN_LICENCE),
            (f"texts of *{texts}*", ASSETS[asset.name].licence if asset else UNKNOWN_LICENCE),
        ]

    def _made(self) -> dict[str, Any] | None:
        if self.study is None or self.results is None or self.trial is None:
            return None
        provenance = self.study.directory.provenance
        searched = sum(trial.seconds for trial in self.results.trials)
        finals = sum(
            item.metrics.get("training_s", 0.0) + item.metrics.get("attack_s", 0.0) for item in self.results.finals
        )
        shown = ("rosearch", "torch", "transformers")
        return {
            "search": f"{len(self.results.trials)} trials in {searched / 60:.1f} min",
            "finals": f"{len(self.results.finals)} trainings and baselines on test in {finals / 60:.1f} min",
            "begun": provenance["begun"],
            "system": provenance["system"],
            "cores": provenance["cores"],
            "python": provenance["python"],
            "packages": ", ".join(f"{name} {provenance['packages'][name]}" for name in shown),
            "trial": self.trial.index,
            "seed": self.study.configuration.seed,
            "training_id": self.evaluation.training_id if self.evaluation else None,
            "configuration": to_toml(without_folders(plain(self.study.directory.configuration))).strip(),
        }


def _figure(record: Robustness, *, seen: bool) -> dict[str, Any]:
    settings = {name: value for name, value in without_folders(record.recipe).items() if name != "kind"}
    cheaper = f", by shortcuts `{canonical_json(without_folders(record.shortcuts))}`" if record.shortcuts else ""
    named = {"recipe": record.attack, "settings": canonical_json(settings), "by_shortcuts": cheaper}
    return vars(record) | named | {"seen": seen}


def teacher_name(study: Study) -> str:
    """Returns what a person calls the teacher: a hub id, or a directory's or file's name.

    Args:
        study: Whose teacher.
    """
    config = study.configuration.teacher.to_config()
    return str(without_folders(str(config.get("model") or config.get("path") or config["kind"])))


def without_folders(data: Any) -> Any:
    """Returns plain data with every absolute path cut to its name: a card names no folders of the machine it is from.

    Args:
        data: Tables, lists and values.
    """
    if isinstance(data, Mapping):
        return {key: without_folders(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [without_folders(value) for value in data]
    return PurePath(data).name if isinstance(data, str) and PurePath(data).is_absolute() else data
