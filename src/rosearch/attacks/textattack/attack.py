"""Any recipe of TextAttack, run by TextAttack itself in an environment of its own."""

import atexit
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

from rosearch.attacks.attack import Attack
from rosearch.attacks.dialogue import Ask, Consult, Search, Start
from rosearch.attacks.text import WordText
from rosearch.attacks.textattack.environment import Environment
from rosearch.core.component import nearest
from rosearch.core.errors import AssetError, AttackError, ConfigError, RoSearchError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.masked_language_model import MaskedLanguageModel
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.vector_lexicon import VectorLexicon


@final
@dataclass(frozen=True, kw_only=True)
class TextAttack(Attack):
    """A recipe of TextAttack, or one of yours for it, which TextAttack runs in an environment of its own.

    The model stays in this process and is asked in TextAttack's batches; texts are attacked one after the other. What
    TextAttack reports is believed no more than any attack: the model is asked again about every text. Its constraints
    are judged by TextAttack alone.

    Args:
        recipe: TextAttack's name for it, such as ``pwws`` or ``clare``, or ``module:Class`` of a recipe that its
            environment can import. Untargeted, and without gradients of the model.
        python: The interpreter of the environment, such as ``oracle/bin/python``. It is run: do not take it from a
            configuration that you do not trust.
        vectors: Word vectors for TextAttack's counter-fitted ones, which it downloads; only their table counts, for
            the recipe has numbers of its own.
        encoder: For the Universal Sentence Encoder, which TextAttack downloads and runs with TensorFlow.
        mlm: For the masked language model that the recipe names.
        downloads: Whether TextAttack may download what it lacks.
        timeout_s: How long TextAttack may be silent, in seconds; loading and downloading included.

    Raises:
        ValueError: If ``recipe``, ``vectors``, ``mlm`` or ``timeout_s`` does not fit.

    References:
        Morris et al. (2020). TextAttack: A Framework for Adversarial Attacks, Data Augmentation, and Adversarial
        Training in NLP. arXiv:2005.05909

    Differences from TextAttack: random numbers are seeded for each text, so that none depends on those before; words of
    equal importance keep the order in which TextAttack lists them, where it leaves them to an unstable sort; the score
    that a recipe climbs is the run's, less the one that means 'no effect'.
    """

    at_once: ClassVar[int] = 1
    recipe: str
    python: str
    vectors: Lexicon | None = None
    encoder: SentenceEncoder | None = None
    mlm: MaskedLanguageModel | None = None
    downloads: bool = False
    timeout_s: float = 600.0
    kind: Literal["textattack"] = "textattack"

    def __post_init__(self) -> None:
        if not self.recipe:
            raise ValueError("recipe must name one of TextAttack's, such as pwws.")
        if self.vectors is not None and not isinstance(self.vectors, VectorLexicon):
            raise ValueError("vectors must be a lexicon of word vectors, such as glove50-wordnet.")
        if self.mlm is not None and not isinstance(self.mlm, PretrainedMaskedLM):
            raise ValueError("mlm must be a pretrained-mlm, which TextAttack can load too.")
        if self.timeout_s <= 0:
            raise ValueError(f"timeout_s must be above 0, got {self.timeout_s:g}.")

    def prepare(self, listener: Listener = ignore) -> None:
        """Loads what is handed to TextAttack, and starts TextAttack.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If something cannot be had.
        """
        super().prepare(listener)
        if self not in _idle:
            _give_back(self, self._started(listener))

    def search(self, start: Start) -> Search:
        """Attacks one text."""
        if not start.text.words:
            return start.text
        environment = _idle.pop(self, None) or self._started(ignore)
        try:
            final_text = yield from self._conversation(environment, start)
        except BaseException:
            environment.close()
            raise
        _give_back(self, environment)
        return final_text

    def _meant(self) -> dict[str, Any]:
        """Returns the fields that decide an outcome: where TextAttack lies, and what it may fetch, does not."""
        idle = ("python", "downloads", "timeout_s")
        return {name: value for name, value in super()._meant().items() if name not in idle}

    def _started(self, listener: Listener) -> Environment:
        vectors = str(self.vectors.folder(listener)) if isinstance(self.vectors, VectorLexicon) else None
        masked_lm = self.mlm.model if isinstance(self.mlm, PretrainedMaskedLM) else None
        handed = {"vectors": vectors, "masked_lm": masked_lm, "encoder": self.encoder is not None}
        environment = Environment(self.python, timeout_s=self.timeout_s, online=self.downloads)
        try:
            environment.say({"recipe": self.recipe, "downloads": self.downloads, **handed})
            version = self._heard(environment)["ready"]
        except BaseException:
            environment.close()
            raise
        listener(Notice(text=f"{self.recipe} is run by TextAttack {version} of {self.python}."))
        return environment

    def _conversation(self, environment: Environment, start: Start) -> Generator[Ask | Consult, Any, WordText]:
        job = {"text": start.text.text, "score": start.score - start.zero, "seed": start.random.seed}
        environment.say({**job, "order": start.order})
        best, standing = start.score, None
        while "end" not in (message := self._heard(environment)):
            if "encode" in message and self.encoder is not None:
                replies = yield Consult(self.encoder, message["encode"])
                environment.say({"vectors": [vector.tolist() for vector in replies]})
                continue
            ranking, texts = message["ranking"], message["ask"]
            answers = yield Ask(
                texts,
                incumbent=None if ranking else best,
                similarities=message["similarities"],
                standing=standing,
            )
            scores = [score - start.zero for score in answers.scores]
            environment.say({"scores": scores, "flipped": list(answers.flipped), "over": answers.over})
            if not ranking and max(answers.scores, default=best) > best:
                best = max(answers.scores)
                at = answers.scores.index(best)
                standing = texts[at] if answers.flipped[at] else standing
        return WordText(message["end"])

    def _heard(self, environment: Environment) -> dict[str, Any]:
        message = environment.hear()
        if "failed" in message:
            raise self._error(message)
        return message

    def _error(self, message: dict[str, Any]) -> RoSearchError:
        why = str(message["why"]).rstrip(".")
        if message["failed"] == "unknown":
            return ConfigError(f"textattack: unknown recipe {self.recipe!r}. {nearest(self.recipe, message['known'])}")
        if message["failed"] == "importing":
            return AssetError(
                f"{self.python}: TextAttack cannot be imported: {why}. Install it there "
                "(docs/how-to/textattack.md), or give with python the interpreter of another environment."
            )
        if message["failed"] == "missing":
            return AssetError(
                f"{self.recipe}: TextAttack lacks something, and may not download it: {why}. Put it there, hand in "
                "something of ours (vectors, encoder, mlm), or set downloads = true."
            )
        if message["failed"] == "building":
            return ConfigError(f"textattack: the recipe {self.recipe!r} cannot be run here: {why}.")
        return AttackError(f"{self.recipe}: TextAttack failed on a text: {why}. Leave that text out.")


_idle: dict[TextAttack, Environment] = {}
_MOST_IDLE = 2


def _give_back(attack: TextAttack, environment: Environment) -> None:
    """Keeps a process for the next text; each takes 0.6 to 0.8 GB, so few are kept."""
    while len(_idle) >= _MOST_IDLE:
        _idle.pop(next(iter(_idle))).close()
    _idle[attack] = environment


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.popitem()[1].close()
