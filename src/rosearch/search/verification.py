"""Holds a run directory against its own journal: every proposal derived again, every recorded file hashed again."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.core.errors import ConfigError, RunError
from rosearch.core.fingerprint import fingerprint_file
from rosearch.fitness.evaluation import Candidate
from rosearch.search.finals import final_folder
from rosearch.search.proposals import Proposals
from rosearch.search.pruning import student_path
from rosearch.search.retraining import retrained

if TYPE_CHECKING:
    from rosearch.search.results import Results
    from rosearch.search.study import Study


@final
@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was checked, and what does not fit.

    Args:
        records: Lines of the journal; the checksum of each held, or there would be no verification.
        proposals: Proposals that were derived again.
        files: Files that were hashed again.
        pruned: Trials whose weights were deleted on purpose, as the journal says.
        faults: What differs, a sentence each.
    """

    records: int
    proposals: int
    files: int
    pruned: int
    faults: tuple[str, ...]

    def to_record(self) -> dict[str, Any]:
        """Returns plain data."""
        return asdict(self)


def verify(study: "Study") -> Verification:
    """Checks that a run is what its journal says, and that its proposals follow from configuration and trials.

    Args:
        study: A recorded one; nothing is written and no lock is taken.

    Raises:
        JournalError: If a line of the journal is damaged; the message names it.
    """
    entries, results = study.directory.entries, study.results
    hashes = dict(_recorded_hashes(study, results))
    faults = [*_proposal_faults(study, results), *_file_faults(hashes)]
    return Verification(
        records=len(entries),
        proposals=len(results.trials),
        files=len(hashes),
        pruned=len(results.pruned),
        faults=tuple(faults),
    )


def _proposal_faults(study: "Study", results: "Results") -> Iterator[str]:
    proposals = Proposals(study.configuration, results.trials)
    on_record = {trial.index: trial.proposal for trial in results.trials}
    for index in range(max(on_record, default=-1) + 1):
        if not proposals.ready(index, results.trials):
            yield f"trial {index}: the trials that its proposal follows from are not all on record"
            return
        try:
            derived = proposals.derive(index, results.trials)
        except (ConfigError, RunError) as error:
            yield f"trial {index}: its proposal cannot be derived again: {error}"
            return
        if index not in on_record:
            # Under way when the run was stopped; later proposals know it.
            proposals.make(index, results.trials)
        elif derived.to_record() != on_record[index].to_record():
            yield f"trial {index}: the journal says {on_record[index]}, but {derived} follows from the trials before it"


def _recorded_hashes(study: "Study", results: "Results") -> Iterator[tuple[Path, str]]:
    """Yields each file of a student that was not pruned with the hash that the journal holds of it."""
    for trial in results.with_weights:
        yield from _under(student_path(study.directory, trial), trial.details)
    for final_ in results.finals:
        candidate = Candidate(name=final_.name, architecture=final_.architecture, repeat=final_.repeat)
        yield from _under(final_folder(study.directory, candidate, results.trials) / "student", final_.details)
    for folder, evaluation in retrained(study.directory):
        yield from _under(folder / "student", evaluation.details)


def _under(folder: Path, details: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for name, recorded in details.get("files", {}).items():
        yield folder / name, recorded


def _file_faults(hashes: Mapping[Path, str]) -> Iterator[str]:
    for path, recorded in hashes.items():
        try:
            found = fingerprint_file(path)
        except OSError as error:
            yield f"{path}: cannot be read: {error.strerror}"
            continue
        if found != recorded:
            yield f"{path}: its content has changed ({recorded[:12]} -> {found[:12]})"
