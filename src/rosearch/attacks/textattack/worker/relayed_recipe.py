"""A recipe of TextAttack whose questions are relayed to somebody who knows the model.

Imported where TextAttack is installed, and there only.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, final

import tamed_textattack
import textattack
from textattack.attack_args import ATTACK_RECIPE_NAMES
from textattack.goal_functions import UntargetedClassification
from textattack.models.wrappers import ModelWrapper

Relay = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes texts with what is known of them, gives scores, flips, and whether that was the last answer."""


class UnfitError(AttributeError):
    """A recipe that cannot be run so; also where it looks for what the model would have."""


class Answer(NamedTuple):
    """What is known of one text."""

    score: float
    flipped: bool


class _Absent(ModelWrapper):  # type: ignore[misc]
    """Stands for the model, which is elsewhere."""

    model = None

    def __call__(self, text_input_list: Sequence[str], **_: Any) -> Any:  # noqa: ARG002
        raise UnfitError("it asks the model by another way than its goal")

    def __getattr__(self, name: str) -> Any:
        raise UnfitError(f"it looks into the model, for {name}, which is in another process")


@final
class RelayedGoal(UntargetedClassification):  # type: ignore[misc]
    """Another prediction than before; scores and flips are what the relay says they are.

    Args:
        relay: Asked about every text, also one that was asked before: queries are counted there.
    """

    def __init__(self, relay: Relay) -> None:
        super().__init__(_Absent(), use_cache=False)
        self.relay = relay
        self.ranking = False

    def begin(self, score: float) -> None:
        """Prepares for a text whose score is known."""
        self.known: Answer | None = Answer(score, flipped=False)
        self.over, self.best, self.highest = False, None, float("-inf")

    def ranking_during(self, rank: Callable[..., Any]) -> Callable[..., Any]:
        """Returns ``rank``, during which nothing that is asked may be what the attack ends with."""

        def ranked(*args: Any, **kwargs: Any) -> Any:
            self.ranking = True
            try:
                return rank(*args, **kwargs)
            finally:
                self.ranking = False

        return ranked

    def get_results(self, attacked_text_list: Sequence[Any], check_skip: bool = False) -> Any:
        """Returns TextAttack's results, and whether the search is over."""
        results, _ = super().get_results(attacked_text_list, check_skip)
        return results, self.over

    def _call_model(self, texts: Sequence[Any]) -> list[Answer]:
        if self.known:
            first, self.known = self.known, None
            return [first]
        if self.over or not texts:
            return []
        likenesses = [text.attack_attrs.get("similarity_score") for text in texts]
        reply = self.relay(
            {
                "ask": [text.text for text in texts],
                "ranking": self.ranking,
                "similarities": None if None in likenesses else [float(likeness) for likeness in likenesses],
            }
        )
        self.over = reply["over"]
        # A query budget may have cut the answers.
        answers = [Answer(score, flipped) for score, flipped in zip(reply["scores"], reply["flipped"], strict=True)]
        for text, answer in zip(texts, answers, strict=False):
            if not self.ranking and answer.score > self.highest:
                self.best, self.highest = text.text, answer.score
        return answers

    def _is_goal_complete(self, answer: Answer, _: Any) -> bool:
        return answer.flipped

    def _get_score(self, answer: Answer, _: Any) -> float:
        return answer.score

    def _get_displayed_output(self, answer: Answer) -> int:
        return int(answer.flipped)


@final
class RelayedRecipe:
    """A recipe with a relayed goal.

    Args:
        recipe: TextAttack's name for it, or ``module:Class``.
        relay: Answers.
        try_encoders: Whether its sentence encoders are TextAttack's own, which load when they are first asked.

    Raises:
        UnfitError: If the recipe has another goal, reads gradients, or is not there.
    """

    def __init__(self, recipe: str, relay: Relay, *, try_encoders: bool) -> None:
        attack = _found(recipe).build(_Absent())
        goal, self._search = attack.goal_function, attack.search_method
        if type(goal) is not UntargetedClassification or goal.target_max_score:
            raise UnfitError(f"its goal is {type(goal).__name__}, not just another prediction")
        if not attack.is_black_box:
            raise UnfitError("it reads the gradients of the model, which is in another process")
        self._goal = RelayedGoal(relay)
        rules = [*attack.pre_transformation_constraints, *attack.constraints]
        self._attack = textattack.Attack(self._goal, rules, attack.transformation, self._search)
        self._order = getattr(self._search, "wir_method", None)
        if hasattr(self._search, "_get_index_order"):
            self._search._get_index_order = self._goal.ranking_during(self._search._get_index_order)
        for rule in attack.constraints if try_encoders else ():
            if hasattr(rule, "encode"):
                rule.encode(["A text."])

    def run(self, text: str, score: float, seed: int, order: str) -> str:
        """Attacks one text and returns the one that the attack ends with.

        Args:
            text: What the model is right about.
            score: Its score.
            seed: Of all random numbers.
            order: ``"random"``: a search that ranks words visits them at random.
        """
        tamed_textattack.seed_all(seed)
        if self._order is not None:
            self._search.wir_method = "random" if order == "random" else self._order
        self._goal.begin(score)
        try:
            ended: str = self._attack.attack(text, 0).perturbed_result.attacked_text.text
        except Exception:
            if not self._goal.over:
                raise
            ended = self._goal.best or text  # a search that cannot take an empty answer
        return ended


def _found(recipe: str) -> Any:
    if ":" not in recipe:
        module, _, name = ATTACK_RECIPE_NAMES[recipe].rpartition(".")
        return getattr(import_module(module), name)
    module, _, name = recipe.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UnfitError(f"it is looked for here and in TextAttack's environment, but: {error}") from error
