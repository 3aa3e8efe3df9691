"""What a teacher said, kept on disk: each text is asked once, and one changed row costs one forward pass."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, final

import numpy as np

from rosearch.core.errors import TeacherError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.fingerprint import fingerprint_texts
from rosearch.core.protocols import IntArray, Text
from rosearch.core.text import characters_in, fields_of
from rosearch.teachers.output_files import KeyArray, OutputFiles, OutputRows, Outputs, Shapes
from rosearch.teachers.states import Array, PooledStates, SingleArray, TokenStates

__all__ = ["OutputCache", "Outputs", "PooledStates", "TeacherBatch", "TokenStates", "text_keys"]

SHARD_TEXTS = 1024
BASIS_TEXTS = 128


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class TeacherBatch:
    """What a teacher gives for ``B`` texts.

    Args:
        logits: Shape ``(B, classes)``.
        pooled: One state for each text, shape ``(B, width)``.
        token_states: States of the tokens of each text without padding, ``B`` arrays of shape ``(length, width)``;
            None where the teacher has none.
    """

    logits: Array
    pooled: Array
    token_states: Sequence[Array] | None = None


Forward: TypeAlias = Callable[[Sequence[Text]], TeacherBatch]

TOKEN_DIMENSIONS = 64
"""Dimensions kept of each token's state: on MiniLM, Gram entries (spread 0.24) are then off by 0.07."""


