"""`rosearch verify`: whether a run directory is what its journal says."""

import typer

from rosearch.cli.console import emit_json, emit_long
from rosearch.cli.options import JsonOption, RunArgument

DIFFERS = 1


def command(run: RunArgument, json: JsonOption = False) -> None:
    """Derive every proposal again from the journal and check all hashes; exit code 1 where something differs."""
    from rosearch.search.study import Study
    from rosearch.search.verification import verify

    verification = verify(Study.open(run))
    if json:
        emit_json(verification.to_record())
    else:
        emit_long(
            f"{run}: {verification.records} records with whole checksums, {verification.proposals} proposals derived "
            f"again, {verification.files} files of students hashed"
        )
        if verification.pruned:
            emit_long(f"{verification.pruned} trials that left the front have no weights any more, as the journal says")
        for fault in verification.faults:
            emit_long(f"  differs: {fault}")
        emit_long(f"{len(verification.faults)} in all" if verification.faults else "nothing differs")
    if verification.faults:
        raise typer.Exit(DIFFERS)
