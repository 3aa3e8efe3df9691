"""A study: propose, execute, record, on one run directory; the same call resumes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.core.errors import ConfigError, TaskError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.rng import SeedTree
from rosearch.data.given import Given
from rosearch.data.task import Task, TaskSource
from rosearch.fitness.attacked_labels import require_attackable
from rosearch.fitness.fitness import Fitness
from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.driver import Driver
from rosearch.search.evolution import Evolution
from rosearch.search.front_member import FrontMember
from rosearch.search.interruption import Interrupted, Interruptible, never
from rosearch.search.results import EXTENT, TASK, TEACHER, Extent, Recorder, Results
from rosearch.search.strategy import Strategy
from rosearch.space.space import DagSpace
from rosearch.store.journal import Journal
from rosearch.store.provenance import collect_provenance
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.teachers.pretrained import Pretrained
from rosearch.teachers.teacher import PreparedTeacher, Teacher

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench

MAY_CHANGE = ("search.trials", "search.finalists", "search.executor", "search.keep")
"""Settings that a resumed run may set anew: they add work and change no result that is recorded."""


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
        """Opens a recorded study as it was last asked for, without torch.

        Args:
            run_dir: Its run directory.

        Raises:
            InputError: If there is no run in it.
            JournalError: If the journal is damaged.
        """
        directory = RunDirectory.open(Path(run_dir))
        where = str(directory.path / "run.toml")
        configuration = Configuration.from_tables(directory.configuration, where=where)
        extent = Results.from_entries(directory.entries).extent
        if extent is not None:
            search = replace(configuration.search, trials=extent.trials, finalists=extent.finalists)
            configuration = replace(configuration, search=search)
        return cls.from_configuration(configuration, run_dir)

    @property
    def results(self) -> Results:
        """All that is recorded so far, read anew with each use."""
        return Results.from_entries(self.directory.entries)

    @property
    def extent(self) -> Extent:
        """How far this study is to go."""
        return _extent(self.configuration)

    @property
    def finished(self) -> bool:
        """Whether all trials and finals that this study asks for are on record."""
        return self.results.covers(self.extent)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The recorded trials, by index."""
        return self.results.trials

    @property
    def front(self) -> tuple[FrontMember, ...]:
        """The feasible trials that no other feasible trial dominates, with their students."""
        return tuple(FrontMember(trial=trial, directory=self.directory) for trial in self.results.front)

    def check(self, *, listener: Listener = ignore) -> Task:
        """Reads all that the user gave and compares it with the record; trains nothing and writes nothing.

        Args:
            listener: Hears the progress.

        Returns:
            The task.

        Raises:
            InputError: If the task, a lexicon or the configuration does not fit.
        """
        task = self._load_task(self.configuration, listener)
        self.directory.refuse_change(
            configuration=self.configuration.to_config(),
            fingerprints=_fingerprints(self.configuration, task),
            may_change=MAY_CHANGE,
            resolve=self._resolved,
        )
        return task

    def load_task(self, *, listener: Listener = ignore) -> Task:
        """Reads the texts that the recorded run was made with.

        Args:
            listener: Hears the progress.

        Raises:
            TaskError: If the texts are others by now, or are not on disk.
        """
        task = self._task or self.configuration.task.load(listener)
        if task.fingerprint != self.directory.provenance["fingerprints"]["task"]:
            raise TaskError(
                f"{self.directory.path}: the task's texts have changed since the run, and what was training "
                "text may be test text now. Put the files back, or attack other labelled texts: rosearch attack --data."
            )
        return task

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
            stop: Asked between evaluations, and between batches of the teacher's outputs; True ends the run after what
                is under way.

        Returns:
            All that is recorded.

        Raises:
            LockError: If another process writes to the run directory.
            InputError: If task, teacher or configuration are wrong, or not those of the record.
            ExecutorError: If evaluations fail through no fault of an architecture.
            JournalError: If the journal is damaged.
            StorageError: If the disk is full or can only be read; the same call goes on when that is mended.
        """
        configuration = self.configuration
        if trials is not None:
            configuration = replace(configuration, search=replace(configuration.search, trials=trials))
        with self._writing(configuration, listener) as (task, journal, recorder):
            if recorder.results.covers(_extent(configuration)):
                listener(Notice(text=f"{self.directory.path}: everything was done before; nothing has changed."))
                return recorder.results
            self._begin(configuration, journal, recorder, listener)
            from rosearch.fitness.own_encoder import own_encoder_notice

            fitness = configuration.fitness
            if notice := own_encoder_notice(fitness.attacks + fitness.unseen, configuration.teacher):
                listener(Notice(text=notice))
            teacher = self._teacher(configuration, task, recorder, listener)
            with suppress(Interrupted):
                workbench = equipped(configuration, task, teacher, listener=listener, stop=stop)
                _describe_task(task, teacher, workbench, recorder, listener)
                Driver(
                    configuration=configuration,
                    directory=self.directory,
                    recorder=recorder,
                    workbench=workbench,
                    listener=listener,
                    stop=stop,
                ).run()
            return recorder.results

    def teach(self, *, listener: Listener = ignore, stop: Callable[[], bool] = never) -> PreparedTeacher | None:
        """Prepares the teacher and its outputs for all training texts, and nothing else; ``run`` goes on from there.

        Args:
            listener: Hears the progress.
            stop: Asked between batches of the teacher's outputs.

        Returns:
            The teacher; None where the end was asked for before all its outputs were there.

        Raises:
            LockError: See ``run``.
            InputError: See ``run``.
            JournalError: See ``run``.
        """
        with self._writing(self.configuration, listener) as (task, journal, recorder):
            if recorder.results.extent is None:
                self._begin(self.configuration, journal, recorder, listener)
            teacher = self._teacher(self.configuration, task, recorder, listener)
            with suppress(Interrupted):
                workbench = equipped(self.configuration, task, teacher, listener=listener, stop=stop)
                _describe_task(task, teacher, workbench, recorder, listener)
                return teacher
            return None

    def _load_task(self, configuration: Configuration, listener: Listener) -> Task:
        """Reads the task and refuses one that the configuration does not fit, before anything is written."""
        task = self._task or configuration.task.load(listener)
        configuration.fitness.full_fidelity.require_field(task)
        require_attackable(task, configuration.fitness.attacked_labels)
        configuration.teacher.check(task)
        losses = configuration.fitness.scheme.state_losses
        if losses and not configuration.teacher.gives_states:
            raise ConfigError(
                f"[fitness.scheme] {' and '.join(losses)}: this teacher gives logits and no states for a student to be "
                "compared with. Set to 0, or take a teacher that is a model."
            )
        return task

    def _resolved(self, tables: dict[str, Any]) -> dict[str, Any]:
        """Completes a recorded configuration by the defaults of settings that came after it."""
        return Configuration.from_tables(tables, where=str(self.directory.path / "run.toml")).to_config()

    @contextmanager
    def _writing(self, configuration: Configuration, listener: Listener) -> Iterator[tuple[Task, Journal, Recorder]]:
        task = self._load_task(configuration, listener)
        with self.directory.writing(
            configuration=configuration.to_config(),
            fingerprints=_fingerprints(configuration, task),
            provenance=collect_provenance(),
            may_change=MAY_CHANGE,
            resolve=self._resolved,
        ) as journal:
            yield task, journal, Recorder(journal)

    def _begin(self, configuration: Configuration, journal: Journal, recorder: Recorder, listener: Listener) -> None:
        """Records what is asked for where that is new, and says what is there."""
        where, results, extent = self.directory.path, recorder.results, _extent(configuration)
        if journal.repaired:
            listener(Notice(text=f"{journal.path}: cut off {journal.repaired} bytes of a record that a kill had torn."))
        if journal.entries:
            listener(Notice(text=f"{where}: going on; {len(results.trials)} of {extent.trials} trials are on record."))
        if results.extent != extent:
            recorder.record(EXTENT, extent.to_record())

    def _teacher(
        self, configuration: Configuration, task: Task, recorder: Recorder, listener: Listener
    ) -> PreparedTeacher:
        """Prepares the teacher; records it once, and refuses another one later: their students do not compare."""
        seeds = SeedTree(configuration.seed).child("teacher")
        teacher = configuration.teacher.prepare(task, self.directory.teacher_path, seeds=seeds, listener=listener)
        if recorder.results.teacher is None:
            recorder.record(TEACHER, teacher.to_record())
        require_recorded(teacher, recorder.results)
        return teacher


def require_recorded(teacher: PreparedTeacher, results: Results) -> None:
    """Refuses another teacher than the one on record: their students do not compare.

    Args:
        teacher: Ready.
        results: What is on record.

    Raises:
        ConfigError: If it is another one, or none is on record.
    """
    recorded = results.teacher["fingerprint"] if results.teacher else "none"
    if recorded != teacher.fingerprint:
        raise ConfigError(
            f"{teacher.folder}: holds another teacher than the one that this run was begun with "
            f"({recorded} -> {teacher.fingerprint}). Put its files back, or begin a new run."
        )


def equipped(
    configuration: Configuration,
    task: Task,
    teacher: PreparedTeacher,
    *,
    listener: Listener,
    stop: Callable[[], bool],
) -> "Workbench":
    """Returns a workbench with all that its evaluations need; what the teacher has said until it is to stop is kept.

    Args:
        configuration: Of the study.
        task: What is classified.
        teacher: Ready.
        listener: Hears the progress.
        stop: Asked between batches of the teacher's outputs.

    Raises:
        Interrupted: If the end was asked for.
        AssetError: If a lexicon cannot be had.
    """
    from rosearch.fitness.workbench import Workbench

    workbench = Workbench(
        task=task,
        teacher=teacher,
        fitness=configuration.fitness,
        seed=configuration.seed,
        thread_count=configuration.search.threads,
    )
    workbench.prepare(Interruptible(listener=listener, stop=stop), inputs=configuration.space.inputs)
    return workbench


def _describe_task(
    task: Task, teacher: PreparedTeacher, workbench: "Workbench", recorder: Recorder, listener: Listener
) -> None:
    """Records once what the texts are, and how many are longer than teacher and students read."""
    if recorder.results.task is not None:
        return
    truncated = workbench.truncated()
    recorder.record(TASK, {**task.to_record(), "max_length": teacher.max_length, "truncated": truncated})
    if cut := ", ".join(f"{count:,} of {name}" for name, count in truncated.items() if count):
        listener(Notice(text=f"Cut to {teacher.max_length} word pieces ([teacher] max_length): {cut} texts."))


def _extent(configuration: Configuration) -> Extent:
    return Extent(trials=configuration.search.trials, finalists=configuration.search.finalists)


def _fingerprints(configuration: Configuration, task: Task) -> dict[str, str]:
    """Names what the run stands on and the configuration only points to; a resumed run refuses other content."""
    attacks, clusters = configuration.fitness.full_fidelity.attacks, configuration.space.clusters
    return {
        "task": task.fingerprint,
        "teacher": configuration.teacher.source_fingerprint(),
        **{f"attack {attack.name}": attack.fingerprint() for attack in attacks},
        **({} if clusters == ("none",) else {"clusters": configuration.fitness.clusters.fingerprint()}),
    }
