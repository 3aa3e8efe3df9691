"""A trial on the front, with its student."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from rosearch.search.pruning import student_path
from rosearch.space.architecture import Architecture
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory

if TYPE_CHECKING:
    from rosearch.students.student import Student


@final
@dataclass(frozen=True, kw_only=True)
class FrontMember:
    """A trial on the front, with its student.

    Args:
        trial: The trial.
        directory: The run directory that holds the student's files.
    """

    trial: Trial
    directory: RunDirectory

    @property
    def index(self) -> int:
        """The number of the trial in its study, from 0."""
        return self.trial.index

    @property
    def architecture(self) -> Architecture:
        """What was built."""
        return self.trial.architecture

    @property
    def robust_accuracy(self) -> float:
        """Accuracy under attack on the examples that the search attacked, as a share."""
        return self.trial.robust_accuracy

    @property
    def robustness(self) -> float:
        """Mean of the budget curve, as a share."""
        return self.trial.robustness

    @property
    def accuracy(self) -> float:
        """Accuracy on unchanged dev texts, as a share."""
        return self.trial.accuracy

    def student(self) -> "Student":
        """Loads the student as the search trained it.

        Raises:
            InputError: If its files are not there any more.
        """
        from rosearch.students.student import Student

        return Student.from_pretrained(student_path(self.directory, self.trial))
