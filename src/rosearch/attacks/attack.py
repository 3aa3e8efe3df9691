"""The family of attacks: a recipe says what to try, the public call runs and checks it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Literal, TypeAlias, final

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Consult, Order, Search, Start
from rosearch.attacks.engine import Engine, Entry
from rosearch.attacks.goal import Score
from rosearch.attacks.language import looks_english
from rosearch.attacks.query_cache import QueryCache
from rosearch.attacks.result import AttackResult
from rosearch.attacks.screening import Screening
from rosearch.attacks.session import Session
from rosearch.attacks.verdict import Verdict
from rosearch.attacks.word_gradients import gradients_of
from rosearch.core.component import Component
from rosearch.core.errors import AttackError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.fingerprint import fingerprint
from rosearch.core.protocols import Text, Victim
from rosearch.core.rng import SeedTree
from rosearch.core.text import field_of, fields_of
from rosearch.lexicons.resource import Resource

Compat: TypeAlias = Literal["textattack", "published"]
"""Whom a recipe follows: TextAttack 0.3.11, or the publication and its authors' code where they are known."""


_FOREIGN = (
    "Few words of these texts are English, and {recipe} reads {resources}, made for English unless they are your own. "
    "Words that it does not know stay as they are, so that a model looks robust; do not quote such a figure."
)


