from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rosearch import DagSpace, Fitness, Study, Task, Teacher
from rosearch.testing.toy_teacher import FINE_TUNING

LINES = 60


def test_the_quickstart_runs_on_toys_and_resumes(
    load: Callable[[Path], ModuleType],
    root: Path,
    task: Task,
    toy_checkpoint: Path,
    toy_lexicon: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = root / "examples" / "quickstart.py"
    assert len(example.read_text(encoding="utf-8").splitlines()) <= LINES
    quickstart = load(example)

    def run() -> list[str]:
        student = quickstart.search(
            task,
            Teacher.from_pretrained(str(toy_checkpoint), fine_tuning=dict(FINE_TUNING), max_length=32),
            space=DagSpace.preset("tiny", max_positions=2, max_nodes=2, widths=(16, 32), ranks=(8, 16)),
            fitness=Fitness(
                scheme={"kind": "plain", "schedule": {"epochs": 6, "learning_rate": 1e-2, "batch_size": 16}},
                attacks=[{"kind": "pwws", "lexicon": {"kind": "table", "path": str(toy_lexicon)}}],
                unseen=["deepwordbug"],
                share=0.5,
                dev_examples=20,
                test_examples=20,
            ),
            run_dir=tmp_path / "run",
        )
        predicted: list[str] = student.predict(task.test.texts)
        return predicted

    predicted = run()
    printed = capsys.readouterr().out
    assert "trial 5: robust" in printed
    assert "majority class" in printed and "not distilled" in printed
    gold = [task.label_names[label] for label in task.test.labels]
    assert sum(guess == label for guess, label in zip(predicted, gold, strict=True)) > 0.7 * len(gold)

    journal = (tmp_path / "run" / "journal.jsonl").read_bytes()
    assert run() == predicted
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == journal
    assert Study.open(tmp_path / "run").finished
