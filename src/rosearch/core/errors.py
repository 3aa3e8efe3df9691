"""One tree of errors, each with a sentence that says what is wrong, where, and what to do.

RoSearchError
  InputError            something the user gave: exit code 2
    ConfigError         a configuration file or component
    TaskError           labelled text
    AssetError          a file to be fetched or found
    TeacherError        a pretrained model
  RunError              something that happened: exit code 1
    JournalError        the record of a run is damaged
    LockError           another process works on the run
    StorageError        the disk is full, can only be read, or fails
    DivergenceError     a training left the numbers
    ExecutorError       a job could not be carried out
    AttackError         an attack or its victim broke a promise
"""

from collections.abc import Sequence
from typing import Any


class RoSearchError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 1


class InputError(RoSearchError):
    """Something that the user gave is wrong; the message says how to mend it."""

    exit_code = 2


class ConfigError(InputError):
    """A configuration is wrong: an unknown key or kind, a value out of range."""


class TaskError(InputError):
    """Labelled text is wrong; the message names file and line."""


class AssetError(InputError):
    """A file could not be fetched or found, or is not what it should be."""


class TeacherError(InputError):
    """A teacher cannot be loaded or does not fit the task."""


class RunError(RoSearchError):
    """Something that happened while running."""


class JournalError(RunError):
    """The journal of a run is damaged; the message names the line."""


class LockError(RunError):
    """Another process is writing to the run directory."""


class StorageError(RunError):
    """A disk is full, can only be read, or fails; the message says what was kept."""


class DivergenceError(RunError):
    """A training gave values that are not finite, or a loss that only grows."""


class ExecutorError(RunError):
    """A job could not be carried out."""


class AttackError(RunError):
    """An attack or its victim broke a promise of its interface.

    Attributes:
        results: What became of the texts whose attacks had ended before.
    """

    results: Sequence[Any] = ()