@final
class OutputCache:
    """Outputs of one teacher on disk.

    Args:
        folder: Where caches lie; each teacher has its own folder inside.
        teacher_fingerprint: Names the weights and all else that changes outputs.
        token_dimensions: Dimensions kept of each token's state; 0 keeps no token states.
    """

    def __init__(self, folder: Path, teacher_fingerprint: str, *, token_dimensions: int = TOKEN_DIMENSIONS) -> None:
        self._token_dimensions = token_dimensions
        self._files = OutputFiles(folder / f"{teacher_fingerprint}-{token_dimensions}")

    def ensure(
        self, texts: Sequence[Text], forward: Forward, *, batch_size: int = 32, listener: Listener = ignore
    ) -> Outputs:
        """Returns the outputs for ``texts``, asking the teacher only for those that the cache lacks.

        Long texts are asked first. The batches depend on what is missing, and not on when an earlier call was
        stopped: after a kill, the same calls leave the same bytes as without it.

        Args:
            texts: In any order; repeats are asked once.
            forward: Asks the teacher for at most ``batch_size`` texts.
            batch_size: Texts in one forward pass.
            listener: Hears the progress.

        Raises:
            TeacherError: If the teacher's arrays do not fit, or the cache is damaged.
        """
        if not texts:
            raise ValueError("there are no texts to ask the teacher about")
        keys = text_keys(texts)
        if not np.isin(keys, self._files.keys()).all():
            from filelock import FileLock

            self._files.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self._files.folder / ".lock")):
                self._compute(texts, keys, forward, batch_size, listener)
        return self._files.rows_of(keys)

    def missing(self, texts: Sequence[Text]) -> int:
        """Returns how many of the texts the cache lacks, repeats counted once."""
        return int(np.setdiff1d(text_keys(texts), self._files.keys()).size)

    def _compute(
        self, texts: Sequence[Text], keys: KeyArray, forward: Forward, batch_size: int, listener: Listener
    ) -> None:
        known = self._files.keys()
        order = _longest_first(texts, keys, known)
        done = 0

        def ask(rows: IntArray) -> Iterator[TeacherBatch]:
            nonlocal done
            for start in range(0, len(rows), batch_size):
                asked = [texts[row] for row in rows[start : start + batch_size]]
                yield self._checked(forward(asked), len(asked))
                done += len(asked)
                listener(Progress(stage="teacher: outputs", done=done, total=len(order), unit="texts"))

        rest = order
        if not len(known):
            rest = self._begin(order, keys, ask)
        basis, size = self._files.basis(), max(1, SHARD_TEXTS // batch_size) * batch_size
        for start in range(0, len(rest), size):
            rows = rest[start : start + size]
            self._files.append(_rows(keys[rows], [_reduce(batch, basis) for batch in ask(rows)]))

    def _begin(self, order: IntArray, keys: KeyArray, ask: Callable[[IntArray], Iterator[TeacherBatch]]) -> IntArray:
        """Computes the first rows, texts of all lengths that fix the basis of the token states; returns the rest."""
        sample = np.unique(np.linspace(0, len(order) - 1, BASIS_TEXTS).astype(np.int64))
        batches = list(ask(order[sample]))
        basis = _basis(batches, self._token_dimensions)
        first = batches[0]
        shapes = Shapes(classes=first.logits.shape[1], width=first.pooled.shape[1], dimensions=basis.shape[1])
        self._files.begin(shapes, basis)
        self._files.append(_rows(keys[order[sample]], [_reduce(batch, basis) for batch in batches]))
        return np.delete(order, sample)

    def _checked(self, batch: TeacherBatch, count: int) -> TeacherBatch:
        tokens = batch.token_states
        if self._token_dimensions and tokens is None:
            raise TeacherError("The teacher gives no token states; token_dimensions = 0 does without them.")
        sizes = {len(batch.logits), len(batch.pooled)} | ({len(tokens)} if tokens is not None else set())
        if sizes != {count}:
            raise TeacherError(f"The teacher gave {sorted(sizes)} rows for {count} texts.")
        if not (np.isfinite(batch.logits).all() and np.isfinite(batch.pooled).all()):
            raise TeacherError("The teacher gave values that are not finite. Was its fine-tuning healthy?")
        return batch


def text_keys(texts: Sequence[Text]) -> KeyArray:
    """Returns a hash of each text, shape ``(n,)``; among a million texts two share one with odds of 1 in 10^7."""
    return np.array([int(fingerprint_texts(pair, length=16), 16) for pair in map(fields_of, texts)], dtype=np.uint64)


def _longest_first(texts: Sequence[Text], keys: KeyArray, known: KeyArray) -> IntArray:
    """Returns the rows of the texts that are missing, each text once; equal lengths are ordered by key."""
    first = np.unique(keys, return_index=True)[1]
    missing = first[~np.isin(keys[first], known)]
    sizes = [characters_in(texts[row]) for row in missing]
    return missing[np.lexsort((keys[missing], -np.array(sizes, dtype=np.int64)))]


def _basis(batches: Sequence[TeacherBatch], dimensions: int) -> SingleArray:
    """Returns the directions that keep most of the inner products of token states, shape ``(width, dimensions)``.

    They are the leading eigenvectors of the second moment, without centring: a Gram matrix is not centred either.
    """
    states = [state for batch in batches for state in batch.token_states or ()]
    if not dimensions or not states:
        return np.empty((0, 0), dtype=np.float32)
    width = states[0].shape[1]
    moment = np.zeros((width, width))
    for state in states:
        wide = state.astype(np.float64)
        moment += wide.T @ wide
    return np.linalg.eigh(moment)[1][:, ::-1][:, :dimensions].astype(np.float32)


def _reduce(batch: TeacherBatch, basis: SingleArray) -> TeacherBatch:
    """Projects token states on the basis; without one they are dropped."""
    states = [state.astype(np.float32) @ basis for state in batch.token_states or ()] if basis.size else []
    return TeacherBatch(logits=batch.logits, pooled=batch.pooled, token_states=states)


def _rows(keys: KeyArray, batches: Sequence[TeacherBatch]) -> OutputRows:
    states: list[Array] = [state for batch in batches for state in batch.token_states or ()]
    lengths = np.array([len(state) for state in states] if states else np.zeros(len(keys)), dtype=np.int64)
    return OutputRows(
        keys=keys,
        logits=np.concatenate([batch.logits for batch in batches]),
        pooled=np.concatenate([batch.pooled for batch in batches]),
        lengths=lengths,
        tokens=np.concatenate(states) if states else np.empty((0, 0), dtype=np.float32),
    )
