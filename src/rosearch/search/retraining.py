"""One architecture of a run, trained from scratch at full fidelity by settings of its own, recorded beside the run."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, final

from rosearch.core.errors import ConfigError
from rosearch.core.events import Listener, ignore
from rosearch.core.files import write_text
from rosearch.core.fingerprint import fingerprint
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.search.configuration import Configuration, override_tables
from rosearch.search.events import EvaluationsBegin
from rosearch.search.final_measurements import FinalMeasurements
from rosearch.search.final_stage import FinalStage
from rosearch.search.interruption import Interrupted, never
from rosearch.search.results import Recorder, Results
from rosearch.search.study import equipped, require_recorded
from rosearch.store.difference import difference
from rosearch.store.journal import Journal, read_journal
from rosearch.store.lock import locked
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.store.toml import plain, to_toml
from rosearch.teachers.teacher import PreparedTeacher

if TYPE_CHECKING:
    from rosearch.search.study import Study

FOLDER, JOURNAL, SETTINGS = "retrained", "journal.jsonl", "settings.toml"
CHANGEABLE = ("fitness.", "search.executor.")
"""Settings that a retraining may have of its own; task, teacher and seed are the run's."""


@final
@dataclass(frozen=True, kw_only=True)
class Retraining:
    """A trial's architecture, trained anew; the run's own record is not touched.

    Equal settings go on where they ended, other ones have a folder of their own.

    Args:
        study: The recorded run.
        trial: Whose architecture.
        configuration: The run's, with another fitness or executor.
    """

    study: "Study"
    trial: Trial
    configuration: Configuration

    @classmethod
    def of(cls, study: "Study", trial: Trial, *, assignments: Iterable[str] = ()) -> "Retraining":
        """Returns the retraining that assignments describe.

        Args:
            study: The recorded run.
            trial: Whose architecture.
            assignments: ``fitness.key=value`` and ``search.executor.key=value``, laid over the run's settings.

        Raises:
            ConfigError: If something does not fit, or belongs to the run.
        """
        recorded = plain(study.configuration.to_config())
        configuration = Configuration.from_tables(override_tables(recorded, assignments), where="--set")
        changed = difference(recorded, plain(configuration.to_config()))
        refused = [f"  {key}: {change}" for key, change in changed.items() if not key.startswith(CHANGEABLE)]
        if refused:
            raise ConfigError(
                "A retraining keeps the run's task, teacher, space and seed; only settings under fitness and "
                "search.executor may differ:\n" + "\n".join(refused)
            )
        return cls(study=study, trial=trial, configuration=configuration)

    @cached_property
    def folder(self) -> Path:
        """Where it is recorded: by trial, and by the settings that decide its results.

        Raises:
            AssetError: If a lexicon of the settings cannot be had.
        """
        fitness = self.configuration.fitness
        attacks = [attack.fingerprint() for attack in fitness.full_fidelity.attacks]
        settings = fingerprint([plain(fitness.to_config()), fitness.scheme.genes(), attacks])
        name = self.study.directory.trial_path(self.trial.proposal).name
        return self.study.directory.path / FOLDER / f"{name}-{settings[:6]}"

    @property
    def results(self) -> Results:
        """The trainings on record, beside the run's trials."""
        results = Results.from_entries(read_journal(self.folder / JOURNAL).entries)
        return replace(results, trials=self.study.results.trials)

    def files(self, repeat: int) -> Path:
        """Returns where the student and the attacks' outcomes of one training lie.

        Args:
            repeat: Which training, from 0; its seed.
        """
        return self.folder / str(repeat)

    def run(self, *, seeds: int, listener: Listener = ignore, stop: Callable[[], bool] = never) -> Results:
        """Trains with the seeds 0 .. ``seeds`` - 1 whatever is not on record, and measures each training on test.

        Args:
            seeds: How many trainings are to be on record.
            listener: Hears the progress.
            stop: Asked between trainings; True ends the work after what is under way.

        Returns:
            See ``results``.

        Raises:
            InputError: If the run's task or teacher is not there any more, or has changed.
            LockError: If another process works on the same retraining.
            ExecutorError: If a training failed.
        """
        wanted = [self._candidate(repeat) for repeat in range(seeds)]
        if all(map(self.results.measured, wanted)):
            return self.results
        task = self.study.check(listener=listener)
        teacher = PreparedTeacher.open(self.study.directory.teacher_path)
        require_recorded(teacher, self.study.results)
        with locked(self.folder / "run.lock"), suppress(Interrupted):
            workbench = equipped(self.configuration, task, teacher, listener=listener, stop=stop)
            write_text(self.folder / SETTINGS, to_toml({"fitness": self.configuration.fitness.to_config()}))
            with Journal.open(self.folder / JOURNAL) as journal:
                listener(EvaluationsBegin())
                stage = FinalStage(
                    workbench=workbench,
                    executor=self.configuration.search.executor,
                    recorder=Recorder(journal),
                    folder=lambda candidate: self.files(candidate.repeat),
                    label=lambda candidate: f"trial {self.trial.index}, seed {candidate.repeat}",
                    listener=listener,
                    stop=stop,
                )
                fidelity = self.configuration.fitness.full_fidelity
                FinalMeasurements(stage=stage, fidelity=fidelity).carry_out(wanted)
        return self.results

    def _candidate(self, repeat: int) -> Candidate:
        architecture = self.trial.architecture
        return Candidate(
            name=architecture.architecture_id,
            architecture=architecture,
            scheme=self.configuration.fitness.scheme,
            repeat=repeat,
        )


def retrained(directory: RunDirectory) -> Iterator[tuple[Path, Evaluation]]:
    """Yields each retraining on record with the folder of its files.

    Args:
        directory: The run's.

    Raises:
        JournalError: If a journal is damaged.
    """
    for journal in sorted((directory.path / FOLDER).glob(f"*/{JOURNAL}")):
        for evaluation in Results.from_entries(read_journal(journal).entries).finals:
            yield journal.parent / str(evaluation.repeat), evaluation
