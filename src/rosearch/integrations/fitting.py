"""From a task to a trained student, in one go."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.core.events import Listener
from rosearch.core.fingerprint import fingerprint
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.search.configuration import SearchSettings
from rosearch.search.finals import choose_finalists
from rosearch.search.study import Study
from rosearch.space.architecture import Architecture
from rosearch.space.space import DagSpace
from rosearch.students.standard import first_student
from rosearch.teachers.teacher import PreparedTeacher, Teacher

if TYPE_CHECKING:
    from rosearch.students.student import Student


LEAST_EPOCHS = 8
LEAST_STEPS = 400
"""Of the student's training: a few hundred texts need many epochs."""

BATCH = 32


@final
@dataclass(frozen=True, kw_only=True)
class Fitting:
    """How a student comes about; see `RoSearchClassifier` for the fields.

    Args:
        teacher: Fields of `Pretrained`.
        distil: Whether the student learns from the teacher's answers.
        trials: Architectures to search through.
        epochs: Of the student's training; None for enough.
        learning_rate: Its peak.
        scheme: Where it distils.
        space: A preset.
        attacks: What a search attacks with.
        seed: Of everything.
        folder: Where teachers and searches are kept.
        listener: Hears the progress.
    """

    teacher: Mapping[str, Any]
    distil: bool
    trials: int
    epochs: float | None
    learning_rate: float
    scheme: str
    space: str
    attacks: tuple[str, ...]
    seed: int
    folder: Path
    listener: Listener

    def fit(self, task: Task) -> "Student":
        """Returns the trained student.

        Args:
            task: What it learns.

        Raises:
            InputError: If a setting is wrong or the teacher cannot be had.
            DivergenceError: If the training is lost.
        """
        from rosearch.fitness.workbench import Workbench
        from rosearch.students.student import Student

        fitness = self._fitness(len(task.train))
        if self.trials:
            architecture, teacher = self._search(task, fitness)
        else:
            architecture, teacher = first_student(), self._prepare(task)
        workbench = Workbench(task=task, teacher=teacher, fitness=fitness, seed=self.seed)
        candidate = Candidate(name=architecture.architecture_id, architecture=architecture, scheme=fitness.scheme)
        student, _ = workbench.make(candidate, fitness.full_fidelity, self.listener)
        if not isinstance(student, Student):
            raise TypeError("a candidate with an architecture is a student")
        return student

    def _fitness(self, texts: int) -> Fitness:
        epochs = max(LEAST_EPOCHS, LEAST_STEPS * BATCH / texts) if self.epochs is None else self.epochs
        schedule = Schedule(epochs=epochs, batch_size=BATCH, learning_rate=self.learning_rate)
        scheme: Scheme = HardLabels(schedule=schedule)
        if self.distil:
            scheme = Scheme.from_config({"kind": self.scheme, "schedule": asdict(schedule)}, where="scheme")
        # Names of attacks are welcome; no finals come, and nothing is held back for them.
        return Fitness(scheme=scheme, attacks=self.attacks, unseen=())  # type: ignore[arg-type]

    def _teacher(self) -> Teacher:
        whole = Teacher.from_pretrained(**self.teacher)
        return whole if self.distil else whole.in_brief()

    def _prepare(self, task: Task) -> PreparedTeacher:
        key = fingerprint([task.fingerprint, self._teacher().to_config(), self.seed])
        folder = self.folder / f"teacher-{key[:12]}"
        seeds = SeedTree(self.seed).child("teacher")
        return self._teacher().prepare(task, folder, seeds=seeds, listener=self.listener)

    def _search(self, task: Task, fitness: Fitness) -> tuple[Architecture, PreparedTeacher]:
        """Searches, and returns the best architecture with the run's teacher."""
        settings = [self._teacher().to_config(), fitness.to_config(), self.space, self.seed]
        key = fingerprint([task.fingerprint, *map(str, settings)])
        study = Study(
            task=task,
            run_dir=self.folder / f"search-{key[:12]}",
            teacher=self._teacher(),
            space=DagSpace.preset(self.space),
            fitness=replace(fitness, dev_examples=min(fitness.dev_examples, len(task.dev))),
            seed=self.seed,
            settings=SearchSettings(trials=self.trials, finalists=0),
        )
        results = study.run(listener=self.listener)
        best = choose_finalists(results.front, fitness.environmental, count=1)
        architecture = best[0].architecture if best else first_student()
        return architecture, PreparedTeacher.open(study.directory.teacher_path)
