"""A student as onnxruntime runs it: without torch."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np

from rosearch.core.errors import InputError
from rosearch.core.protocols import BoolArray, FloatArray, IntArray, OnnxPrecision
from rosearch.data.tokenization import Tokenizer
from rosearch.students.record import StudentRecord, read_tokenizer
from rosearch.students.text_classifier import TextClassifier

if TYPE_CHECKING:
    import onnxruntime

ONNX_FILES: dict[OnnxPrecision, str] = {
    "float32": "model.onnx",
    "float16": "model_fp16.onnx",
    "int8": "model_int8.onnx",
}
"""Where the graph of each precision stands in a folder, by the names that transformers.js looks for."""

ERRORS_ONLY = 3


@final
class OnnxStudent(TextClassifier):
    """An exported student.

    Args:
        session: Of onnxruntime; takes what `onnx_graph` says, gives ``logits``.
        tokenizer: Shared with the teacher that the student was distilled from.
        label_names: Names of the classes, in the order of the logits.
        max_length: Longest input in word pieces; what is beyond is cut off.
        one_by_one: Whether each text is run by itself. A graph in int8 finds one scale for all values of a batch, and
            would answer differently in other company.
    """

    def __init__(
        self,
        session: "onnxruntime.InferenceSession",
        tokenizer: Tokenizer,
        *,
        label_names: tuple[str, ...],
        max_length: int,
        one_by_one: bool = False,
    ) -> None:
        super().__init__(tokenizer, label_names=label_names, max_length=max_length)
        self.session = session
        self.one_by_one = one_by_one

    def _batch_logits(self, ids: IntArray, mask: BoolArray, characters: IntArray | None) -> FloatArray:
        inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        if characters is not None:
            inputs["character_ids"] = characters
        if not self.one_by_one or len(ids) == 1:
            return self._run(inputs)
        # Without padding, which would have a say in the scale.
        lengths = mask.sum(axis=1)
        return np.concatenate(
            [
                self._run({name: array[row : row + 1, :length] for name, array in inputs.items()})
                for row, length in enumerate(lengths)
            ]
        )

    def _run(self, inputs: dict[str, IntArray]) -> FloatArray:
        (logits,) = self.session.run(["logits"], inputs)
        return logits.astype(np.float64)  # type: ignore[no-any-return]  # sessions are not typed

    @classmethod
    def from_pretrained(
        cls, folder: str | Path, *, precision: OnnxPrecision = "float32", threads: int | None = None
    ) -> Self:
        """Reads what ``rosearch export --to onnx`` wrote.

        Args:
            folder: Holds ``student.json``, the tokenizer and the graph of the precision.
            precision: Which of the graphs to run.
            threads: For one forward pass; None leaves it to onnxruntime, which takes all cores.

        Raises:
            InputError: If a file is missing or damaged, or onnxruntime is not installed.
        """
        folder = Path(folder)
        record = StudentRecord.read(folder)
        return cls(
            open_session(folder / ONNX_FILES[precision], threads),
            read_tokenizer(folder),
            label_names=record.label_names,
            max_length=record.max_length,
            one_by_one=precision == "int8",
        )


def open_session(path: Path, threads: int | None = None) -> "onnxruntime.InferenceSession":
    """Returns a graph, ready to run on the CPU.

    Args:
        path: The graph.
        threads: For one forward pass; None leaves it to onnxruntime.

    Raises:
        InputError: If the file is missing or damaged, or onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError:
        raise InputError("onnxruntime is not installed. Install it with pip install 'rosearch[onnx]'.") from None
    if not path.is_file():
        raise InputError(f"{path}: no such file. Write it with rosearch export --to onnx, or choose another precision.")
    options: Any = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = threads or 0
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library has a class of error for each of its codes, without a common one
        raise InputError(f"{path}: not a graph that onnxruntime runs: {error}. Export the student again.") from None
