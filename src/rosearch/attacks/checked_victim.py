"""A victim whose answers are checked, remembered, and asked for in batches of like length."""

from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.attacks.query_cache import QueryCache
from rosearch.core.errors import AttackError
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.core.text import characters_in

_FEW, _MANY = 256, 4096


@final
class CheckedVictim:
    """Asks a victim and trusts no answer.

    Args:
        victim: The model.
        batch_size: Texts in one call; None gives many to a victim that batches by itself, and few to any other.
        cache: Answers known already, and where new ones go.
    """

    def __init__(self, victim: Victim, *, batch_size: int | None, cache: QueryCache) -> None:
        self._victim = victim
        self._batch_size = batch_size or (_MANY if getattr(victim, "batches_itself", False) else _FEW)
        self._cache = cache
        self._classes: int | None = None
        cache.bind(victim)

    def logits(self, texts: Sequence[Text], owners: Sequence[str]) -> tuple[FloatArray, list[int]]:
        """Returns the logits of texts, asking the victim only for those it has not answered.

        Args:
            texts: Texts, with repetitions.
            owners: The example id that each text belongs to, for error messages.

        Returns:
            Logits, shape ``(len(texts), classes)``, and the positions in ``texts`` that were really asked.
        """
        slots = self._cache.slots(texts)
        fresh: dict[Text, int] = {}
        for position, slot in enumerate(slots):
            if slot < 0:
                fresh.setdefault(texts[position], position)
        asked = list(fresh.values())
        new = self.ask(list(fresh), [owners[position] for position in asked])
        rows = self._gather(texts, slots, fresh, new)
        self._cache.store(list(fresh), new)
        return rows, asked

    def ask(self, texts: Sequence[Text], owners: Sequence[str]) -> FloatArray:
        """Asks the victim whatever the cache knows, the longest texts last.

        Args:
            texts: What to ask.
            owners: The example id that each text belongs to.

        Raises:
            AttackError: If the victim raises, gives another shape than one finite row of logits for each text, or
                another number of classes than before.
        """
        by_length = sorted(range(len(texts)), key=lambda position: characters_in(texts[position]))
        batches = []
        for start in range(0, len(by_length), self._batch_size):
            positions = by_length[start : start + self._batch_size]
            batches.append(self._batch([texts[at] for at in positions], [owners[at] for at in positions]))
        if not batches:
            return np.empty((0, self._classes or 0))
        rows = np.concatenate(batches)
        ordered = np.empty_like(rows)
        ordered[by_length] = rows
        return ordered

    def _batch(self, texts: list[Text], owners: list[str]) -> FloatArray:
        try:
            rows = np.asarray(self._victim.logits(texts), dtype=np.float64)
        except Exception as error:
            culprit = self._culprit(texts, owners)
            raise AttackError(f"The victim failed on a text of example {culprit}: {error!r}.") from error
        expected = (len(texts), self._classes or (rows.shape[-1] if rows.ndim else 0))
        if rows.shape != expected or expected[1] < 2:
            raise AttackError(
                f"The victim gave logits of shape {rows.shape} for {len(texts)} texts, the first of example "
                f"{owners[0]!r}; expected one row a text with {self._classes or 'two or more'} classes."
            )
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            raise AttackError(
                f"The victim gave a logit that is not finite for example {owners[int(finite.argmin())]!r}."
            )
        self._classes = rows.shape[1]
        return rows

    def _culprit(self, texts: list[Text], owners: list[str]) -> str:
        """Names the first text that fails alone, or the batch where none does."""
        for text, owner in zip(texts, owners, strict=True):
            try:
                self._victim.logits([text])
            except Exception:
                return repr(owner)
        return f"{owners[0]!r} (only in a batch of {len(texts)})"

    def _gather(self, texts: Sequence[Text], slots: list[int], fresh: dict[Text, int], new: FloatArray) -> FloatArray:
        if not fresh:
            return self._cache.rows(slots)
        if len(fresh) == len(texts):
            return new
        rows = np.empty((len(texts), new.shape[1]))
        known = [position for position, slot in enumerate(slots) if slot >= 0]
        if known:
            rows[known] = self._cache.rows([slots[position] for position in known])
        place = {text: row for row, text in enumerate(fresh)}
        missing = [position for position, slot in enumerate(slots) if slot < 0]
        rows[missing] = new[[place[texts[position]] for position in missing]]
        return rows
