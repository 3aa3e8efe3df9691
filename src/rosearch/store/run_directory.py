"""The run directory: the database of a search, and the places of everything in it.

run.toml            resolved configuration, written once      provenance.json   versions, hardware, fingerprints
journal.jsonl       append-only, the only truth               run.lock          one writer
teacher/            cached outputs                            trials/0042-9f3a1c/
finalists/          full-fidelity repeats                     tables/ figures/ report.html    derived
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, final

from rosearch.core.config import read_toml
from rosearch.core.errors import ConfigError, InputError
from rosearch.core.files import is_of_the_disk, read_json, stopped_by, write_json, write_text
from rosearch.store.difference import difference
from rosearch.store.journal import Entry, Journal, read_journal
from rosearch.store.lock import is_held, locked
from rosearch.store.records import Proposal, Trial
from rosearch.store.toml import plain, to_toml

Resolve: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]

TRIAL = "trial"
"""The kind of journal entry that holds a trial."""


@final
@dataclass(frozen=True)
class RunDirectory:
    """A run directory by its path. Reading needs no lock; ``writing`` takes it.

    Args:
        path: The directory; it need not exist yet.
    """

    path: Path

    @classmethod
    def open(cls, path: Path) -> "RunDirectory":
        """Opens an existing run directory for reading.

        Args:
            path: The directory.

        Raises:
            InputError: If there is no run in it.
        """
        directory = cls(path)
        if not directory.exists:
            raise InputError(f"{path}: not a run directory (it has no run.toml). Give the folder that a search ran in.")
        return directory

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return self._configuration_path.is_file()

    @property
    def configuration(self) -> dict[str, Any]:
        """The resolved configuration that the run was begun with."""
        return read_toml(self._configuration_path)

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions, hardware, command line and fingerprints that the run was begun with."""
        data: dict[str, Any] = read_json(self._provenance_path)
        return data

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The journal's complete records, in order."""
        return read_journal(self.journal_path).entries

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The recorded trials, by index."""
        return trials_of(self.entries)

    @property
    def in_use(self) -> bool:
        """Whether a process writes here now."""
        return is_held(self.path / "run.lock")

    @property
    def journal_path(self) -> Path:
        """The only truth."""
        return self.path / "journal.jsonl"

    @property
    def teacher_path(self) -> Path:
        """Where the teacher's cached outputs lie."""
        return self.path / "teacher"

    def trial_path(self, proposal: Proposal) -> Path:
        """Where the files of a trial lie, such as ``trials/0042-9f3a1c``."""
        return self.path / "trials" / f"{proposal.index:04d}-{_short(proposal)}"

    def finalist_path(self, proposal: Proposal, *, repeat: int) -> Path:
        """Where the files of one full-fidelity repeat lie, such as ``finalists/0042-9f3a1c/1``."""
        return self.path / "finalists" / f"{proposal.index:04d}-{_short(proposal)}" / str(repeat)

    @contextmanager
    def writing(
        self,
        *,
        configuration: Mapping[str, Any],
        fingerprints: Mapping[str, str],
        provenance: Mapping[str, Any],
        may_change: tuple[str, ...] = (),
        resolve: Resolve = dict,
    ) -> Iterator[Journal]:
        """Begins or resumes the run and holds its lock for a block.

        Args:
            configuration: Resolved, as plain data; written as run.toml by whoever begins the run.
            fingerprints: Of what the run stands on: the task, the teacher, the lexicons.
            provenance: Versions, hardware, command line; recorded once, not compared.
            may_change: Dotted keys (with everything under them) that a resumed run may set anew, such as the number of
                trials; run.toml keeps the first.
            resolve: Completes recorded tables by defaults, so that settings that came later differ from none.

        Yields:
            The journal, replayed and open for appending.

        Raises:
            LockError: If another process writes here.
            ConfigError: If configuration or fingerprints differ from those recorded; each difference is shown.
            JournalError: If the journal is damaged in the middle.
            StorageError: If the disk is full or can only be read, now or within the block.
        """
        with self._told_of_the_disk(), locked(self.path / "run.lock"):
            self.refuse_change(
                configuration=configuration, fingerprints=fingerprints, may_change=may_change, resolve=resolve
            )
            if not self.exists:
                self._begin(configuration, {**provenance, "fingerprints": dict(fingerprints)})
            with Journal.open(self.journal_path) as journal:
                yield journal

    @contextmanager
    def _told_of_the_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not is_of_the_disk(error):
                raise
            raise stopped_by(error, self.path) from error

    def set_aside(self) -> Path | None:
        """Renames the directory, so that a run can begin anew in its place; nothing is deleted.

        Returns:
            Where the old run lies now, such as ``runs/mine.1``; None where there was none.

        Raises:
            LockError: If another process writes here.
        """
        if not self.path.exists():
            return None
        with locked(self.path / "run.lock"):
            pass
        numbers = itertools.count(1)
        place = next(place for number in numbers if not (place := Path(f"{self.path}.{number}")).exists())
        return self.path.rename(place)

    def refuse_change(
        self,
        *,
        configuration: Mapping[str, Any],
        fingerprints: Mapping[str, str],
        may_change: tuple[str, ...] = (),
        resolve: Resolve = dict,
    ) -> None:
        """Compares what is given with what the run was begun with; a directory without a run takes anything.

        Args:
            configuration: See ``writing``.
            fingerprints: See ``writing``.
            may_change: See ``writing``.
            resolve: See ``writing``.

        Raises:
            ConfigError: If something differs; each difference is shown.
        """
        if not self.exists:
            return
        changes = difference(plain(resolve(self.configuration)), plain(configuration))
        refused = [f"  {key}: {change}" for key, change in changes.items() if not _covered(key, may_change)]
        contents = difference(self.provenance.get("fingerprints", {}), fingerprints)
        refused += [f"  {name}: its content, {change}" for name, change in contents.items()]
        if refused:
            lines = "\n".join(refused)
            raise ConfigError(
                f"{self.path}: was begun with another configuration, task or teacher (recorded -> given):\n{lines}\n"
                "Give what was recorded to resume, or another run directory or --fresh to begin anew."
            )

    @property
    def _configuration_path(self) -> Path:
        return self.path / "run.toml"

    @property
    def _provenance_path(self) -> Path:
        return self.path / "provenance.json"

    def _begin(self, configuration: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
        if self.journal_path.exists():
            raise ConfigError(
                f"{self.path}: has a journal but no run.toml. Put the run.toml back, or give another directory."
            )
        write_json(self._provenance_path, provenance)
        # Last, as its presence says that the run was begun.
        write_text(self._configuration_path, to_toml(configuration))


def trials_of(entries: tuple[Entry, ...]) -> tuple[Trial, ...]:
    """Picks the trials out of a journal's records.

    Args:
        entries: The records.

    Returns:
        The trials by index, whatever the order in which they finished.
    """
    trials = (Trial.from_record(entry.data) for entry in entries if entry.kind == TRIAL)
    return tuple(sorted(trials, key=lambda trial: trial.index))


def _covered(key: str, prefixes: tuple[str, ...]) -> bool:
    return any(key == prefix or key.startswith(f"{prefix}.") for prefix in prefixes)


def _short(proposal: Proposal) -> str:
    return proposal.architecture.architecture_id[:6]
