"""The defence that everybody tries first: mend the input before the model sees it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, final

from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.core.text import all_fields
from rosearch.data.look_alikes import fold_look_alikes
from rosearch.data.spelling import SpellingCorrector

_WORD = re.compile(r"[\w@$]*[^\W\d_][\w@$]*")


@final
@dataclass(frozen=True, kw_only=True)
class Normalised:
    """A model behind a mending of its input: look-alikes and invisible signs folded, unknown words corrected.

    A baseline to hold robust students against: attack it like any other model, through the mending.

    Args:
        model: Classifies what is left.
        spelling: Corrects words; None folds only.
    """

    model: Victim
    spelling: SpellingCorrector | None = None

    @classmethod
    def learn(cls, model: Victim, texts: Sequence[Text]) -> Self:
        """Learns the known words from texts.

        Args:
            model: Classifies what is left.
            texts: Such as the training split; words that occur twice or more are known.
        """
        words = (word for field in all_fields(texts) for word in _WORD.findall(fold_look_alikes(field)))
        return cls(model=model, spelling=SpellingCorrector.of_texts(words))

    @property
    def batches_itself(self) -> bool:
        """Whether the model does."""
        return bool(getattr(self.model, "batches_itself", False))

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the model's logits for the mended texts, shape ``(len(texts), classes)``."""
        return self.model.logits([self._mended(text) for text in texts])

    def mend(self, text: str) -> str:
        """Returns one text field as the model sees it."""
        folded = fold_look_alikes(text)
        if self.spelling is None:
            return folded
        correct = self.spelling.correct
        return _WORD.sub(lambda word: correct(word.group()), folded)

    def _mended(self, text: Text) -> Text:
        return self.mend(text) if isinstance(text, str) else (self.mend(text[0]), self.mend(text[1]))