class Attack(Component, ABC):
    """A way of rewriting texts until a model's prediction changes.

    A recipe is a generator: it yields perturbed texts and receives their scores, and never sees the victim. ``run`` is
    final: it counts queries, checks every text that it reports against the constraints, and asks the victim again.
    """

    family: ClassVar[str] = "attack"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.attacks.pwws",
        "rosearch.attacks.deepwordbug",
        "rosearch.attacks.textfooler",
        "rosearch.attacks.textbugger",
        "rosearch.attacks.bert_attack",
        "rosearch.attacks.bae",
        "rosearch.attacks.strict",
        "rosearch.attacks.textattack.attack",
    )
    at_once: ClassVar[int] = 512
    """Texts under attack at a time; the others wait, so that memory does not grow with their number."""
    published_only: ClassVar[frozenset[str]] = frozenset()
    """Fields that mean nothing where a recipe follows TextAttack."""
    kind: str

    @property
    def name(self) -> str:
        """What figures go by."""
        return name_of(vars(self))

    @abstractmethod
    def search(self, start: Start) -> Search:
        """Attacks one text: yields ``Ask``, receives ``Answers``, returns the text it ends with.

        A search that receives ``Answers.over`` returns without another question. Its randomness is ``start.random``.

        Args:
            start: The text and its score.
        """

    def constraints(self) -> tuple[Constraint, ...]:
        """Returns what every text that ``search`` returns must keep; ``run`` checks it."""
        return ()

    def to_config(self) -> dict[str, Any]:
        """Returns the plain data that ``from_config`` takes, as JSON would give it back."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in super().to_config().items()}

    def fingerprint(self) -> str:
        """Names the recipe and the content of what it reads: equal names, equal attacks, wherever files lie."""
        meant = self._meant()
        resources = [value for value in meant.values() if isinstance(value, Resource)]
        idle = {name for name in vars(self) if isinstance(meant.get(name), Resource) or name not in meant}
        # A field that a later version adds is empty where attacks are as they were, and so are their names.
        given = {name: value for name, value in self.to_config().items() if value not in (None, [])}
        plain = {name: value for name, value in given.items() if name not in idle}
        return fingerprint([plain, *(resource.fingerprint() for resource in resources)])

    def prepare(self, listener: Listener = ignore) -> None:
        """Fetches, builds and loads what the attack reads; ``run`` does it too.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If something cannot be had.
        """
        for value in self._meant().values():
            if isinstance(value, Resource):
                value.prepare(listener)

    def _meant(self) -> dict[str, Any]:
        """Returns the fields that this recipe reads in its mode."""
        idle = self.published_only if vars(self).get("compat") == "textattack" else ()
        return {name: value for name, value in vars(self).items() if name not in idle}

    @final
    def run(
        self,
        victim: Victim,
        texts: Sequence[Text],
        labels: Sequence[int],
        *,
        score: Score,
        seeds: SeedTree | int,
        example_ids: Sequence[str] | None = None,
        field: int = 0,
        budgets: Sequence[int] = (),
        max_queries: int | None = None,
        order: Order = "importance",
        batch_size: int | None = None,
        cache: QueryCache | None = None,
        screening: Screening | None = None,
        listener: Listener = ignore,
    ) -> tuple[AttackResult, ...]:
        """Attacks every text and returns what became of each, in order.

        Args:
            victim: The model; its logits must not depend on the texts beside a text, up to float noise.
            texts: What to attack.
            labels: The gold label of each.
            score: What to maximise.
            seeds: The branch that attacks draw from, each text by (recipe, example id); or one seed for every text.
            example_ids: Names of the texts; their positions where left out.
            field: Which field of a pair to rewrite; the other stays and is seen by the victim only.
            budgets: Query budgets to tell the outcome of; each is what ``max_queries`` alone would have given.
            max_queries: Nominal queries allowed per text, the one for the text itself included; None for no limit.
            order: Another one than the recipe's for searches that rank words, cheaper since it costs no query:
                ``"gradient"`` visits those first on which the victim's loss hangs most, and needs a victim that shows
                its gradients; ``"random"`` any. Searches that rank no words, and published modes, stay as they are.
            batch_size: Texts in one call of the victim; None gives 256, or 4096 to one that batches by itself.
            cache: Answers known already; pass the same one to another run on the same victim.
            screening: A stand-in to be asked first; what its answers leave open, the victim decides.
            listener: Hears how far the run is.

        Raises:
            ValueError: If the arguments do not fit each other.
            AttackError: If the victim gives no finite logits of one shape, or the search breaks a constraint; its
                ``results`` are those of the texts whose attacks had ended.
            AssetError: If something that the attack reads cannot be had.
        """
        names = [str(at) for at in range(len(texts))] if example_ids is None else list(example_ids)
        _require_fitting(texts, labels, names, field, budgets, max_queries, batch_size)
        self.prepare(listener)
        self._note_language(texts, field, listener)
        checked = CheckedVictim(victim, batch_size=batch_size, cache=QueryCache() if cache is None else cache)
        verdict = Verdict(checked, score, self.constraints(), budgets=budgets, field=field)
        engine = Engine(checked, score, name=self.name, at_once=self.at_once, listener=listener, screening=screening)
        begin = partial(Session, search=self.search, score=score, budgets=budgets, max_queries=max_queries, order=order)
        seed = {name: self._seed(seeds, name) for name in names}
        slopes = _gradients(victim, texts, labels, field)
        entries = (
            (begin(field_of(text, field), example_id=name, seed=seed[name], gradients=slope), text, int(label))
            for name, text, label, slope in zip(names, texts, labels, slopes, strict=True)
        )
        results = {result.example_id: result for result in _judged(engine, verdict, entries, len(names), field)}
        return tuple(results[name] for name in names)

    def _note_language(self, texts: Sequence[Text], field: int, listener: Listener) -> None:
        reads = [value for value in self._meant().values() if isinstance(value, Resource)]
        if reads and not looks_english(texts, field):
            kinds = ", ".join(str(getattr(value, "kind", type(value).__name__)) for value in reads)
            listener(Notice(text=_FOREIGN.format(recipe=self.kind, resources=kinds)))

    def _seed(self, seeds: SeedTree | int, name: str) -> int:
        return seeds if isinstance(seeds, int) else seeds.child(self.kind, name).integer()


def name_of(configuration: Mapping[str, Any]) -> str:
    """Returns what the figures of an attack go by: its kind, and the recipe where the kind runs those of others.

    Args:
        configuration: The attack's fields.
    """
    parts = (str(configuration[key]) for key in ("kind", "recipe") if key in configuration)
    return "-".join(parts).replace(":", "-")  # a file's name too


def _gradients(victim: Victim, texts: Sequence[Text], labels: Sequence[int], field: int) -> Iterable[Consult | None]:
    """Yields for each text the question after its gradients, where the victim shows any."""
    shown = gradients_of(victim, field)
    return (Consult(shown, [(text, int(label))]) if shown else None for text, label in zip(texts, labels, strict=True))


def _judged(
    engine: Engine, verdict: Verdict, entries: Iterable[Entry], total: int, field: int
) -> Sequence[AttackResult]:
    ended: list[Entry] = []
    try:
        engine.run(entries, total=total, field=field, ended=ended)
    except AttackError as error:
        with suppress(AttackError):  # the victim may be beyond asking again
            error.results = verdict.of(ended)
        raise
    return verdict.of(ended)


def _require_fitting(
    texts: Sequence[Text],
    labels: Sequence[int],
    names: Sequence[str],
    field: int,
    budgets: Sequence[int],
    max_queries: int | None,
    batch_size: int | None,
) -> None:
    if not len(texts) == len(labels) == len(names):
        raise ValueError(f"{len(texts)} texts, {len(labels)} labels and {len(names)} example ids do not fit together.")
    if len(set(names)) < len(names):
        raise ValueError("Two texts have the same example id; each needs one of its own.")
    if any(field >= len(fields_of(text)) or field < 0 for text in texts):
        raise ValueError(f"There is no field {field} in some of the texts; fields count from 0.")
    if min((*budgets, *(limit for limit in (batch_size, max_queries) if limit is not None)), default=1) < 1:
        raise ValueError("batch_size, max_queries and every budget must be at least 1.")
    if max_queries is not None and max(budgets, default=0) > max_queries:
        raise ValueError(f"A budget above max_queries={max_queries} cannot be told from this run; leave it out.")
