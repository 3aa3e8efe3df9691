"""`rosearch predict`: texts in, labels and probabilities out."""

import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, cast, final

import typer

from rosearch.cli import completion
from rosearch.cli.console import messages, tell
from rosearch.cli.options import SkipOption
from rosearch.cli.predictions import Format, format_of, writer_of
from rosearch.core.errors import InputError, TaskError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.protocols import OnnxPrecision

if TYPE_CHECKING:
    from rosearch.cli.attacked_model import AttackedModel
    from rosearch.cli.predictions import Writer
    from rosearch.core.protocols import Text
    from rosearch.data.unlabelled import ByteStream, Item, Unlabelled

ModelArgument = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A student's folder, in torch or as ONNX; a run directory: its best; a Hugging Face classifier's.",
        show_default=False,
        autocompletion=completion.models,
    ),
]


def command(
    model: ModelArgument,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A text on each line; or CSV, TSV, JSON lines or Parquet. Standard input if left out.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text",
            metavar="FIELD",
            help='Of the text, in a table; twice for pairs. Default: "text". With it, standard input is JSON lines.',
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: by the suffix of --out, else tsv.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write here, whole or not at all.", show_default=False),
    ] = None,
    trial: Annotated[
        int | None,
        typer.Option("--trial", help="Of a run.", show_default=False, autocompletion=completion.trials),
    ] = None,
    precision: Annotated[
        OnnxPrecision | None, typer.Option("--precision", help="Of an exported student.", show_default=False)
    ] = None,
    skip_bad_rows: SkipOption = False,
) -> None:
    """Classify texts: a line for each, in their order, with the probability of every class."""
    if text is not None and len(text) > 2:
        raise InputError(f"--text names {len(text)} fields; a text has one or two.")
    if out is not None and file is not None and out.absolute() == file.absolute():
        raise InputError(f"{out}: is the file of the texts. Give another one for the predictions.")
    form = format_of(out, form)
    classifier = _open(model, trial, precision)
    batches = _texts(file, tuple(text or ()))
    # Before anything is written, as the file may not be there.
    first = next(batches, [])
    # The stream comes first: bars take standard output over, for what else is printed meanwhile.
    with _opened(out) as stream, _progress(stream) as display:
        work = Predictions(classifier, writer_of(form, stream, classifier.label_names), skip=skip_bad_rows)
        for batch in itertools.chain([first], batches):
            work.take(batch, str(file or "standard input"))
            stream.flush()
            display(Progress(stage="predicting", done=work.done, total=0, unit="texts"))
        display(Progress(stage="predicting", done=work.done, total=work.done, unit="texts"))
    for sentence in work.remarks():
        tell(sentence)


def _open(model: Path, trial: int | None, precision: OnnxPrecision | None) -> "AttackedModel":
    from rosearch.cli.attacked_model import folder_of, graph_precision, is_foreign_checkpoint, open_model
    from rosearch.export.origin import Origin

    folder = folder_of(model)
    if not is_foreign_checkpoint(folder):
        folder = Origin.find(folder, trial).folder
    return open_model(folder, labels=None, precision=precision or graph_precision(model))


def _texts(file: Path | None, fields: tuple[str, ...]) -> "Iterator[list[Item]]":
    from rosearch.data.unlabelled import texts_in_file, texts_in_stream

    if file is not None:
        return texts_in_file(file, fields or ("text",))
    if sys.stdin.isatty():
        tell("Reading texts from the terminal, one a line; Ctrl-D ends.")
    return texts_in_stream(cast("ByteStream", sys.stdin.buffer), fields)


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    """Opens what predictions go to; a file comes to its place when all are there."""
    from rosearch.core.files import whole_file

    if out is None:
        yield sys.stdout
        return
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8") as stream:
        yield stream


@contextmanager
def _progress(stream: TextIO) -> Iterator[Listener]:
    """Shows the progress; on a terminal where the predictions appear, these are progress enough."""
    from rosearch.cli.progress import showing_progress

    if stream.isatty():
        yield ignore
        return
    with showing_progress(messages) as display:
        yield display


@final
class Predictions:
    """Classifies texts as they come, and counts what was odd about them.

    Args:
        model: The classifier.
        writer: Takes its answers.
        skip: Whether rows that hold no text are left out; otherwise the first one is an error.
    """

    def __init__(self, model: "AttackedModel", writer: "Writer", *, skip: bool) -> None:
        self.done = 0
        """Texts that were classified."""
        self._model, self._writer, self._skip = model, writer, skip
        self._odd: Counter[str] = Counter()

    def take(self, items: "list[Item]", where: str) -> None:
        """Classifies some texts.

        Args:
            items: In their order.
            where: What they are from, for the error message.

        Raises:
            TaskError: If a row holds no text, and none is to be left out.
        """
        from rosearch.data.rows import BadRow

        texts: list[Unlabelled] = []
        for item in items:
            if not isinstance(item, BadRow):
                texts.append(item)
                continue
            self._odd["bad"] += 1
            if not self._skip:
                self._classify(texts)
                raise TaskError(
                    f"{where}:{item.line}: {item.problem}. Mend it, or leave such rows out: --skip-bad-rows."
                )
        self._classify(texts)

    def remarks(self) -> Iterator[str]:
        """Says what a person should know of the texts."""
        length = self._model.max_length
        said = {
            "bad": "Rows that hold no text, left out",
            "empty": "Empty texts, whose label says what the model makes of nothing",
            "mended": "Texts with bytes that are no UTF-8, which were replaced",
            "cut": f"Texts with more than {length} word pieces, whose ends were not read",
        }
        for name, sentence in said.items():
            if self._odd[name]:
                yield f"{sentence}: {self._odd[name]:,} of {self.done + self._odd['bad']:,}."

    def _classify(self, texts: "list[Unlabelled]") -> None:
        if not texts:
            return
        from rosearch.core.probabilities import softmax

        asked = [item.text for item in texts]
        self._writer.write([item.line for item in texts], softmax(self._model.logits(asked)))
        self.done += len(texts)
        self._odd["mended"] += sum(item.mended for item in texts)
        self._odd["empty"] += sum(not "".join(item.text).strip() for item in texts)
        self._odd["cut"] += self._model.truncated([text for text in asked if self._may_be_cut(text)])

    def _may_be_cut(self, text: "Text") -> bool:
        """Says whether a text is worth counting its word pieces; most have no more of them than characters."""
        return 2 * len("".join(text)) > self._model.max_length
