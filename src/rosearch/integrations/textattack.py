"""Students as victims of TextAttack, for its own command line and scripts.

To be imported where TextAttack is installed. For the other way round, TextAttack's recipes on a model that stays here,
see ``rosearch.attacks.textattack``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from textattack.models.wrappers import ModelWrapper

from rosearch.core.protocols import FloatArray, OnnxPrecision, Text, Victim
from rosearch.students.loading import load_student


@final
class StudentWrapper(ModelWrapper):  # type: ignore[misc]
    """Gives TextAttack the probabilities of a student, or of any model that gives logits.

    >>> attack = PWWSRen2019.build(StudentWrapper("students/mine"))
    >>> attack.attack("A text that the student has right.", 1)

    Args:
        student: The folder of a student or of its ONNX export; or an object with ``logits``.
        precision: Of an ONNX export: which of its graphs.

    Raises:
        InputError: If the folder holds no student.

    Differences from TextAttack's wrapper of Hugging Face models: texts are padded to the longest of their batch, not to
    512 word pieces, which changes nothing but the time; probabilities are float64, so that those near 1 differ; there
    are no gradients, so that recipes that read them do not run.
    """

    def __init__(self, student: str | Path | Victim, *, precision: OnnxPrecision | None = None) -> None:
        self.model = load_student(student, precision=precision) if isinstance(student, str | Path) else student

    def __call__(self, text_input_list: Sequence[Text], **_: Any) -> FloatArray:
        """Returns probabilities, shape ``(len(text_input_list), classes)``."""
        logits = self.model.logits(list(text_input_list))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: FloatArray = powers / powers.sum(axis=1, keepdims=True)
        return probabilities
