"""Searches for small text classifiers that stay right when somebody rewrites their input.

>>> study = Study(task=Task.from_files(train="train.tsv"), run_dir="runs/mine", fitness=Fitness(attacks=["pwws"]))
>>> study.run(trials=100)  # the same call resumes
>>> best = max(study.front, key=lambda trial: trial.robust_accuracy)
>>> best.student().save_pretrained("students/mine")
"""

import importlib
from typing import TYPE_CHECKING, Any

from rosearch.core.version import __version__ as __version__
from rosearch.export.hugging_face.registration import register

if TYPE_CHECKING:
    from rosearch.attacks.deepwordbug import DeepWordBug as DeepWordBug
    from rosearch.attacks.pwws import PWWS as PWWS
    from rosearch.data.task import Task as Task
    from rosearch.distillation.plain import Plain as Plain
    from rosearch.distillation.schedule import Schedule as Schedule
    from rosearch.export.hugging_face.configuration import RoSearchConfig as RoSearchConfig
    from rosearch.export.hugging_face.directory import export_hugging_face as export_hugging_face
    from rosearch.export.hugging_face.modeling import (
        RoSearchForSequenceClassification as RoSearchForSequenceClassification,
    )
    from rosearch.export.hugging_face.tokenization import RoSearchTokenizer as RoSearchTokenizer
    from rosearch.export.onnx import export_onnx as export_onnx
    from rosearch.fitness.fitness import Fitness as Fitness
    from rosearch.integrations.scikit_learn import RoSearchClassifier as RoSearchClassifier
    from rosearch.search.configuration import Configuration as Configuration
    from rosearch.search.configuration import SearchSettings as SearchSettings
    from rosearch.search.evolution import Evolution as Evolution
    from rosearch.search.random_search import RandomSearch as RandomSearch
    from rosearch.search.study import Study as Study
    from rosearch.space.architecture import Architecture as Architecture
    from rosearch.space.space import DagSpace as DagSpace
    from rosearch.students.onnx_student import OnnxStudent as OnnxStudent
    from rosearch.students.student import Student as Student
    from rosearch.teachers.teacher import Teacher as Teacher

_HOMES = {
    "Architecture": "rosearch.space.architecture",
    "Configuration": "rosearch.search.configuration",
    "DagSpace": "rosearch.space.space",
    "DeepWordBug": "rosearch.attacks.deepwordbug",
    "Evolution": "rosearch.search.evolution",
    "Fitness": "rosearch.fitness.fitness",
    "OnnxStudent": "rosearch.students.onnx_student",
    "PWWS": "rosearch.attacks.pwws",
    "Plain": "rosearch.distillation.plain",
    "RoSearchClassifier": "rosearch.integrations.scikit_learn",
    "RoSearchConfig": "rosearch.export.hugging_face.configuration",
    "RoSearchForSequenceClassification": "rosearch.export.hugging_face.modeling",
    "RoSearchTokenizer": "rosearch.export.hugging_face.tokenization",
    "RandomSearch": "rosearch.search.random_search",
    "Schedule": "rosearch.distillation.schedule",
    "SearchSettings": "rosearch.search.configuration",
    "Student": "rosearch.students.student",
    "Study": "rosearch.search.study",
    "Task": "rosearch.data.task",
    "Teacher": "rosearch.teachers.teacher",
    "export_hugging_face": "rosearch.export.hugging_face.directory",
    "export_onnx": "rosearch.export.onnx",
}

__all__ = ["__version__", *_HOMES]

# The Auto classes of the transformers library find students from now on; it is not imported for that.
register()


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used, so that ``import rosearch`` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rosearch' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Lists the public names, imported or not."""
    return sorted(__all__)
