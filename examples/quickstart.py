"""RoSearch from Python: labelled text and a teacher go in, a small student that resists rewriting comes out.

Run `python examples/quickstart.py`: Rotten Tomatoes sentences and MiniLM (fetched once, 115 MB), a budget so tiny that
it only shows the way; about five minutes on two cores. Run it again: it resumes, and says at once what was found.
"""

from pathlib import Path

from rosearch import DagSpace, Evolution, Fitness, SearchSettings, Student, Study, Task, Teacher
from rosearch.core.events import Event, Notice
from rosearch.data.rotten_tomatoes import RottenTomatoes
from rosearch.data.task import TaskSource
from rosearch.search.events import FinalRecorded, TrialRecorded
from rosearch.search.summary import final_rows


def show(event: Event) -> None:
    """Prints what is worth a line; a study itself never prints."""
    if isinstance(event, Notice):
        print(event.text)
    elif isinstance(event, TrialRecorded) and event.trial.status == "done":
        print(f"trial {event.trial.index}: robust {event.trial.robust_accuracy:.0%}, right {event.trial.accuracy:.0%}")
    elif isinstance(event, FinalRecorded):
        print(f"on test {event.done}/{event.total}: {event.label}")


def search(task: Task | TaskSource, teacher: Teacher, *, space: DagSpace, fitness: Fitness, run_dir: Path) -> Student:
    """Searches, prints the finals on test, and returns the front's most robust student."""
    study = Study(
        task=task,
        teacher=teacher,
        space=space,
        strategy=Evolution(population=4),
        fitness=fitness,
        settings=SearchSettings(trials=6, window=2, finalists=1, repeats=1),
        run_dir=run_dir,
        seed=0,
    )
    study.run(listener=show)  # the same call resumes
    for row in final_rows(study.results):
        robust = ", ".join(
            f"{name} {figure.value:.0%} [{figure.low:.0%}, {figure.high:.0%}]" for name, figure in row.robust.items()
        )
        print(f"{row.name:27} right {row.accuracy:.0%}, {row.parameters / 1e6:.2f} M weights, under attack: {robust}")
    best = max(study.front, key=lambda trial: trial.robust_accuracy)
    best.student().save_pretrained(run_dir / "best")
    return Student.from_pretrained(run_dir / "best")


if __name__ == "__main__":
    student = search(
        RottenTomatoes(max_train=3000, max_dev=300, max_test=300),
        Teacher.from_pretrained("minilm", fine_tuning={"epochs": 1, "learning_rate": 1e-4, "frozen_layers": 3}),
        space=DagSpace.preset("tiny"),
        fitness=Fitness(attacks=["pwws"], unseen=["deepwordbug"], share=0.5, dev_examples=50, test_examples=30),
        run_dir=Path("runs/quickstart-python"),
    )
    print(student.predict(["A moving, clever film.", "Dull from the first minute to the last."]))
