"""Environmental fitness: robustness, accuracy and efficiency as one number. Ours, and printed with every use.

The paper's abstract names such a metric and gives no formula. A study's default is the Pareto front; this number
orders its members where one must be named first.
"""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, kw_only=True)
class EnvironmentalFitness:
    """``A * R**alpha * min(1, P0 / P)**beta`` with balanced accuracy A, mean of the budget curve R, parameters P.

    Args:
        target_parameters: P0: a student up to this size pays nothing for it.
        alpha: Weight of robustness.
        beta: Weight of size.
    """

    target_parameters: int = 3_000_000
    alpha: float = 1.0
    beta: float = 0.1

    def __post_init__(self) -> None:
        if self.target_parameters < 1 or self.alpha < 0 or self.beta < 0:
            raise ValueError("target_parameters must be positive, alpha and beta not negative")

    def __call__(self, *, balanced_accuracy: float, robustness: float, parameters: float) -> float:
        """Returns the fitness, in [0, 1]; all figures as shares, ``parameters`` as a count, 0 for a constant answer."""
        size = min(1.0, self.target_parameters / max(parameters, 1))
        return float(balanced_accuracy * robustness**self.alpha * size**self.beta)

    @property
    def formula(self) -> str:
        """The formula with its constants, for people."""
        return (
            f"balanced accuracy x robustness^{self.alpha:g} x "
            f"min(1, {self.target_parameters:,} / parameters)^{self.beta:g}"
        )
