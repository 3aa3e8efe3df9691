"""The last stage: baselines and finalists, trained from scratch at full fidelity, attacked on test."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rosearch.distillation.hard_labels import HardLabels
from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory
from rosearch.students.standard import bag_of_embeddings, uniform_transformer

_UNIFORM, _ALONE = "Transformer", ", not distilled"


def bag_candidate(fitness: Fitness, *, rank: int, repeat: int = 0) -> Candidate:
    """Returns the bag of embeddings: a student whose accuracy is below its own is infeasible.

    Args:
        fitness: Gives the scheme.
        rank: Width of its embedding table.
        repeat: Which of several trainings.
    """
    architecture = bag_of_embeddings(InputGenes(rank=rank, trained=True))
    return Candidate(name="bag of embeddings", architecture=architecture, scheme=fitness.scheme, repeat=repeat)


def choose_finalists(
    front: Sequence[Trial], fitness: EnvironmentalFitness, *, count: int, trials: Sequence[Trial] = ()
) -> tuple[Trial, ...]:
    """Picks members of the front, the best environmental fitness first.

    Args:
        front: The feasible trials that no other dominates.
        fitness: Orders them.
        count: How many to pick.
        trials: Whose feasible ones fill up a front that is smaller than ``count``.
    """
    members = {trial.index for trial in front}
    others = [trial for trial in trials if trial.feasible and trial.index not in members]
    return (*by_worth(front, fitness), *by_worth(others, fitness))[:count]


def by_worth(trials: Sequence[Trial], fitness: EnvironmentalFitness) -> tuple[Trial, ...]:
    """Orders trials by environmental fitness, the best first; equals go by index."""
    return tuple(sorted(trials, key=lambda trial: (-worth(trial, fitness), trial.index)))


def worth(trial: Trial, fitness: EnvironmentalFitness) -> float:
    """Returns the environmental fitness of a finished trial."""
    return fitness(
        balanced_accuracy=trial.metric("balanced_accuracy"),
        robustness=trial.robustness,
        parameters=trial.metric("parameters"),
    )


def baselines(
    fitness: Fitness, *, like: Architecture, vocabulary_size: int, classes: int, repeats: int, teacher: bool = True
) -> Iterator[Candidate]:
    """Gives the baselines that every report shows beside the finalists.

    Args:
        fitness: Gives the scheme, and the schedule and class weights of the one without distillation.
        like: The student whose size and input the uniform Transformer takes over.
        vocabulary_size: Rows of the embedding table.
        classes: Classes of the task.
        repeats: Trainings of each trained baseline.
        teacher: Whether the teacher knows the test texts.
    """
    yield Candidate(name="majority class", model="majority")
    if teacher:
        yield Candidate(name="teacher", model="teacher")
    transformer = uniform_transformer(like=like, vocabulary_size=vocabulary_size, classes=classes)
    name = f"{_UNIFORM} {len(transformer.layout)}x{transformer.width}"
    alone = HardLabels(schedule=fitness.scheme.schedule, class_weights=fitness.scheme.class_weights)
    for repeat in range(repeats):
        yield bag_candidate(fitness, rank=like.input.rank, repeat=repeat)
        yield Candidate(name=name, architecture=transformer, scheme=fitness.scheme, repeat=repeat)
        yield Candidate(name=f"{name}{_ALONE}", architecture=transformer, scheme=alone, repeat=repeat)


def is_uniform_transformer(name: str) -> bool:
    """Says whether a baseline is the uniform Transformer that is distilled like the finalists."""
    return name.startswith(_UNIFORM) and not name.endswith(_ALONE)


def finalist_candidates(finalists: Sequence[Trial], fitness: Fitness, *, repeats: int) -> Iterator[Candidate]:
    """Gives the finalists' full-fidelity trainings; the name is the architecture's id."""
    for trial in finalists:
        for repeat in range(repeats):
            yield Candidate(
                name=trial.architecture.architecture_id,
                architecture=trial.architecture,
                scheme=fitness.scheme,
                repeat=repeat,
            )


def final_label(candidate: Candidate, trials: Sequence[Trial]) -> str:
    """Returns what people call one training of a baseline or finalist, such as ``"trial 3, seed 0"``."""
    trial = _trial_of(candidate, trials)
    name = candidate.name if trial is None else f"trial {trial.index}"
    return name if candidate.architecture is None else f"{name}, seed {candidate.repeat}"


def final_folder(directory: RunDirectory, candidate: Candidate, trials: Sequence[Trial]) -> Path:
    """Returns where the files of a baseline or finalist lie.

    Args:
        directory: The run directory.
        candidate: A baseline, or a finalist named by its architecture's id.
        trials: By whose index a finalist's folder is called.
    """
    trial = _trial_of(candidate, trials)
    if trial is not None:
        return directory.finalist_path(trial.proposal, repeat=candidate.repeat)
    name = candidate.name.lower().replace(",", "").replace(" ", "-")
    if candidate.architecture is not None:
        name = f"{name}-{candidate.architecture.architecture_id[:6]}"
    return directory.path / "baselines" / name / str(candidate.repeat)


def _trial_of(candidate: Candidate, trials: Sequence[Trial]) -> Trial | None:
    """Finds the trial that a finalist was; None for a baseline, whose name is no architecture's id."""
    return next((trial for trial in trials if trial.architecture.architecture_id == candidate.name), None)
