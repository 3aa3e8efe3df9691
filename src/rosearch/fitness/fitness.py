"""What a study measures of its candidates, and how: one scheme, one set of attacks, one list of examples for all."""

from dataclasses import dataclass, field
from typing import final

from rosearch.attacks.attack import Attack
from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.core.component import Component
from rosearch.core.protocols import Precision, ScreeningKind
from rosearch.distillation.plain import Plain
from rosearch.distillation.scheme import Scheme
from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.fitness.fidelity import Fidelity, FieldName, require_different_names
from rosearch.fitness.shortcuts.shortcut import Shortcut, require_compatible
from rosearch.lexicons.glove_wordnet import GloveWordNet
from rosearch.lexicons.lexicon import Lexicon


@final
@dataclass(frozen=True, kw_only=True)
class Fitness(Component):
    """Robustness, accuracy and efficiency of a student, and the fidelities at which they are measured.

    Args:
        scheme: How every candidate is trained.
        attacks: What the search attacks with, on dev.
        unseen: What only finalists meet: another transformation and another lexicon than training and search used.
        budgets: Queries per text at which the budget curve is read; unlimited is added.
        share: Part of the full training steps that a candidate gets in the search.
        dev_examples: Texts of dev that every candidate is attacked on.
        test_examples: Texts of test that every finalist is attacked on.
        attacked_labels: Names of the classes that attackers hide, such as ``["spam"]``: only their texts are attacked,
            and figures are reported over these and over all texts. Empty attacks every class.
        false_positive_rate: At which ``recall_at_fpr`` is measured: the share of other texts that may raise an alarm.
        environmental: Orders the front where one member must come first.
        precision: Of matrix products in training.
        attacked_field: Which text field the attacks rewrite, where a task has two; the model sees both.
        clusters: Whose synonyms are read as one word, where an architecture asks for clusters. An attack with the same
            lexicon has no power over such students: judge them by others.
        screening: Who is asked before the candidate itself in the attacks of the search: a faster stand-in whose
            near decisions and flips the candidate itself decides. Finalists are always attacked without.
        shortcuts: What the attacks of the search leave out, at the price of other figures than those of whole attacks,
            so that only figures of one setting compare. Finalists are always attacked without.
    """

    scheme: Scheme = field(default_factory=Plain)
    attacks: tuple[Attack, ...] = field(default_factory=lambda: (PWWS(),))
    unseen: tuple[Attack, ...] = field(default_factory=lambda: (DeepWordBug(),))
    budgets: tuple[int, ...] = (10, 20, 40, 80, 160)
    share: float = 0.25
    dev_examples: int = 200
    test_examples: int = 500
    attacked_labels: tuple[str, ...] = ()
    false_positive_rate: float = 0.01
    environmental: EnvironmentalFitness = field(default_factory=EnvironmentalFitness)
    precision: Precision = "auto"
    attacked_field: FieldName = "first"
    clusters: Lexicon = field(default_factory=lambda: GloveWordNet(min_cosine=0.7))
    screening: ScreeningKind = "auto"
    shortcuts: tuple[Shortcut, ...] = ()

    def __post_init__(self) -> None:
        # Strings and lists are welcome in Python too: Fitness(scheme="plain", attacks=["pwws"]).
        object.__setattr__(self, "scheme", Scheme.from_config(self.scheme, where="scheme"))
        object.__setattr__(self, "clusters", Lexicon.from_config(self.clusters, where="clusters"))
        for name in ("attacks", "unseen"):
            attacks = tuple(Attack.from_config(attack, where=name) for attack in getattr(self, name))
            object.__setattr__(self, name, attacks)
        shortcuts = tuple(Shortcut.from_config(shortcut, where="shortcuts") for shortcut in self.shortcuts)
        object.__setattr__(self, "shortcuts", shortcuts)
        require_compatible(shortcuts)
        if not self.attacks:
            raise ValueError("attacks must name at least one attack")
        require_different_names(self.attacks + self.unseen)
        if not 0 < self.share <= 1:
            raise ValueError("share must be in (0, 1]")
        if min(self.dev_examples, self.test_examples) < 1:
            raise ValueError("dev_examples and test_examples must be positive")
        if not 0 < self.false_positive_rate < 1:
            raise ValueError("false_positive_rate must be between 0 and 1")
        if list(self.budgets) != sorted(set(self.budgets)) or min(self.budgets, default=1) < 1:
            raise ValueError("budgets must be positive and ascending")

    @property
    def powerless(self) -> tuple[str, ...]:
        """The attacks with the lexicon of the clusters: students that read clusters defeat them by construction."""
        lexicons = {attack.name: getattr(attack, "lexicon", None) for attack in self.attacks + self.unseen}
        return tuple(name for name, lexicon in lexicons.items() if isinstance(lexicon, type(self.clusters)))

    @property
    def builds_on_trials(self) -> bool:
        """Whether an evaluation of the search hangs on trials before it."""
        return bool(self.shortcuts) or self.scheme.inherits

    @property
    def search_fidelity(self) -> Fidelity:
        """What every candidate of the search gets."""
        return Fidelity(
            name="search",
            share=self.share,
            split="dev",
            examples=self.dev_examples,
            attacks=self.attacks,
            scores=("margin",),
            attacked_field=self.attacked_field,
            attacked_labels=self.attacked_labels,
            screening=self.screening,
            shortcuts=self.shortcuts,
        )

    @property
    def full_fidelity(self) -> Fidelity:
        """What finalists and baselines get: all steps, test, the unseen attacks too, both scores."""
        return Fidelity(
            name="full",
            share=1.0,
            split="test",
            examples=self.test_examples,
            attacks=self.attacks + self.unseen,
            scores=("margin", "probability"),
            attacked_field=self.attacked_field,
            attacked_labels=self.attacked_labels,
        )
