"""From a checkpoint's name to a folder that distillation can read."""

import errno
import os
import re
from pathlib import Path

from safetensors import SafetensorError

from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.files import write_json
from rosearch.core.fingerprint import fingerprint
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.hub import quiet_transformers
from rosearch.teachers.fine_tuning import dev_accuracy, fine_tune
from rosearch.teachers.model import TeacherModel
from rosearch.teachers.pieces import Pieces, locate
from rosearch.teachers.pretrained import Pretrained, checkpoint_hashes
from rosearch.teachers.teacher import PreparedTeacher


def prepare(
    settings: Pretrained, task: Task, folder: Path, *, seeds: SeedTree, listener: Listener = ignore
) -> PreparedTeacher:
    """Loads a checkpoint, fine-tunes it where its head does not fit, and writes all that distillation needs.

    Args:
        settings: Which checkpoint, and how to train it.
        task: What it must classify.
        folder: Where the files stand afterwards; ``teacher.json`` is written last.
        seeds: The branch of the seed tree for fine-tuning.
        listener: Hears the progress.

    Raises:
        TeacherError: If the model cannot be loaded or does not fit the task.
    """
    source = locate(settings.model, listener)
    model = TeacherModel.load(
        source,
        label_names=task.label_names,
        max_length=settings.max_length,
        seed=seeds.child("head").integer(),
    )
    pieces = Pieces.of(model.tokenizer, model.network)
    if model.head_is_fresh:
        listener(Notice(text=f"{settings.model} has no head for {', '.join(task.label_names)}: it is fine-tuned."))
        accuracy = fine_tune(model, task, settings.fine_tuning, seeds=seeds, listener=listener)
    else:
        accuracy = dev_accuracy(model, task)
    local = Path(source)
    model_path = local if local.is_dir() and not model.head_is_fresh else _save(model, folder)
    pieces.save(folder)
    teacher = PreparedTeacher(
        folder=folder,
        model_path=model_path,
        fingerprint=_name(model_path, settings.max_length),
        label_names=task.label_names,
        hidden_size=int(model.network.config.hidden_size),
        max_length=settings.max_length,
        parameters=sum(weight.numel() for weight in model.network.parameters()),
        dev_accuracy=accuracy,
        fine_tuned=model.head_is_fresh,
    )
    write_json(folder / "teacher.json", teacher.to_record())
    return teacher


def _save(model: TeacherModel, folder: Path) -> Path:
    """Writes the classifier as a Hugging Face directory, so that the run needs neither hub nor package again."""
    path = folder / "model"
    with quiet_transformers():
        try:
            model.network.save_pretrained(path)
        except SafetensorError as error:
            raise _of_the_system(error) from error
        model.tokenizer.save_pretrained(path)
    return path


def _of_the_system(error: SafetensorError) -> OSError:
    """Returns the error of the system that safetensors only quotes, such as ``(os error 28)`` of a full disk."""
    quoted = re.search(r"os error (\d+)", str(error))
    number = int(quoted[1]) if quoted else errno.EIO
    return OSError(number, os.strerror(number))


def _name(model_path: Path, max_length: int) -> str:
    return fingerprint([max_length, checkpoint_hashes(model_path)])
