"""A student from its folder, run by whatever the folder holds. No torch where it is a graph."""

from pathlib import Path

from rosearch.core.protocols import Device, OnnxPrecision
from rosearch.students.onnx_student import ONNX_FILES, OnnxStudent
from rosearch.students.record import WEIGHTS_FILE
from rosearch.students.text_classifier import TextClassifier


def load_student(
    folder: str | Path, *, precision: OnnxPrecision | None = None, device: Device = "auto"
) -> TextClassifier:
    """Loads a student.

    Args:
        folder: What ``Student.save_pretrained`` or ``rosearch export --to onnx`` wrote.
        precision: Of an ONNX graph; None takes torch's weights where they are, else the most precise graph.
        device: Where torch runs; graphs run on the CPU.

    Raises:
        InputError: If a file is missing or damaged.
    """
    folder = Path(folder)
    present = [known for known, name in ONNX_FILES.items() if (folder / name).is_file()]
    if precision is None and ((folder / WEIGHTS_FILE).is_file() or not present):
        from rosearch.students.student import Student

        return Student.from_pretrained(folder, device=device)
    return OnnxStudent.from_pretrained(folder, precision=precision or present[0])
