"""Students as ONNX graphs: any batch and length, in three precisions, from the network as it stands.

Shapes: B batch, L tokens, K character features of a word, C classes.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from rosearch.core.errors import InputError
from rosearch.core.files import whole_file
from rosearch.core.protocols import OnnxPrecision
from rosearch.students.network import StudentNetwork

try:
    import onnx
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata
    from onnxruntime.transformers.float16 import convert_float_to_float16
    from onnxscript.optimizer import fold_constants, remove_unused_nodes

    from rosearch.students.onnx_translations import OPSET, TRANSLATIONS
except ImportError as error:
    raise InputError(f"ONNX export needs {error.name}. Install it with pip install 'rosearch[onnx]'.") from None

QUANTISED = ("MatMul", "Gemm", "Gather")
"""What int8 replaces: linear maps and the embedding table. Convolutions stay: onnxruntime's integer ones are slower."""


class LogitsOnly(nn.Module):
    """A student that takes what its tokenizer gives under the names that others expect, and gives logits.

    Args:
        network: The student.
    """

    def __init__(self, network: StudentNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, character_ids: Tensor | None = None) -> Tensor:
        """Returns logits, shape BC; inputs have shapes BL, BL and BLK."""
        return self.network(input_ids, attention_mask, character_ids).logits_BC  # type: ignore[no-any-return]


def onnx_graph(network: StudentNetwork, *, max_length: int) -> "onnx.ModelProto":
    """Returns a network as a graph in float32.

    Inputs ``input_ids`` and ``attention_mask``, int64, shape ``(batch, length)``, and for a student that reads them
    ``character_ids``, int64, shape ``(batch, length, features)``; output ``logits``, shape ``(batch, classes)``.

    Args:
        network: On the CPU; it is left in evaluation mode.
        max_length: Longest input in word pieces that the graph will take.
    """
    network.input.reserve_positions(max_length)
    shape = (2, max(2, max_length // 2))
    inputs = {"input_ids": torch.ones(shape, dtype=torch.int64), "attention_mask": torch.ones(shape, dtype=torch.int64)}
    if network.input.characters is not None:
        inputs["character_ids"] = torch.ones(*shape, 3, dtype=torch.int64)
    return traced(LogitsOnly(network), inputs, max_length=max_length)


def traced(module: nn.Module, inputs: dict[str, Tensor], *, max_length: int) -> "onnx.ModelProto":
    """Returns the graph of any classifier.

    Args:
        module: Takes the inputs by name, gives logits; it is left in evaluation mode.
        inputs: Examples, each with sizes of its own: batch, length, and for some a third.
        max_length: Longest input in word pieces that the graph will take.
    """
    sizes = (torch.export.Dim("batch"), torch.export.Dim("length", max=max_length), torch.export.Dim("features"))
    with _quiet():
        program = torch.onnx.export(
            module.eval(),
            kwargs=inputs,
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes={name: dict(enumerate(sizes[: tensor.ndim])) for name, tensor in inputs.items()},
            output_names=["logits"],
            custom_translation_table=dict(TRANSLATIONS),
            verbose=False,
        )
    assert program is not None  # noqa: S101 - only the older exporter gives nothing
    # Weights that several places share are transposed at each run unless they are folded, and then not quantised.
    fold_constants(program.model, should_fold=lambda node: True if node.op_type == "Transpose" else None)
    remove_unused_nodes(program.model)
    # Where each node came from names files of the machine that exported.
    ClearMetadataAndDocStringPass()(program.model)
    return program.model_proto


def write_onnx(graph: "onnx.ModelProto", path: Path, *, precision: OnnxPrecision = "float32") -> None:
    """Writes a graph to one file.

    float16 halves the file, and is slower than float32 on most CPUs, which compute it by way of float32. int8 stores
    linear maps and the embedding table in 8 bits, and multiplies in 8 bits with a scale found at each run.

    Args:
        graph: What `onnx_graph` gave.
        path: The file.
        precision: Of weights and products; inputs and outputs stay as they are.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(graph)
    with whole_file(path) as temporary:
        if precision == "int8":
            add_pre_process_metadata(copy)
            quantize_dynamic(
                copy, temporary, op_types_to_quantize=list(QUANTISED), weight_type=QuantType.QInt8, per_channel=True
            )
        else:
            onnx.save(convert_float_to_float16(copy, keep_io_types=True) if precision == "float16" else copy, temporary)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the exporter's notices about itself off the terminal: the library never prints."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
