"""Faster stand-ins for models under attack, by name. No torch where the model itself has none."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rosearch.attacks.screening import Screening
from rosearch.core.protocols import ScreeningKind, Victim

if TYPE_CHECKING:
    import torch

    from rosearch.students.student import Student

SMALLEST_WIDTH = 128
"""Of a network that gains from bfloat16; narrower ones spend their time elsewhere than in products."""


@runtime_checkable
class InBfloat16(Protocol):
    """A model that has a copy in bfloat16."""

    device: "torch.device"

    @property
    def width(self) -> int:
        """Width of the network."""
        ...

    def in_bfloat16(self) -> Victim:
        """Returns a copy that computes in bfloat16."""
        ...


def screening_of(victim: Victim, kind: ScreeningKind) -> Screening | None:
    """Returns the screening of a model.

    Args:
        victim: The model; one that has no such stand-in, as the majority class, is asked alone.
        kind: Which stand-in.

    Returns:
        To be shared by all attacks on this model; None for none.

    Raises:
        InputError: If the stand-in needs an extra that is not installed.
    """
    if kind == "auto":
        kind = "bfloat16" if isinstance(victim, InBfloat16) and _gains(victim) else "none"
    if kind == "bfloat16" and isinstance(victim, InBfloat16):
        return Screening(victim.in_bfloat16(), name=kind)
    if kind == "int8":
        from rosearch.students.student import Student

        return Screening(_in_int8(victim), name=kind) if isinstance(victim, Student) else None
    return None


def _gains(victim: InBfloat16) -> bool:
    from rosearch.device import computes_bfloat16

    return victim.width >= SMALLEST_WIDTH and computes_bfloat16(victim.device)


def _in_int8(student: "Student") -> Victim:
    import torch

    from rosearch.students.onnx_graph import onnx_graph, write_onnx
    from rosearch.students.onnx_student import ONNX_FILES, OnnxStudent

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_onnx(
            onnx_graph(student.network, max_length=student.max_length), folder / ONNX_FILES["int8"], precision="int8"
        )
        student.tokenizer.save(folder)
        student.record.write(folder)
        stand_in = OnnxStudent.from_pretrained(folder, precision="int8", threads=torch.get_num_threads())
    # In company its answers differ a little, which counts as an error like any other.
    stand_in.one_by_one = False
    return stand_in
