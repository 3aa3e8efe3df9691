"""Robust distillation: the teacher's soft labels of clean texts are learnt on perturbed ones too. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.data.class_weights import ClassWeights
from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.adversaries.inherited_texts import InheritedTexts
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme


@final
@dataclass(frozen=True, kw_only=True)
class Robust(Scheme):
    """Distillation on clean texts, on perturbed ones and against adversaries, each with its weight; 0 switches off.

    What a perturbed text should be answered is what the teacher says of the clean one: the teacher is not robust
    itself. With ``perturbed``, ``consistency`` and no adversary all off, this is plain distillation.

    Args:
        schedule: Steps and learning rate, counted in clean texts.
        softmax_temperature: Of the soft labels.
        soft_labels: Weight of the divergence from the teacher's soft labels, on texts of every kind.
        hard_labels: Weight of the cross-entropy with the task's own labels, on texts of every kind.
        perturbed: Weight of these losses on perturbed texts.
        consistency: Weight of the divergence between the answers to a text and to its perturbation.
        perturbations: What is done to words; each text draws one of them, afresh each epoch.
        piece_dropout: Share of the word pieces of perturbed texts that the student does not see.
        adversaries: What looks for hurtful texts or embeddings in each step.
        ramp: Share of the training in which the strength of perturbations and adversaries rises to its full size.
        class_weights: What a text counts in the losses of labels: the same, or ``"balanced"``, all classes alike in
            sum; ``"auto"`` balances where the most frequent class has more than twice the texts of the rarest.
    """

    kind: Literal["robust"] = "robust"
    schedule: Schedule = field(default_factory=Schedule)
    softmax_temperature: float = 2.0
    soft_labels: float = 1.0
    hard_labels: float = 1.0
    perturbed: float = 0.0
    consistency: float = 0.0
    perturbations: tuple[Perturbation, ...] = field(default_factory=lambda: (WordSubstitution(), CharacterEdits()))
    piece_dropout: float = 0.0
    adversaries: tuple[Adversary, ...] = field(default_factory=lambda: (WorstDraws(),))
    ramp: float = 0.25
    class_weights: ClassWeights = "auto"

    def __post_init__(self) -> None:
        for name, family in (("perturbations", Perturbation), ("adversaries", Adversary)):
            items = tuple(family.from_config(item, where=name) for item in getattr(self, name))
            object.__setattr__(self, name, items)
        if self.softmax_temperature <= 0:
            raise ValueError("softmax_temperature must be positive")
        if min(*self.weights.values(), self.perturbed, self.consistency) < 0 or max(self.weights.values()) == 0:
            raise ValueError("weights must not be negative, and one of soft_labels and hard_labels must be positive")
        if self.draws and not self.perturbations and not self.piece_dropout:
            raise ValueError(
                "perturbed and consistency need perturbations or piece_dropout; give some or set both to 0"
            )
        if sum(isinstance(adversary, InheritedTexts) for adversary in self.adversaries) > 1:
            raise ValueError("adversaries: inherited_texts may stand once; give it several attacks")
        if not 0 <= self.ramp <= 1 or not 0 <= self.piece_dropout < 1:
            raise ValueError("ramp must be in [0, 1], and piece_dropout in [0, 1)")

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each loss by its name."""
        return {"soft_labels": self.soft_labels, "hard_labels": self.hard_labels}

    @property
    def temperature(self) -> float:
        """Softmax temperature of the soft labels."""
        return self.softmax_temperature

    @property
    def draws(self) -> bool:
        """Whether texts are perturbed at all."""
        return self.perturbed > 0 or self.consistency > 0

    @property
    def inherits(self) -> bool:
        """Whether texts that beat a trial's parents are learnt."""
        return any(isinstance(adversary, InheritedTexts) for adversary in self.adversaries)

    def strength(self, progress: float) -> float:
        """Returns how strong perturbations are, in [0, 1].

        Args:
            progress: The part of the training that is done when the present epoch ends, in (0, 1].
        """
        return min(1.0, progress / self.ramp) if self.ramp else 1.0
