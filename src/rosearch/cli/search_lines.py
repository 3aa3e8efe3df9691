"""What a search says while it runs: a line for each trial and final, and the front."""

from typing import TYPE_CHECKING, final

from rosearch.core.events import Event, Notice

if TYPE_CHECKING:
    from rosearch.cli.progress import Display
    from rosearch.fitness.fitness import Fitness
    from rosearch.search.events import FinalRecorded, TrialRecorded
    from rosearch.search.results import Results

FRONT_ROWS = 8


@final
class SearchLines:
    """Adds to the progress a line for each trial and final, and keeps the front in view.

    Args:
        display: Shows progress and notices.
        fitness: Orders the front, and says which texts are attacked.
    """

    def __init__(self, display: "Display", fitness: "Fitness") -> None:
        self.measured = False
        """Whether anything was measured yet."""
        self._display = display
        self._fitness = fitness

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        from rosearch.search.events import FinalRecorded, TrialRecorded

        self.measured = self.measured or isinstance(event, TrialRecorded | FinalRecorded)
        if isinstance(event, TrialRecorded):
            self._display(Notice(text=trial_line(event)))
            self._pin_front(event.results)
        elif isinstance(event, FinalRecorded):
            self._display(Notice(text=final_line(event)))
        else:
            self._display(event)

    def _pin_front(self, results: "Results") -> None:
        from rosearch.cli.tables import front_table

        if results.front:
            labels, formula = self._fitness.attacked_labels, self._fitness.environmental
            self._display.pin(front_table(results.front, formula, attacked_labels=labels, most=FRONT_ROWS))


def trial_line(event: "TrialRecorded") -> str:
    """Says in a line what became of a trial, and which trials are on the front now."""
    from rosearch.cli.tables import by_shortcuts, count, percent

    trial = event.trial
    front = f"front: {', '.join(str(member.index) for member in event.results.front) or 'empty'}"
    if trial.error:
        return f"trial {trial.index} failed: {trial.error}; {front}"
    parents = f" of {', '.join(map(str, trial.proposal.parents))}" if trial.proposal.parents else ""
    infeasible = "" if trial.feasible else ", infeasible: less accurate than the bag of embeddings"
    part = f" on n = {trial.metric('examples'):.0f} texts{by_shortcuts(trial.shortcuts)}" if trial.shortcuts else ""
    return (
        f"trial {trial.index} ({trial.proposal.operator}{parents}): robustness {percent(trial.robustness)}{part}, "
        f"balanced accuracy {percent(trial.metric('balanced_accuracy'))}, {count(trial.metric('parameters'))} weights"
        f"{infeasible}; {front}"
    )


def final_line(event: "FinalRecorded") -> str:
    """Says in a line what a baseline or finalist withstood on test."""
    from rosearch.cli.tables import percent
    from rosearch.fitness.measurement import all_quoted

    evaluation = event.evaluation
    figures = [f"{record.attack} {percent(record.robust_accuracy)}" for record in all_quoted(evaluation.robustness)]
    accuracy = percent(evaluation.metrics["accuracy"])
    attacked = f"under {', '.join(figures)}" if figures else "not attacked"
    return f"on test {event.done}/{event.total}, {event.label}: accuracy {accuracy}, {attacked}"
