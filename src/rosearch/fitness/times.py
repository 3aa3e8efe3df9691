"""How long the parts of a search take and how much room they need, as a rehearsal found it. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, kw_only=True)
class TeacherTimes:
    """What a teacher costs.

    Args:
        load_s: To load it, and whatever else its preparation does beside what follows.
        step_s: Of fine-tuning; 0 where there is none.
        output_s: To ask it for the outputs of one text.
        answer_s: To ask it for one text in an attack; None where it cannot be attacked.
        model_bytes: Its folder without the outputs.
        output_bytes: The outputs of one text.
    """

    load_s: float
    step_s: float
    output_s: float
    answer_s: float | None
    model_bytes: float
    output_bytes: float


@final
@dataclass(frozen=True, kw_only=True)
class StudentTimes:
    """What a student costs.

    Args:
        build_s: To build it, and whatever else a training does beside its steps.
        step_s: Of distillation.
        answer_s: To ask it for one text.
        parameters: Its weights.
    """

    build_s: float
    step_s: float
    answer_s: float
    parameters: float


@final
@dataclass(frozen=True, kw_only=True)
class AttackNeeds:
    """What attacks ask of a student that has learnt the task.

    Args:
        right: Share of the texts that are right, and hence attacked.
        queries: Computed queries per attacked text, by ``"<attack>-<score>"``.
        beside_s: Seconds per computed query beside the student's own answer.
        text_bytes: On disk for each text, attack and score.
        student_bytes: Of a student's folder beside its weights.
    """

    right: float
    queries: Mapping[str, float]
    beside_s: float
    text_bytes: float
    student_bytes: float
