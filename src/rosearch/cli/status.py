"""`rosearch status`: where a search stands."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rosearch.cli.console import emit, emit_json, emit_long
from rosearch.cli.options import JsonOption, RunArgument

if TYPE_CHECKING:
    from rosearch.search.results import Results
    from rosearch.search.study import Study
    from rosearch.search.summary import FinalRow


CLASSES_SHOWN = 4


def command(run: RunArgument, json: JsonOption = False) -> None:
    """Show where a search stands: trials, front, finals, time left."""
    from rosearch.search.study import Study

    report(Study.open(run), as_json=json)


def report(study: "Study", *, as_json: bool) -> None:
    """Prints a study's state, for people or for programs.

    Args:
        study: A recorded one.
        as_json: For programs.
    """
    results = study.results
    state = describe(study, results)
    if as_json:
        emit_json(state)
    else:
        _print(study, results, state)


def describe(study: "Study", results: "Results") -> dict[str, Any]:
    """Returns a study's state as plain data.

    Args:
        study: Gives what is asked for.
        results: What is recorded of it.
    """
    from rosearch.cost.memory import bytes_on_disk
    from rosearch.search.membership import front_membership
    from rosearch.search.strategy import DEFAULT_OBJECTIVES
    from rosearch.search.summary import final_rows

    wanted = study.configuration.search.trials
    seconds = [trial.seconds for trial in results.trials]
    mean = sum(seconds) / len(seconds) if seconds else None
    finished = results.covers(study.extent)
    left = 0 if finished else max(0, wanted - len(results.trials))
    return {
        "run": str(study.directory.path),
        "finished": finished,
        "trials": len(results.trials),
        "trials_wanted": wanted,
        "failed": sum(trial.status == "failed" for trial in results.trials),
        "infeasible": sum(trial.status == "done" and not trial.feasible for trial in results.trials),
        "trial_s": mean,
        "search_left_s": None if mean is None else left * mean,
        "task": results.task,
        "teacher": results.teacher,
        "fitness_formula": study.configuration.fitness.environmental.formula,
        "front": [trial.to_record() for trial in results.front],
        "front_membership": front_membership(results.trials, DEFAULT_OBJECTIVES, seed=study.configuration.seed),
        "weights_kept": len(results.with_weights),
        "weights_pruned": len(results.pruned),
        "bytes_on_disk": bytes_on_disk(study.directory.path),
        "finals": [row.to_record() for row in final_rows(results)],
    }


def _print(study: "Study", results: "Results", state: dict[str, Any]) -> None:
    from rosearch.cli.tables import front_table, percent
    from rosearch.search.retraining import retrained
    from rosearch.search.summary import final_rows

    path, attacked = study.directory.path, study.configuration.fitness.attacked_labels
    emit_long(f"{path}: {_standing(state, len(results.finals))}")
    if results.task:
        emit_long(describe_task(results.task))
    if results.teacher:
        kind = "" if results.teacher["model_path"] else "; a file of answers, which cannot be attacked"
        emit(f"teacher: {percent(results.teacher['dev_accuracy'])} of dev right{kind}")
    if results.front:
        fitness = study.configuration.fitness.environmental
        membership = state["front_membership"]
        emit(front_table(results.front, fitness, attacked_labels=attacked, membership=membership))
        emit(
            "Robustness: mean over query budgets of the accuracy under attack. "
            f"{'On the front: in how many of 500 fresh draws of the attacked texts. ' if membership else ''}"
            f"Figures of a search are for choosing, not for quoting. fitness (ours) = {fitness.formula}\n"
        )
    if rows := final_rows(results):
        _print_finals(study, rows)
    emit_long(f"record    {path}/journal.jsonl   (all of {path}: {state['bytes_on_disk'] / 2**20:.0f} MiB)")
    emit_long(f"students  {path}/trials/*/student  {path}/finalists/*/*/student")
    if results.pruned:
        emit_long(f"          only of the front's trials: {len(results.pruned)} others were pruned (search.keep)")
    if retrained_folders := sorted({folder.parent.name for folder, _ in retrained(study.directory)}):
        emit_long(f"retrained {', '.join(f'{path}/retrained/{name}' for name in retrained_folders)}")
    if results.front:
        emit_long(f"next      rosearch show {path}\n          rosearch analyze {path}")


def _print_finals(study: "Study", rows: "Sequence[FinalRow]") -> None:
    from rosearch.cli.tables import (
        QUOTED,
        against_table,
        cost_table,
        flag_lines,
        over_all_table,
        robustness_table,
        transfer_table,
        unchanged_table,
    )

    fitness = study.configuration.fitness
    attacked, field = fitness.attacked_labels, fitness.attacked_field
    recipes = ", ".join(attack.name for attack in fitness.attacks)
    where = "" if field == "first" else f" Attacks rewrite the {field} text field."
    emit(robustness_table(rows, attacked))
    emit(f"{QUOTED}\nThe search attacked with {recipes}.{where}\n")
    if flagged := flag_lines(rows):
        emit(flagged)
    if attacked:
        emit(over_all_table(rows, attacked))
    for table in (transfer_table(rows, attacked), against_table(rows), unchanged_table(rows), cost_table(rows)):
        if table is not None:
            emit(table)


def describe_task(task: Mapping[str, Any]) -> str:
    """Says in a line or two what the texts of a run are.

    Args:
        task: The journal's record.
    """
    from rosearch.cli.tables import percent

    texts, counts = task["texts"], task["class_counts"]["train"]
    shares = sorted(zip(counts, task["label_names"], strict=True), reverse=True)
    classes = ", ".join(f"{name} {percent(count / texts['train'])}" for count, name in shares[:CLASSES_SHOWN])
    more = f", {len(shares) - CLASSES_SHOWN} more classes" if len(shares) > CLASSES_SHOWN else ""
    found = [
        f"task:    {task['name']}, {texts['train']:,} training, {texts['dev']:,} dev, {texts['test']:,} test texts; "
        f"{classes}{more}"
    ]
    if cut := sum(task["truncated"].values()):
        share = percent(cut / (sum(texts.values()) + task["unlabelled"]))
        found.append(f"         {cut:,} texts ({share}) are cut to {task['max_length']} word pieces")
    if left_out := task["bad_rows"]["count"]:
        found.append(f"         {left_out:,} rows that do not fit were left out, first {task['bad_rows']['places'][0]}")
    return "\n".join(found)


def _standing(state: dict[str, Any], measured: int) -> str:
    """Says in a line how far a search is."""
    from rosearch.cli.progress import duration

    parts = [f"{state['trials']} of {max(state['trials'], state['trials_wanted'])} trials"]
    parts += [f"{state[name]} {name}" for name in ("failed", "infeasible") if state[name]]
    if measured:
        parts.append(f"{measured} trainings measured on test")
    if state["finished"]:
        return ", ".join(["finished", *parts])
    if state["search_left_s"]:
        parts.append(f"about {duration(state['search_left_s'])} of search left, then the finals")
    return ", ".join(["not finished", *parts])
