"""A folder that runs a student on onnxruntime: graphs, tokenizer, names of classes."""

from collections.abc import Collection
from pathlib import Path

from rosearch.core.protocols import OnnxPrecision
from rosearch.students.onnx_graph import onnx_graph, write_onnx
from rosearch.students.onnx_student import ONNX_FILES
from rosearch.students.student import Student


def export_onnx(
    student: Student, folder: str | Path, *, precisions: Collection[OnnxPrecision] = tuple(ONNX_FILES)
) -> dict[OnnxPrecision, Path]:
    """Writes what ``OnnxStudent.from_pretrained`` reads; ``student.json`` comes last.

    Graphs of other precisions that lie in the folder are removed: they would be another student's.

    Args:
        student: On the CPU.
        folder: Where to write; made if needed.
        precisions: One graph for each.

    Returns:
        The graphs.
    """
    folder = Path(folder)
    graph = onnx_graph(student.network, max_length=student.max_length)
    for name in ONNX_FILES.values():
        (folder / name).unlink(missing_ok=True)
    paths = {precision: folder / ONNX_FILES[precision] for precision in precisions}
    for precision, path in paths.items():
        write_onnx(graph, path, precision=precision)
    student.tokenizer.save(folder)
    student.record.write(folder)
    return paths
