"""What a search will cost: the times of a rehearsal, as often as the search needs them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, final

from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.times import AttackNeeds, StudentTimes, TeacherTimes
from rosearch.search.results import Extent, Results

if TYPE_CHECKING:
    from rosearch.data.task import Task
    from rosearch.search.configuration import Configuration

PARALLEL_SHARE = 0.9
"""What is left of each core's speed where all are at work."""

LATENCY_CALLS = 55
WEIGHT_BYTES = 4
RECORD_BYTES = 6000
"""Of a trial's line in the journal."""


@final
@dataclass(frozen=True, kw_only=True)
class TextCounts:
    """How many texts a task has.

    Args:
        train: To learn from.
        dev: To select on.
        test: To measure on.
    """

    train: int
    dev: int
    test: int

    @classmethod
    def of(cls, task: "Task") -> "TextCounts":
        """Counts the texts of a task."""
        return cls(train=len(task.train), dev=len(task.dev), test=len(task.test))


@final
@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What a rehearsal found.

    Args:
        teacher: The teacher's times.
        missing_outputs: Training texts that the run's teacher has not been asked for yet; None where it has no teacher.
        needs: What attacks ask of a student.
        bag: The bag of embeddings.
        transformer: The uniform Transformer.
        students: Random students of the space.
    """

    teacher: TeacherTimes
    missing_outputs: int | None
    needs: AttackNeeds
    bag: StudentTimes
    transformer: StudentTimes
    students: tuple[StudentTimes, ...]

    @property
    def student(self) -> StudentTimes:
        """The mean of the random students."""
        names = ("build_s", "step_s", "answer_s", "parameters")
        return StudentTimes(**{name: fmean(getattr(times, name) for times in self.students) for name in names})


@final
@dataclass(frozen=True, kw_only=True)
class Stage:
    """A part of the search.

    Args:
        name: What is done.
        count: How often.
        each_s: How long it takes, in seconds.
        parallel: How much faster several workers are together.
    """

    name: str
    count: float
    each_s: float
    parallel: float = 1.0

    @property
    def seconds(self) -> float:
        """Wall time of the stage."""
        return self.count * self.each_s / self.parallel


@final
@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a search costs from where it stands, on a machine that does nothing else.

    Args:
        stages: In their order.
        disk_bytes: What its run directory will hold when all is done, by place.
        parameters: Weights of the random students, ascending.
        workers: Evaluations at a time.
    """

    stages: tuple[Stage, ...]
    disk_bytes: Mapping[str, float]
    parameters: tuple[float, ...]
    workers: int

    @property
    def seconds(self) -> float:
        """Wall time in all."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def dominant(self) -> Stage:
        """The stage that takes longest."""
        return max(self.stages, key=lambda stage: stage.seconds)

    def trials_within(self, hours: float) -> int:
        """Returns how many more trials fit into a time that holds all other stages too.

        Args:
            hours: The whole time.
        """
        trials = [stage for stage in self.stages if stage.name.startswith("trials")]
        others_s = sum(stage.seconds for stage in self.stages if stage not in trials)
        each_s = sum(stage.each_s / stage.parallel for stage in trials)
        return max(0, int((3600 * hours - others_s) / each_s)) if each_s else 0

    def to_record(self) -> dict[str, Any]:
        """Returns plain data."""
        return {
            "seconds": self.seconds,
            "bytes": sum(self.disk_bytes.values()),
            "dominant": self.dominant.name if self.stages else None,
            "stages": [asdict(stage) | {"seconds": stage.seconds} for stage in self.stages],
            "disk_bytes": dict(self.disk_bytes),
            "parameters": list(self.parameters),
            "workers": self.workers,
        }


@final
class Estimator:
    """Multiplies the times of a rehearsal by what a search needs of them.

    Args:
        configuration: The search.
        texts: How many it has.
        results: What is on record already.
        rehearsed: The times.
        cores: That this process may use.
    """

    def __init__(
        self, configuration: "Configuration", texts: TextCounts, results: Results, rehearsed: Rehearsed, *, cores: int
    ) -> None:
        self._configuration, self._texts, self._results = configuration, texts, results
        self._rehearsed = rehearsed
        search = configuration.search
        self._workers = min(search.executor.slots, search.window, cores)

    def estimate(self) -> Estimate:
        """Returns what is left to be done."""
        parameters = sorted(times.parameters for times in self._rehearsed.students)
        search = self._configuration.search
        done = self._results.covers(Extent(trials=search.trials, finalists=search.finalists))
        stages = () if done else (*self._preparations(), *self._search(), *self._finals())
        return Estimate(
            stages=tuple(stage for stage in stages if stage.seconds),
            disk_bytes=self._disk_bytes(),
            parameters=tuple(parameters),
            workers=self._workers,
        )

    def _preparations(self) -> list[Stage]:
        rehearsed = self._rehearsed
        teacher = rehearsed.teacher
        unprepared = rehearsed.missing_outputs is None
        missing = self._texts.train if rehearsed.missing_outputs is None else rehearsed.missing_outputs
        steps = self._configuration.teacher.training_steps(self._texts.train) if teacher.step_s else 0
        return [
            Stage(name="start: loading", count=1, each_s=teacher.load_s),
            Stage(
                name="teacher: fine-tuning",
                count=steps * unprepared,
                each_s=teacher.step_s,
            ),
            Stage(name="teacher: outputs", count=missing, each_s=teacher.output_s),
        ]

    def _search(self) -> list[Stage]:
        fidelity = self._configuration.fitness.search_fidelity
        bag, student = self._rehearsed.bag, self._rehearsed.student
        trials = max(0, self._configuration.search.trials - len(self._results.trials))
        reference_s = self._training_s(bag, fidelity) + self._attack_s(bag.answer_s, fidelity)
        parallel = self._parallel
        return [
            Stage(name="reference", count=self._results.reference is None, each_s=reference_s),
            Stage(name="trials: training", count=trials, each_s=self._training_s(student, fidelity), parallel=parallel),
            Stage(
                name="trials: attacks",
                count=trials,
                each_s=self._attack_s(student.answer_s, fidelity),
                parallel=parallel,
            ),
        ]

    def _finals(self) -> list[Stage]:
        fidelity = self._configuration.fitness.full_fidelity
        trained = self._finalists()
        share = self._share_of_finals_left(len(trained))
        if not trained or not share:
            return []
        training_s = [self._training_s(times, fidelity) for times in trained]
        attack_s = [self._attack_s(times.answer_s, fidelity) for times in trained]
        teacher_s = self._rehearsed.teacher.answer_s
        count, parallel = share * len(trained), self._parallel
        return [
            Stage(name="finals: training", count=count, each_s=fmean(training_s), parallel=parallel),
            Stage(name="finals: attacks on students", count=count, each_s=fmean(attack_s), parallel=parallel),
            Stage(
                name="finals: attacks on the teacher",
                count=share,
                each_s=0.0 if teacher_s is None else self._attack_s(teacher_s, fidelity),
            ),
        ]

    def _finalists(self) -> list[StudentTimes]:
        """Gives all trainings of the finals; the Transformer is trained with the teacher and without."""
        search, rehearsed = self._configuration.search, self._rehearsed
        if not search.finalists:
            return []
        finalists = [rehearsed.student] * min(search.finalists, search.trials)
        return [rehearsed.bag, rehearsed.transformer, rehearsed.transformer, *finalists] * search.repeats

    def _share_of_finals_left(self, trainings: int) -> float:
        models = trainings + len(("majority class", "teacher"))
        return max(0.0, 1 - len(self._results.finals) / models)

    @property
    def _parallel(self) -> float:
        return max(1.0, PARALLEL_SHARE * self._workers)

    def _training_s(self, times: StudentTimes, fidelity: Fidelity) -> float:
        schedule = self._configuration.fitness.scheme.schedule
        return times.build_s + times.step_s * schedule.steps(self._texts.train, share=fidelity.share)

    def _attack_s(self, answer_s: float, fidelity: Fidelity) -> float:
        """Returns the time of all that is asked of a model: dev and its split in whole, then the attacks' queries."""
        full = fidelity.split == "test"
        asked = self._texts.dev + (self._texts.test + LATENCY_CALLS if full else 0)
        attacked = min(fidelity.examples, self._texts.test if full else self._texts.dev)
        queries = attacked * self._rehearsed.needs.right * self._queries(fidelity)
        return asked * answer_s + queries * max(0.0, answer_s + self._rehearsed.needs.beside_s)

    def _queries(self, fidelity: Fidelity) -> float:
        """Returns the computed queries per attacked text."""
        needed = self._rehearsed.needs.queries
        return sum(needed[f"{attack.name}-{score}"] for attack in fidelity.attacks for score in fidelity.scores)

    def _disk_bytes(self) -> dict[str, float]:
        rehearsed, search = self._rehearsed, self._configuration.search
        fitness = self._configuration.fitness
        outputs = rehearsed.teacher.output_bytes * self._texts.train
        trial = self._evaluation_bytes(rehearsed.student, fitness.search_fidelity)
        pruned = max(0.0, search.trials - _front_size(search.trials)) if search.keep == "front" else 0.0
        weights = WEIGHT_BYTES * rehearsed.student.parameters + rehearsed.needs.student_bytes
        finals = [self._evaluation_bytes(times, fitness.full_fidelity) for times in self._finalists()]
        return {
            "teacher": rehearsed.teacher.model_bytes + outputs,
            "reference": self._evaluation_bytes(rehearsed.bag, fitness.search_fidelity),
            "trials": search.trials * trial - pruned * weights,
            "finals": sum(finals),
        }

    def _evaluation_bytes(self, times: StudentTimes, fidelity: Fidelity) -> float:
        needs = self._rehearsed.needs
        results = fidelity.examples * len(fidelity.attacks) * len(fidelity.scores) * needs.text_bytes
        return WEIGHT_BYTES * times.parameters + needs.student_bytes + results + RECORD_BYTES


def _front_size(trials: int) -> float:
    """Returns how many of so many points without any order are on the front, with three objectives.

    References: Bentley, Kung, Schkolnick, Thompson (1978). On the Average Number of Maxima in a Set of Vectors and
    Applications. Journal of the ACM 25(4).
    """
    return min(trials, 1 + math.log(trials) ** 2 / 2)
