"""The card of an exported student: what it is, what it withstands, what is not known. Reading only; no torch."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2

from rosearch.core.files import write_text
from rosearch.core.version import __version__
from rosearch.export.card_metadata import card_metadata
from rosearch.export.history import History
from rosearch.export.measured import MeasuredFile
from rosearch.export.origin import Origin
from rosearch.space.drawing import draw_svg, draw_text
from rosearch.space.size import parameter_count
from rosearch.students.record import StudentRecord

CARD_FILE, DRAWING_FILE = "README.md", "architecture.svg"


def write_card(folder: Path, origin: Origin, *, usage: str, library: str, files: Sequence[MeasuredFile] = ()) -> None:
    """Writes ``README.md`` and the drawing that it shows.

    Args:
        folder: Where the exported student is.
        origin: Where it comes from; without a run the card says what is not known.
        usage: How to use it, in Python.
        library: The library that loads it, by its name on the hub.
        files: What each file was found to be worth on test.
    """
    record = StudentRecord.read(origin.folder)
    history = History.of(origin)
    write_text(folder / DRAWING_FILE, draw_svg(record.architecture))
    write_text(folder / CARD_FILE, card(record, history, usage=usage, library=library, files=files))


def card(
    record: StudentRecord, history: History, *, usage: str, library: str, files: Sequence[MeasuredFile] = ()
) -> str:
    """Returns the text of a card.

    Args:
        record: What the student is.
        history: What is recorded of its making.
        usage: How to use it, in Python.
        library: The library that loads it.
        files: What each file was found to be worth on test.
    """
    name = f"rosearch-{history.task['name'] if history.task else 'student'}-{record.architecture.architecture_id[:6]}"
    size = parameter_count(record.architecture, vocabulary_size=record.vocabulary_size, classes=len(record.label_names))
    return (
        _environment()
        .get_template("card.md.jinja")
        .render(
            name=name,
            version=__version__,
            record=record,
            size=size,
            metadata=card_metadata(name, history, library=library),
            usage=usage,
            drawing=draw_text(record.architecture),
            limits=limits(record, history),
            files=files,
            **history.facts(size.total),
        )
    )


def limits(record: StudentRecord, history: History) -> list[str]:
    """Returns what a reader should know before relying on a student.

    Args:
        record: What the student is.
        history: What is recorded of its making.
    """
    known = [
        f"It knows the classes {', '.join(record.label_names)} and puts every text into one of them, also a text that "
        "has nothing to do with the task.",
        "It learned the language, topics and biases of its training texts and of its teacher; nothing about other "
        "languages, topics or groups of people was measured.",
    ]
    if history.measured is None:
        return [*known, "Nothing is known of its robustness."]
    recipes = ", ".join(figure["recipe"] for figure in history.measured["figures"])
    known.append(f"It was attacked by {recipes} only. Other attacks, and people, may find other ways.")
    if history.close_to_teacher is False:
        known.append("Its balanced accuracy is more than 5 points below its teacher's.")
    return known


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rosearch.export"),
        autoescape=False,  # noqa: S701 - Markdown, of the user's own records
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}"
    environment.filters["count"] = in_thousands
    return environment


def in_thousands(number: float) -> str:
    """Renders a large number in thousands or millions."""
    if number >= 1e6:
        return f"{number / 1e6:.2f} M"
    return f"{number / 1e3:.1f} k" if number >= 1e3 else f"{number:.0f}"
