"""What a student can be exported to: who writes it, who loads it again, and how it is used."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, final

from rosearch.core.protocols import Victim
from rosearch.export.card import write_card
from rosearch.export.measured import MeasuredFile
from rosearch.export.origin import Origin

if TYPE_CHECKING:
    from rosearch.students.student import Student


class Format(ABC):
    """Base of the formats; the heavy libraries are imported where they work."""

    library: ClassVar[str]
    """Who loads it, by its name on the hub."""
    usage: ClassVar[str]
    """How, in Python; ``{folder}`` stands for the place."""

    @abstractmethod
    def write(self, student: "Student", folder: Path) -> Mapping[Path, Victim]:
        """Writes the files that answer, and returns each with what loads it.

        Args:
            student: On the CPU.
            folder: Where to write; made if needed.
        """

    @final
    def export(self, origin: Origin, student: "Student", folder: Path) -> Mapping[Path, Victim]:
        """Writes a student and its card.

        Args:
            origin: Where the student comes from.
            student: Loaded from there, on the CPU.
            folder: Where to write; made if needed.

        Returns:
            What `write` gave.
        """
        written = self.write(student, folder)
        self.describe(origin, folder)
        return written

    @final
    def describe(self, origin: Origin, folder: Path, *, files: Sequence[MeasuredFile] = ()) -> None:
        """Writes the card of what was exported, over one that is there.

        Args:
            origin: Where the student comes from.
            folder: Holds the files.
            files: What each was found to be worth; nothing where none was measured.
        """
        write_card(folder, origin, usage=self.usage.format(folder=folder.name), library=self.library, files=files)


@final
class HuggingFace(Format):
    """A directory for the transformers library."""

    library = "transformers"
    usage = """import rosearch  # or trust_remote_code=True, which runs the one file of code in this folder
from transformers import pipeline

classify = pipeline("text-classification", model="{folder}", truncation=True)
classify("A text of yours.")"""

    def write(self, student: "Student", folder: Path) -> Mapping[Path, Victim]:
        """Writes configuration, weights, code and tokenizer; see ``Format``."""
        from rosearch.export.hugging_face.directory import export_hugging_face
        from rosearch.export.hugging_face.loaded import LoadedModel
        from rosearch.students.record import WEIGHTS_FILE

        export_hugging_face(student, folder)
        return {folder / WEIGHTS_FILE: LoadedModel.from_pretrained(folder)}


@final
class Onnx(Format):
    """Graphs for onnxruntime."""

    library = "onnx"
    usage = """from rosearch import OnnxStudent  # imports no torch

student = OnnxStudent.from_pretrained("{folder}", precision="int8")
student.predict(["A text of yours."])"""

    def write(self, student: "Student", folder: Path) -> Mapping[Path, Victim]:
        """Writes a graph of each precision, and the tokenizer; see ``Format``."""
        from rosearch.export.onnx import export_onnx
        from rosearch.students.onnx_student import OnnxStudent

        paths = export_onnx(student, folder)
        return {path: OnnxStudent.from_pretrained(folder, precision=precision) for precision, path in paths.items()}


FORMATS: Mapping[str, Format] = {"huggingface": HuggingFace(), "onnx": Onnx()}
"""By the name that the command line uses."""
