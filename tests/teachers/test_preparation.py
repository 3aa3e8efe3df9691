"""From a checkpoint's name to a folder: once, whole, and movable."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rosearch.core.errors import ConfigError, TeacherError
from rosearch.core.events import Event, Notice
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.teachers import preparation
from rosearch.teachers.model import TeacherModel
from rosearch.teachers.pretrained import FineTuning, Pretrained
from rosearch.teachers.teacher import PreparedTeacher, Teacher


def quick(model: Path | str, **fields: Any) -> Teacher:
    return Teacher.from_pretrained(str(model), fine_tuning={"epochs": 1, "max_texts": 32}, max_length=32, **fields)


def assert_same(first: PreparedTeacher, second: PreparedTeacher) -> None:
    assert replace(first, folder=Path(), model_path=Path()) == replace(second, folder=Path(), model_path=Path())


def test_a_second_call_returns_at_once(
    toy_checkpoint: Path, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[Event] = []
    first = quick(toy_checkpoint).prepare(task, tmp_path, seeds=SeedTree(0), listener=heard.append)
    assert [event.text for event in heard if isinstance(event, Notice)] == [
        f"{toy_checkpoint} has no head for bad, good: it is fine-tuned."
    ]
    first.outputs(task.dev.texts)
    monkeypatch.setattr(TeacherModel, "load", lambda *_, **__: pytest.fail("loaded again"))
    heard.clear()
    second = quick(toy_checkpoint).prepare(task, tmp_path, seeds=SeedTree(0), listener=heard.append)
    assert second == first == PreparedTeacher.open(tmp_path)
    assert not heard
    assert len(second.outputs(task.dev.texts[:3])) == 3
    assert capfd.readouterr() == ("", "")


def test_the_same_seed_prepares_the_same_teacher(toy_checkpoint: Path, task: Task, tmp_path: Path) -> None:
    teachers = [
        quick(toy_checkpoint).prepare(task, tmp_path / str(number), seeds=SeedTree(seed))
        for number, seed in enumerate((0, 0, 1))
    ]
    assert_same(teachers[0], teachers[1])
    assert teachers[0].fingerprint != teachers[2].fingerprint


def test_a_folder_that_was_moved_is_as_good(toy_checkpoint: Path, task: Task, tmp_path: Path) -> None:
    before = quick(toy_checkpoint).prepare(task, tmp_path / "before", seeds=SeedTree(0))
    logits = np.array(before.outputs(task.dev.texts).logits)
    (tmp_path / "before").rename(tmp_path / "after")
    after = PreparedTeacher.open(tmp_path / "after")
    assert_same(before, after)
    assert after.model_path == tmp_path / "after" / "model"
    assert after.model().logits(task.dev.texts) == pytest.approx(logits, abs=1e-5)
    np.testing.assert_array_equal(after.outputs(task.dev.texts).logits, logits)
    assert len(after.word_embeddings()) == after.tokenizer().vocabulary_size


def test_a_checkpoint_with_a_head_is_used_where_it_lies(
    prepared_teacher: PreparedTeacher, task: Task, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(prepared_teacher.model_path, source)
    teacher = quick(source).prepare(task, tmp_path / "run", seeds=SeedTree(0))
    assert not teacher.fine_tuned
    assert teacher.model_path == source
    assert not (tmp_path / "run" / "model").exists()
    assert teacher.dev_accuracy == prepared_teacher.dev_accuracy
    assert teacher.fingerprint == prepared_teacher.fingerprint
    opened = PreparedTeacher.open(tmp_path / "run")
    assert opened == teacher
    shutil.rmtree(source)
    with pytest.raises(TeacherError, match="no such directory"):
        opened.model()


def test_outputs_are_asked_once(
    prepared_teacher: PreparedTeacher, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = replace(prepared_teacher, folder=tmp_path)
    model = teacher.model()
    asked: list[Any] = []
    outputs = TeacherModel.outputs

    def spy(self: TeacherModel, texts: Sequence[Any]) -> Any:
        asked.extend(texts)
        return outputs(self, texts)

    monkeypatch.setattr(TeacherModel, "outputs", spy)
    texts = task.dev.texts
    found = teacher.outputs(texts[:40])
    assert sorted(asked) == sorted(texts[:40])
    assert found.logits == pytest.approx(model.logits(texts[:40]), abs=1e-5)
    assert found.pooled.shape == (40, teacher.hidden_size)
    assert found.pooled[np.arange(40)] == pytest.approx(outputs(model, texts[:40]).pooled, abs=1e-2)
    asked.clear()
    again = teacher.outputs(texts[:41])
    assert asked == [texts[40]]
    np.testing.assert_array_equal(again.logits[:40], found.logits)
    asked.clear()
    teacher.outputs(texts[:41])
    assert not asked


def test_the_fingerprint_names_weights_and_length(
    prepared_teacher: PreparedTeacher, task: Task, tmp_path: Path
) -> None:
    shorter = Teacher.from_pretrained(str(prepared_teacher.model_path), max_length=31)
    assert shorter.prepare(task, tmp_path, seeds=SeedTree(0)).fingerprint != prepared_teacher.fingerprint


def test_the_source_is_named_by_its_content_and_not_by_its_place(toy_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(toy_checkpoint, tmp_path / "copy")
    assert quick(toy_checkpoint).source_fingerprint() == quick(tmp_path / "copy").source_fingerprint()
    (tmp_path / "copy" / "README.md").write_text("no part of it")
    assert quick(toy_checkpoint).source_fingerprint() == quick(tmp_path / "copy").source_fingerprint()
    assert quick("a/hub-id").source_fingerprint() != quick("another/hub-id").source_fingerprint()


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.txt",
        "spiece.model",
    ],
)
def test_a_changed_file_of_the_checkpoint_makes_another_teacher(
    prepared_teacher: PreparedTeacher, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(prepared_teacher.model_path, folder)
    assert preparation._name(folder, 32) == prepared_teacher.fingerprint
    source = quick(folder).source_fingerprint()
    with (folder / name).open("ab") as handle:
        handle.write(b" ")
    assert preparation._name(folder, 32) != prepared_teacher.fingerprint
    assert quick(folder).source_fingerprint() != source


def test_inputs_beyond_the_positions_are_refused_before_any_work(
    toy_checkpoint: Path, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "fine_tune", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(
        TeacherError, match=r"max_length = 4096: the checkpoint has positions for \d+ word pieces\. Set"
    ):
        Teacher.from_pretrained(str(toy_checkpoint), max_length=4096).prepare(task, tmp_path / "run", seeds=SeedTree(0))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no prepared teacher"),
        ("{", "cannot be read"),
        ("{}", "cannot be read: KeyError"),
        ("[]", "cannot be"),
    ],
)
def test_a_folder_without_a_whole_teacher_is_named(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "teacher.json").write_text(content)
    with pytest.raises(TeacherError, match=f"{tmp_path.name}.*{message}"):
        PreparedTeacher.open(tmp_path)


def test_a_tokenizer_that_students_cannot_use_is_refused_before_any_training(
    toy_checkpoint: Path, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "fine_tune", lambda *_, **__: pytest.fail("trained"))
    folder = tmp_path / "checkpoint"
    shutil.copytree(toy_checkpoint, folder)
    with_more = TeacherModel.load(folder, label_names=task.label_names, max_length=32).tokenizer
    with_more.add_tokens(["[NEW]"])
    with_more.save_pretrained(folder)
    with pytest.raises(TeacherError, match=r"tokenizer has 1\d\d word pieces and its embedding table 1\d\d rows"):
        quick(folder).prepare(task, tmp_path / "run", seeds=SeedTree(0))

    class Slow:
        pad_token_id = 0

    load = TeacherModel.load

    def slow(*arguments: Any, **keywords: Any) -> TeacherModel:
        model = load(*arguments, **keywords)
        model.tokenizer = Slow()
        return model

    monkeypatch.setattr(TeacherModel, "load", slow)
    with pytest.raises(TeacherError, match="Slow has no fast version"):
        quick(toy_checkpoint).prepare(task, tmp_path / "run", seeds=SeedTree(0))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "fields", [{"max_length": 3}, {"fine_tuning": {"epochs": 0}}, {"fine_tuning": {"max_texts": 0}}]
)
def test_settings_that_cannot_be_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must"):
        Teacher.from_pretrained("x", **fields)
    assert Teacher.from_pretrained("x") == Pretrained(model="x", fine_tuning=FineTuning())
