"""The files of an output cache: arrays that only grow, one row a text, in the order in which texts were asked.

    logits.f32    (rows, classes)        lengths.i32   (rows,), tokens of each text
    pooled.f16    (rows, width)          tokens.f16    (sum of lengths, dimensions)
    keys.u64      (rows,), a hash of each text, written last: a row counts once its key is on disk
    shapes.json   classes, width, dimensions        basis.npy   (width of a token state, dimensions)

A kill at any moment loses the rows that were being written, and nothing else. No file is ever unpickled.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import TeacherError
from rosearch.core.files import read_json, write_array, write_json
from rosearch.core.protocols import IntArray
from rosearch.teachers.states import Array, PooledStates, SingleArray, TokenStates

FORMAT = 1
LARGEST_HALF = float(np.finfo(np.float16).max)

KeyArray: TypeAlias = NDArray[np.uint64]
LengthArray: TypeAlias = NDArray[np.int32]


@final
@dataclass(frozen=True, kw_only=True)
class Shapes:
    """What all rows of a cache share.

    Args:
        classes: Logits of a text.
        width: Of a pooled state.
        dimensions: Of a token state as it is kept; 0 where none is.
        format: Version of the files.
    """

    classes: int
    width: int
    dimensions: int
    format: int = FORMAT


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class OutputRows:
    """Rows to be appended.

    Args:
        keys: Shape ``(B,)``.
        logits: Shape ``(B, classes)``.
        pooled: Shape ``(B, width)``.
        lengths: Tokens of each text, shape ``(B,)``.
        tokens: States of all tokens one after another, shape ``(lengths.sum(), dimensions)``.
    """

    keys: KeyArray
    logits: Array
    pooled: Array
    lengths: IntArray
    tokens: Array


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Outputs:
    """A teacher's outputs, row by row those of the texts that were asked for.

    Args:
        logits: Float32, shape ``(n, classes)``.
        pooled: Float16 on disk, ``(n, width)``.
        token_states: Float16 on disk; None where the cache keeps none.
    """

    logits: SingleArray
    pooled: PooledStates
    token_states: TokenStates | None

    def __len__(self) -> int:
        return len(self.logits)


@final
class OutputFiles:
    """The files of one teacher's outputs.

    Args:
        folder: Where they stand; made when the first rows are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keys(self) -> KeyArray:
        """Returns the keys of the rows that count, shape ``(rows,)``."""
        path = self.folder / "keys.u64"
        return np.fromfile(path, dtype="<u8", count=len(self)) if len(self) else np.empty(0, dtype=np.uint64)

    def __len__(self) -> int:
        path = self.folder / "keys.u64"
        return path.stat().st_size // 8 if path.is_file() else 0

    def shapes(self) -> Shapes:
        """Returns what all rows share.

        Raises:
            TeacherError: If the files are of another version or damaged.
        """
        try:
            shapes = Shapes(**read_json(self.folder / "shapes.json"))
        except (OSError, ValueError, TypeError) as error:
            raise self._damaged(f"shapes.json cannot be read ({error})") from None
        if shapes.format != FORMAT:
            raise self._damaged(f"its format is {shapes.format}, this program's {FORMAT}")
        return shapes

    def basis(self) -> SingleArray:
        """Returns the matrix that reduces token states, shape ``(width of a token state, dimensions)``."""
        try:
            return np.load(self.folder / "basis.npy", allow_pickle=False)  # type: ignore[no-any-return]
        except (OSError, ValueError) as error:
            raise self._damaged(f"basis.npy cannot be read ({error})") from None

    def begin(self, shapes: Shapes, basis: SingleArray) -> None:
        """Writes what the first rows need."""
        write_array(self.folder / "basis.npy", basis)
        write_json(self.folder / "shapes.json", asdict(shapes))

    def append(self, rows: OutputRows) -> None:
        """Puts rows behind those that count; the caller holds the lock.

        Args:
            rows: What the teacher gave for some texts.

        Raises:
            TeacherError: If the rows have other shapes than those that are there.
        """
        shapes, count = self.shapes(), len(self)
        given = (rows.logits.shape[1], rows.pooled.shape[1])
        if given != (shapes.classes, shapes.width):
            raise TeacherError(
                f"{self.folder}: holds {shapes.classes} classes and width {shapes.width}, but the teacher gives "
                f"{given[0]} and {given[1]}. Delete the folder."
            )
        tokens = int(self._lengths(count).sum())
        self._write("logits.f32", rows.logits, "<f4", count * shapes.classes)
        self._write("pooled.f16", _clipped(rows.pooled), "<f2", count * shapes.width)
        self._write("lengths.i32", rows.lengths, "<i4", count)
        self._write("tokens.f16", _clipped(rows.tokens), "<f2", tokens * shapes.dimensions)
        self._write("keys.u64", rows.keys, "<u8", count)

    def rows_of(self, keys: KeyArray) -> Outputs:
        """Returns the outputs of texts that are all there.

        Args:
            keys: Of the texts, shape ``(n,)``; repeats are allowed.

        Raises:
            TeacherError: If a file is shorter than the rows that count.
        """
        known = self.keys()
        shapes = self.shapes()
        order = np.argsort(known)
        positions = order[np.searchsorted(known, keys, sorter=order)]
        lengths = self._lengths(len(known))
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        token_states = None
        if shapes.dimensions:
            values = self._map("tokens.f16", "<f2", (int(lengths.sum()), shapes.dimensions))
            token_states = TokenStates(values, starts[positions], lengths[positions])
        return Outputs(
            logits=np.asarray(self._map("logits.f32", "<f4", (len(known), shapes.classes))[positions]),
            pooled=PooledStates(self._map("pooled.f16", "<f2", (len(known), shapes.width)), positions),
            token_states=token_states,
        )

    def _lengths(self, count: int) -> IntArray:
        return self._map("lengths.i32", "<i4", (count,)).astype(np.int64) if count else np.empty(0, dtype=np.int64)

    def _map(self, name: str, dtype: str, shape: tuple[int, ...]) -> Array:
        try:
            return np.memmap(self.folder / name, dtype=dtype, mode="r", shape=shape)
        except (OSError, ValueError) as error:
            raise self._damaged(f"{name} is shorter than its rows ({error})") from None

    def _write(self, name: str, values: Array, dtype: str, offset: int) -> None:
        path = self.folder / name
        path.touch()
        with path.open("r+b") as handle:
            handle.truncate(offset * np.dtype(dtype).itemsize)
            handle.seek(0, os.SEEK_END)
            handle.write(np.ascontiguousarray(values, dtype=dtype).tobytes())
            handle.flush()
            os.fsync(handle.fileno())

    def _damaged(self, reason: str) -> TeacherError:
        return TeacherError(f"{self.folder}: the cached outputs are damaged: {reason}. Delete the folder.")


def _clipped(values: Array) -> Array:
    return np.clip(values, -LARGEST_HALF, LARGEST_HALF)
