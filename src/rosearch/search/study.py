"""A study: propose, execute, record, on one run directory; the same call resumes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, final

from rosearch.core.errors import ConfigError
from rosearch.core.events import Listener, ignore
from rosearch.core.rng import SeedTree
from rosearch.data.given import Given
from rosearch.data.task import Task, TaskSource
from rosearch.fitness.fitness import Fitness
from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.driver import Driver
from rosearch.search.evolution import Evolution
from rosearch.search.results import TEACHER, Results
from rosearch.search.strategy import Strategy
from rosearch.space.architecture import Architecture
from rosearch.space.space import DagSpace
from rosearch.store.journal import Journal
from rosearch.store.provenance import collect_provenance
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.teachers.pretrained import Pretrained
from rosearch.teachers.teacher import PreparedTeacher, Teacher

if TYPE_CHECKING:
    from rosearch.students.student import Student

MAY_CHANGE = ("search.trials", "search.finalists", "search.executor")
"""Settings that a resumed run may set anew: they add work and change no result that is recorded."""


@final
@dataclass(frozen=True, kw_only=True)
class FrontMember:
    """A trial on the front, with its student.

    Args:
        trial: The trial.
        directory: The run directory that holds the student's files.
    """

    trial: Trial
    directory: RunDirectory

    @property
    def index(self) -> int:
        """The number of the trial in its study, from 0."""
        return self.trial.index

    @property
    def architecture(self) -> Architecture:
        """What was built."""
        return self.trial.architecture

    @property
    def robust_accuracy(self) -> float:
        """Accuracy under attack on the examples that the search attacked, as a share."""
        return self.trial.robust_accuracy

    @property
    def robustness(self) -> float:
        """Mean of the budget curve, as a share."""
        return self.trial.robustness

    @property
    def accuracy(self) -> float:
        """Accuracy on unchanged dev texts, as a share."""
        return self.trial.accuracy

    def student(self) -> "Student":
        """Loads the student as the search trained it.

        Raises:
            InputError: If its files are not there any more.
        """
        from rosearch.students.student import Student

        return Student.from_pretrained(self.directory.trial_path(self.trial.proposal) / "student")


def never() -> bool:
    """Says that nothing asks the study to stop."""
    return False


@final
class Study:
    """A search on one run directory.

    Args:
        task: Labelled text, or where it is.
        run_dir: Where everything is recorded; the same arguments on the same directory resume.
        teacher: Whom the students learn from.
        space: Where to look.
        strategy: How to look.
        fitness: How candidates are trained and measured.
        seed: Of the seed tree.
        settings: How much of everything.

    Raises:
        ConfigError: If an argument does not fit.
    """

    def __init__(
        self,
        *,
        task: Task | TaskSource,
        run_dir: str | Path,
        teacher: Teacher | None = None,
        space: DagSpace | None = None,
        strategy: Strategy | None = None,
        fitness: Fitness | None = None,
        seed: int = 0,
        settings: SearchSettings | None = None,
    ) -> None:
        self._task = task if isinstance(task, Task) else None
        source = Given(name=task.name, fingerprint=task.fingerprint) if isinstance(task, Task) else task
        self.configuration = Configuration(
            seed=seed,
            task=source,
            teacher=teacher or Pretrained(),
            space=space or DagSpace.preset("default"),
            strategy=strategy or Evolution(),
            fitness=fitness or Fitness(),
            search=settings or SearchSettings(),
        )
        self.directory = RunDirectory(Path(run_dir))

    @classmethod
    def from_configuration(cls, configuration: Configuration, run_dir: str | Path) -> "Study":
        """Returns the study that a configuration describes.

        Args:
            configuration: The whole search.
            run_dir: Where everything is recorded.
        """
        return cls(
            task=configuration.task,
            run_dir=run_dir,
            teacher=configuration.teacher,
            space=configuration.space,
            strategy=configuration.strategy,
            fitness=configuration.fitness,
            seed=configuration.seed,
            settings=configuration.search,
        )

    @classmethod
    def open(cls, run_dir: str | Path) -> "Study":
        """Opens a recorded study, without torch.

        Args:
            run_dir: Its run directory.

        Raises:
            InputError: If there is no run in it.
        """
        directory = RunDirectory.open(Path(run_dir))
        where = str(directory.path / "run.toml")
        return cls.from_configuration(Configuration.from_tables(directory.configuration, where=where), run_dir)

    @property
    def results(self) -> Results:
        """All that is recorded so far."""
        return Results.from_entries(self.directory.entries)

    @property
    def finished(self) -> bool:
        """Whether all trials and finals that the configuration asks for are on record."""
        search = self.configuration.search
        return self.results.covers(trials=search.trials, finalists=search.finalists)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The recorded trials, by index."""
        return self.results.trials

    @property
    def front(self) -> tuple["FrontMember", ...]:
        """The feasible trials that no other feasible trial dominates, with their students."""
        return tuple(FrontMember(trial=trial, directory=self.directory) for trial in self.results.front)

    def run(
        self,
        *,
        trials: int | None = None,
        listener: Listener = ignore,
        stop: Callable[[], bool] = never,
    ) -> Results:
        """Searches until ``trials`` are recorded, then measures baselines and finalists on test.

        The same call on the same directory goes on where the journal ends; a finished study is left as it is.

        Args:
            trials: Instead of the configured number.
            listener: Hears the progress.
            stop: Asked between evaluations; True ends the run after what is under way.

        Returns:
            All that is recorded.

        Raises:
            LockError: If another process writes to the run directory.
            ConfigError: If task, teacher or configuration are not those of the record.
            JournalError: If the journal is damaged.
        """
        settings = self.configuration.search
        settings = settings if trials is None else replace(settings, trials=trials)
        configuration = replace(self.configuration, search=settings)
        task = self._task or configuration.task.load(listener)
        with self.directory.writing(
            configuration=configuration.to_config(),
            fingerprints=_fingerprints(configuration, task),
            provenance=collect_provenance(),
            may_change=MAY_CHANGE,
        ) as journal:
            results = Results.from_entries(journal.entries)
            if results.covers(trials=settings.trials, finalists=settings.finalists):
                return results
            driver = self._driver(configuration, task, journal, listener, stop)
            for stage in (driver.measure_reference, driver.run_trials, driver.run_finals):
                if not stop():
                    stage()
            if not stop():
                driver.close()
            return driver.results

    def _driver(
        self,
        configuration: Configuration,
        task: Task,
        journal: Journal,
        listener: Listener,
        stop: Callable[[], bool],
    ) -> Driver:
        from rosearch.fitness.workbench import Workbench

        seeds = SeedTree(configuration.seed)
        teacher = configuration.teacher.prepare(
            task, self.directory.teacher_path, seeds=seeds.child("teacher"), listener=listener
        )
        _record_teacher(journal, teacher)
        workbench = Workbench(
            task=task,
            teacher=teacher,
            fitness=configuration.fitness,
            seed=configuration.seed,
            thread_count=configuration.search.threads,
        )
        workbench.prepare(listener)
        return Driver(
            configuration=configuration,
            directory=self.directory,
            journal=journal,
            workbench=workbench,
            listener=listener,
            stop=stop,
        )


def _record_teacher(journal: Journal, teacher: PreparedTeacher) -> None:
    """Records the teacher once, and refuses another one later: students of two teachers do not compare."""
    recorded = Results.from_entries(journal.entries).teacher
    if recorded is None:
        journal.append(TEACHER, teacher.to_record())
    elif recorded["fingerprint"] != teacher.fingerprint:
        raise ConfigError(
            f"{teacher.folder}: holds another teacher than the one that this run was begun with "
            f"({recorded['fingerprint']} -> {teacher.fingerprint}). Put the teacher's files back, or begin a new run."
        )


def _fingerprints(configuration: Configuration, task: Task) -> dict[str, str]:
    """Names what the run stands on and the configuration only points to; a resumed run refuses other content."""
    attacks = configuration.fitness.full_fidelity.attacks
    return {
        "task": task.fingerprint,
        "teacher": configuration.teacher.source_fingerprint(),
        **{f"attack {attack.kind}": attack.fingerprint() for attack in attacks},
    }
