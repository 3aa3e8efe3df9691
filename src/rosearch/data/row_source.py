"""What all sources of rows with named fields share: which fields count, and how rows become a task."""

from dataclasses import dataclass

from rosearch.data.assembly import Assembly
from rosearch.data.rows import MEND_OR_SKIP, Sieve
from rosearch.data.task import TaskSource


@dataclass(frozen=True, kw_only=True)
class RowSource(TaskSource):
    """Base of tasks whose rows have named fields.

    Args:
        text: Column or key of the text, or two of them for pairs of texts.
        label: Column or key of the label, a name or a whole number.
        labels: The labels in the order of the classes; without it those that occur, numbers by value, names by name.
        label_names: How to show the labels, in the order of the classes.
        name: What tables call the task.
        dev_share: Expected share of the texts for dev where that is not given.
        test_share: Expected share of the texts for test where that is not given.
        max_train: Most training texts to keep.
        max_dev: Most dev texts to keep.
        max_test: Most test texts to keep.
        min_class_texts: Texts that each class needs in all splits together, before caps.
        skip_bad_rows: Whether rows that do not fit are left out and counted; otherwise they are an error. So are the
            rows of classes with too few texts, where ``labels`` does not ask for these.

    Raises:
        ValueError: If shares, caps or labels make no sense.
    """

    text: str | tuple[str, str] = "text"
    label: str = "label"
    labels: tuple[str | int | float, ...] | None = None
    label_names: tuple[str, ...] | None = None
    name: str = ""
    dev_share: float = 0.1
    test_share: float = 0.1
    max_train: int | None = None
    max_dev: int | None = None
    max_test: int | None = None
    min_class_texts: int = 20
    skip_bad_rows: bool = False

    def __post_init__(self) -> None:
        if min(self.dev_share, self.test_share) <= 0 or self.dev_share + self.test_share >= 1:
            raise ValueError("dev_share and test_share must be positive and leave something for train")
        if any(cap is not None and cap < 1 for cap in (self.max_train, self.max_dev, self.max_test)):
            raise ValueError("max_train, max_dev and max_test must be at least 1")
        if self.min_class_texts < 1:
            raise ValueError("min_class_texts must be at least 1")
        if self.label in ((self.text,) if isinstance(self.text, str) else self.text):
            raise ValueError("text and label must name different fields")
        for names in (self.labels, self.label_names):
            if names is not None and (len(names) < 2 or len({str(name) for name in names}) < len(names)):
                raise ValueError("labels and label_names need two different names or more")

    @property
    def label_strings(self) -> tuple[str, ...] | None:
        """The labels as rows carry them."""
        return None if self.labels is None else tuple(str(label) for label in self.labels)

    def sieve(self) -> Sieve:
        """Returns what the rows of one loading come through."""
        return Sieve(skip=self.skip_bad_rows, remedy=MEND_OR_SKIP)

    def assembly(self, *, name: str, provenance: str) -> Assembly:
        """Returns how the rows become a task.

        Args:
            name: What tables call the task where the configuration does not say.
            provenance: Where the texts come from.
        """
        return Assembly(
            name=self.name or name,
            labels=self.label_strings,
            label_names=self.label_names,
            dev_share=self.dev_share,
            test_share=self.test_share,
            max_train=self.max_train,
            max_dev=self.max_dev,
            max_test=self.max_test,
            fewest=self.min_class_texts,
            provenance=provenance,
        )
