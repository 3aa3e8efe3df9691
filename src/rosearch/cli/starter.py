"""The commented configuration that `rosearch init` writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from rosearch.data.inspection import Inspection
from rosearch.search.sizing import Size
from rosearch.store.toml import toml_value

COMMENT_COLUMN = 26
MOST_EVALUATED = 2000
"""Dev and test texts: more cost time with every candidate, and narrow no interval that matters."""

OPTIMISER_STEPS_TEXTS = 40_000
"""Training texts seen, repetitions counted, that a student is given at least."""


@final
@dataclass(frozen=True, kw_only=True)
class Starter:
    """A search for somebody's own file.

    Args:
        name: Of the configuration's file.
        inspection: What the data file seems to hold.
        model: The teacher.
        preset: The space.
        workers: Evaluations at a time.
        skip_bad_rows: Whether rows that do not fit are left out.
        guessed: Keys of the task that nobody gave.
    """

    name: str
    inspection: Inspection
    model: str
    preset: str
    workers: int
    skip_bad_rows: bool
    guessed: tuple[str, ...] = ("text", "label")

    def to_toml(self, size: Size, trials: int) -> str:
        """Returns the commented TOML.

        Args:
            size: How thorough the search is.
            trials: Architectures to evaluate.
        """
        sections = (self._head(), self._task(size), self._teacher(size), self._search(size, trials))
        return "\n".join(line for section in sections for line in section) + "\n"

    def _head(self) -> Iterator[str]:
        yield "# A search for robust students, begun by `rosearch init`."
        yield "# `rosearch schema` and docs/reference/configuration.md have every key with its default."
        yield f"#   rosearch check {self.name}    is everything there, and how long will it take?"
        yield f"#   rosearch search {self.name}   the search; the same command goes on after an interruption"
        yield "seed = 0"

    def _task(self, size: Size) -> Iterator[str]:
        found = self.inspection
        names, labels = [field.name for field in found.fields], list(found.classes)
        text = found.text[0] if len(found.text) == 1 else list(found.text)
        yield from ("", "[task]", _line("kind", "files"))
        yield _line("train", str(found.path), f"about {found.rows:,} rows, {found.mean_words:.0f} words a text")
        yield _line("text", text, f"{self._guess('text')}the file has {_listed(names)}")
        counts = [f"{name} {count / sum(found.classes.values()):.0%}" for name, count in found.classes.items()]
        yield _line("label", found.label, f"{self._guess('label')}{len(labels)} classes: {_listed(counts)}")
        yield "# labels = [...]            the classes in their order; any other label is an error then"
        yield "# dev, test                 files of your own; without, a tenth each is cut out of train by a hash"
        if size.max_train is not None and size.max_train < 0.8 * found.rows:
            yield _line("max_train", size.max_train, "of the training texts, for the time wanted")
        if 0.1 * found.rows > MOST_EVALUATED:
            yield _line("max_dev", MOST_EVALUATED)
            yield _line("max_test", MOST_EVALUATED)
        if self.skip_bad_rows:
            yield _line("skip_bad_rows", True, "left out and counted")

    def _teacher(self, size: Size) -> Iterator[str]:
        texts = self._training_texts(size)
        yield from ("", "[teacher]", _line("kind", "pretrained"))
        yield _line("model", self.model, "or a directory, or a hub id; fine-tuned where its head does not fit")
        length = min(256, max(64, 32 * -(-int(2.5 * self.inspection.mean_words) // 32)))
        yield _line("max_length", length, "word pieces of a text; the rest is cut off")
        yield from ("", "[teacher.fine_tuning]")
        yield _line("epochs", 1 if texts > 10_000 else 2 if texts > 3_000 else 4)
        yield _line("learning_rate", 1e-4)
        if self.model == "minilm":
            yield _line("frozen_layers", 3, "lower layers that keep their weights: three times as fast")

    def _search(self, size: Size, trials: int) -> Iterator[str]:
        epochs = min(20, max(3, round(OPTIMISER_STEPS_TEXTS / self._training_texts(size))))
        window = max(2, 2 * self.workers)
        yield from ("", "[space]", _line("preset", self.preset, 'or "tiny", "default", "transformer-only"'))
        yield from ("", "[strategy]", _line("kind", "evolution"), _line("population", max(8, min(32, trials // 4))))
        yield from ("", "[fitness]")
        yield _line("attacks", ["pwws"], "what the search attacks with")
        yield _line("unseen", ["deepwordbug"], "what finalists meet besides")
        yield _line("share", size.share, "of the training steps, for each candidate of the search")
        yield _line("dev_examples", size.dev_examples, "attacked for each candidate")
        yield _line("test_examples", size.test_examples, "attacked for each finalist and baseline")
        yield from ("", "[fitness.scheme]")
        yield _line("kind", "plain", '"robust" trains on perturbed texts too: stronger students, more time')
        yield from ("", "[fitness.scheme.schedule]", _line("epochs", epochs, "of the full training"))
        yield from ("", "[search]", _line("trials", trials, "architectures to evaluate"))
        yield _line("window", window, f"proposal k sees the trials 0 .. k-{window}; at least the workers")
        yield _line("finalists", size.finalists, "trained again with all steps, and measured on test")
        yield _line("repeats", size.repeats, "trainings of each finalist and baseline")
        yield _line("threads", 1, "of one evaluation")
        if self.workers > 1:
            yield from ("", "[search.executor]", _line("kind", "processes"))
            yield _line("workers", self.workers, "evaluations at a time")

    def _guess(self, key: str) -> str:
        return "guessed; " if key in self.guessed else ""

    def _training_texts(self, size: Size) -> int:
        train = round(0.8 * self.inspection.rows)
        return max(1, train if size.max_train is None else min(train, size.max_train))


def _line(key: str, value: Any, comment: str = "") -> str:
    assignment = f"{key} = {toml_value(value)}"
    return f"{assignment:<{COMMENT_COLUMN}}# {comment}" if comment else assignment


def _listed(names: list[str], *, most: int = 6) -> str:
    """Lists names that stand in a comment: on one line, and not too many."""
    shown = [" ".join(name.split())[:30] for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
