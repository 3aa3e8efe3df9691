"""The head of a card: what the Hugging Face hub reads."""

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from rosearch.export.history import History

TAGS = ("rosearch", "knowledge-distillation", "neural-architecture-search", "adversarial-robustness")


def card_metadata(name: str, history: History, *, library: str) -> str:
    """Returns metadata in YAML, with a model-index where the student was measured on test.

    Args:
        name: The model's.
        history: What is recorded of it.
        library: The library that loads it.
    """
    results = _results(history) if history.evaluation is not None else []
    data = ModelCardData(
        library_name=library,
        # Whoever publishes the weights knows; the card lists what is known of teacher and texts.
        license="other",
        license_name="see-the-card",
        pipeline_tag="text-classification",
        tags=list(TAGS),
        metrics=["accuracy"],
        model_name=name if results else None,
        eval_results=results or None,
    )
    return str(data.to_yaml()).strip()


def _results(history: History) -> list[EvalResult]:
    measured, task = history.measured, history.task
    if measured is None:
        return []
    figures: list[tuple[str, float, dict[str, Any]]]
    figures = [("Accuracy", measured["accuracy"], {}), ("Balanced accuracy", measured["balanced_accuracy"], {})]
    for figure in measured["figures"]:
        about = {"n": figure["n"], "interval_95": [round(end, 4) for end in figure["interval"]], "queries": "no limit"}
        about |= {"shortcuts": list(figure["shortcuts"])} if figure["shortcuts"] else {}
        figures.append((f"Accuracy under attack by {figure['recipe']}", figure["robust_accuracy"], about))
    shown = str(task["name"]) if task else "unknown"
    return [_result(shown, *figure) for figure in figures]


def _result(task: str, name: str, value: float, about: dict[str, Any]) -> EvalResult:
    return EvalResult(
        task_type="text-classification",
        dataset_type=task,
        dataset_name=task,
        dataset_split="test",
        metric_type="accuracy",
        metric_name=name,
        metric_value=round(value, 4),
        metric_args=about or None,
    )
