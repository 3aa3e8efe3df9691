"""A whole search of self-made sentences that runs in seconds, as the files that a user would have."""

from pathlib import Path
from typing import Any

from rosearch.core.files import write_text
from rosearch.core.text import fields_of
from rosearch.data.task import Split, Task
from rosearch.store.toml import to_toml
from rosearch.testing.toy_task import toy_task
from rosearch.testing.toy_teacher import FINE_TUNING, write_toy_lexicon, write_toy_teacher


def write_toy_study(folder: Path, *, task: Task | None = None) -> Path:
    """Writes texts, a teacher, a lexicon and the configuration of a search on them.

    Everything is real and small: the teacher is fine-tuned, eight students are distilled and attacked, the best two
    are confirmed on test.

    Args:
        folder: Where the files shall stand.
        task: The texts; None means `toy_task`.

    Returns:
        The configuration, ``folder / "toy.toml"``.
    """
    task = task or toy_task()
    for name in ("train", "dev", "test"):
        write_split(folder / f"{name}.tsv", task, getattr(task, name))
    write_toy_teacher(folder / "teacher")
    write_toy_lexicon(folder / "lexicon.json")
    configuration = folder / "toy.toml"
    tables = toy_tables(folder.absolute())
    tables["task"]["text"] = _columns(task)
    write_text(configuration, to_toml(tables))
    return configuration


def write_split(path: Path, task: Task, split: Split) -> None:
    """Writes a split as TSV, its labels by name; the columns are ``text`` or ``first`` and ``second``, and ``label``.

    Args:
        path: The file.
        task: Gives the names.
        split: Gives the texts.
    """
    columns = _columns(task)
    rows = [[columns, "label"] if isinstance(columns, str) else [*columns, "label"]]
    for text, label in zip(split.texts, split.labels, strict=True):
        rows.append([*fields_of(text), task.label_names[label]])
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))


def _columns(task: Task) -> str | tuple[str, str]:
    return "text" if task.text_fields == 1 else ("first", "second")


def toy_tables(folder: Path) -> dict[str, Any]:
    """Returns the configuration as nested tables.

    Args:
        folder: Where the files stand.
    """
    pwws = {"kind": "pwws", "lexicon": {"kind": "table", "path": folder / "lexicon.json"}}
    files = {name: folder / f"{name}.tsv" for name in ("train", "dev", "test")}
    return {
        "seed": 0,
        "task": {"kind": "files", **files},
        "teacher": {
            "kind": "pretrained",
            "model": str(folder / "teacher"),
            "max_length": 32,
            "fine_tuning": dict(FINE_TUNING),
        },
        "space": {"preset": "tiny", "max_positions": 2, "max_nodes": 2, "widths": [16, 32], "ranks": [8, 16]},
        "strategy": {"kind": "evolution", "population": 4},
        "fitness": {
            "share": 0.5,
            "dev_examples": 20,
            "test_examples": 12,
            "attacks": [pwws],
            "scheme": {"kind": "plain", "schedule": {"epochs": 4, "learning_rate": 1e-2, "batch_size": 16}},
        },
        "search": {"trials": 8, "window": 2, "finalists": 2, "repeats": 2},
    }
