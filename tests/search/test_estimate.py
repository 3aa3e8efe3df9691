"""The arithmetic of an estimate, and what a rehearsal measures."""

import time
from dataclasses import replace

import pytest

from rosearch.core.events import Progress
from rosearch.data.task import Task
from rosearch.fitness.rehearsal import few_texts
from rosearch.fitness.stopwatch import Stopwatch
from rosearch.fitness.times import AttackNeeds, StudentTimes, TeacherTimes
from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.estimate import Estimate, Estimator, Rehearsed, TextCounts
from rosearch.search.results import Extent, Results

TIMES = StudentTimes(build_s=1.0, step_s=0.1, answer_s=0.001, parameters=1000.0)
REHEARSED = Rehearsed(
    teacher=TeacherTimes(load_s=2.0, step_s=0.5, output_s=0.01, answer_s=0.1, model_bytes=5000.0, output_bytes=10.0),
    missing_outputs=None,
    needs=AttackNeeds(
        right=0.5,
        queries={
            "pwws-margin": 100.0,
            "pwws-probability": 10.0,
            "deepwordbug-margin": 20.0,
            "deepwordbug-probability": 2.0,
        },
        beside_s=0.0,
        text_bytes=100.0,
        student_bytes=500.0,
    ),
    bag=replace(TIMES, step_s=0.01),
    transformer=TIMES,
    students=(TIMES, replace(TIMES, step_s=0.3, parameters=3000.0)),
)


def configuration(**search: int) -> Configuration:
    return Configuration(search=SearchSettings(**{"trials": 10, "finalists": 2, "repeats": 2, **search}))


def estimate(task: Task, settings: Configuration, results: Results | None = None, *, cores: int = 1) -> Estimate:
    return Estimator(settings, TextCounts.of(task), results or Results(), REHEARSED, cores=cores).estimate()


def seconds(found: Estimate) -> dict[str, float]:
    return {stage.name: stage.seconds for stage in found.stages}


def test_each_stage_is_what_it_takes_as_often_as_it_comes(task: Task) -> None:
    settings = configuration()
    found = seconds(estimate(task, settings))
    epochs, batch = settings.fitness.scheme.schedule.epochs, settings.fitness.scheme.schedule.batch_size
    steps = -(-len(task.train) // batch) * epochs
    assert found["teacher: fine-tuning"] == pytest.approx(0.5 * settings.teacher.training_steps(len(task.train)))
    assert found["teacher: outputs"] == pytest.approx(2.4)
    assert found["trials: training"] == pytest.approx(10 * (1.0 + 0.2 * steps * settings.fitness.share))
    # All of dev is asked once; half of its texts are right, and attacked.
    assert found["trials: attacks"] == pytest.approx(10 * 0.001 * (60 + 30 * 100))
    assert found["finals: attacks on the teacher"] == pytest.approx(0.1 * (60 + 60 + 55 + 30 * 132))
    trainings = 2 * (1.0 + 0.01 * steps) + 4 * (1.0 + 0.1 * steps) + 4 * (1.0 + 0.2 * steps)
    assert found["finals: training"] == pytest.approx(trainings)
    assert estimate(task, settings).seconds == pytest.approx(sum(found.values()))


def test_several_workers_share_the_trials_and_no_more_than_there_are_cores(task: Task) -> None:
    alone = seconds(estimate(task, configuration()))
    processes = Configuration.from_tables(
        {"search": {"trials": 10, "executor": {"kind": "processes", "workers": 4}}}, where="here"
    )
    together = estimate(task, processes, cores=2)
    assert together.workers == 2
    assert seconds(together)["trials: training"] == pytest.approx(alone["trials: training"] / 1.8)
    assert seconds(together)["teacher: outputs"] == alone["teacher: outputs"]


def test_what_is_on_record_is_left_out(task: Task) -> None:
    done = Results(completed=Extent(trials=10, finalists=2))
    assert estimate(task, configuration(), done).stages == ()
    assert estimate(task, configuration(), done).to_record()["dominant"] is None
    assert seconds(estimate(task, configuration(trials=11), done))["trials: training"] > 0
    found = Estimator(
        configuration(), TextCounts.of(task), Results(), replace(REHEARSED, missing_outputs=40), cores=1
    ).estimate()
    assert "teacher: fine-tuning" not in seconds(found)
    assert seconds(found)["teacher: outputs"] == pytest.approx(0.4)


def test_without_finalists_there_are_no_finals(task: Task) -> None:
    found = estimate(task, configuration(finalists=0))
    assert not any(name.startswith("finals") for name in seconds(found))
    assert found.disk_bytes["finals"] == 0


def test_trials_within_a_time_leave_room_for_everything_else(task: Task) -> None:
    found = estimate(task, configuration())
    assert found.trials_within(found.seconds / 3600) in (9, 10)
    assert found.trials_within(0) == 0


def test_disk_counts_weights_results_and_outputs(task: Task) -> None:
    everything = replace(configuration(), search=replace(configuration().search, keep="all"))
    disk = estimate(task, everything).disk_bytes
    assert disk["teacher"] == 5000 + 240 * 10
    assert disk["trials"] == 10 * (4 * 2000 + 500 + 200 * 100 + 6000)
    front = estimate(task, configuration()).disk_bytes
    assert 10 * (200 * 100 + 6000) < front["trials"] < disk["trials"]
    assert front["finals"] == disk["finals"]


def test_a_stopwatch_counts_from_the_first_unit_to_the_first_mention_of_the_last() -> None:
    watch = Stopwatch()
    for done in (1, 2, 3, 3):
        watch(Progress(stage="trial 1: training", done=done, total=3))
        time.sleep(0.05)
    assert watch.unit_s("training") == pytest.approx(0.05, abs=0.03)
    assert watch.unit_s("attack") == 0


def test_few_texts_keep_every_class(task: Task) -> None:
    few = few_texts(task, seed=0)
    assert len(few.dev) == 48
    assert set(few.train.labels) == {0, 1}
    assert set(few.dev.texts) <= set(task.dev.texts)
    assert few_texts(task, seed=0).fingerprint == few.fingerprint != few_texts(task, seed=1).fingerprint
