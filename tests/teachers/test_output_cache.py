"""The cache of teacher outputs: each text is asked once, whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.errors import TeacherError
from rosearch.core.events import Event, Progress
from rosearch.core.protocols import Text
from rosearch.teachers import outputs as outputs_module
from rosearch.teachers.outputs import OutputCache, Outputs, TeacherBatch, text_keys

WIDTH, CLASSES = 12, 3
FILES = ("logits.f32", "pooled.f16", "lengths.i32", "tokens.f16", "keys.u64")


class ToyTeacher:
    """Outputs that follow from the text and, a little, from the batch, as those of a real network do."""

    def __init__(self, *, stop_after: int | None = None) -> None:
        self.asked: list[Text] = []
        self.batches = 0
        self.stop_after = stop_after

    def __call__(self, texts: Sequence[Text]) -> TeacherBatch:
        if self.batches == self.stop_after:
            raise KeyboardInterrupt
        self.batches += 1
        self.asked += texts
        noise = np.float32(1e-4 * max(len(str(text)) for text in texts))
        states = [token_states(text) + noise for text in texts]
        pooled = np.stack([state.mean(0) for state in states])
        return TeacherBatch(logits=pooled[:, :CLASSES], pooled=pooled, token_states=states)


def token_states(text: Text) -> np.ndarray:
    seeds = [int(text_keys([text])[0]) % 2**32, 7]
    rng = np.random.default_rng(seeds)
    return rng.normal(size=(1 + len(str(text)) % 5, WIDTH)).astype(np.float32)


def texts_up_to(count: int) -> list[Text]:
    return [f"text {'x' * (number % 13)} {number}" for number in range(count)]


def expected(texts: Sequence[Text]) -> np.ndarray:
    return np.stack([token_states(text).mean(0) for text in texts])


def content(folder: Path) -> dict[str, bytes]:
    (cache,) = folder.iterdir()
    return {name: (cache / name).read_bytes() for name in FILES}


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs_module, "SHARD_TEXTS", 8)
    monkeypatch.setattr(outputs_module, "BASIS_TEXTS", 6)


def test_outputs_are_those_of_the_texts_in_the_order_asked(tmp_path: Path) -> None:
    texts = [*texts_up_to(50), ("a pair", "of texts")]
    cache = OutputCache(tmp_path, "teacher", token_dimensions=WIDTH)
    outputs = cache.ensure(texts, ToyTeacher(), batch_size=4)
    assert len(outputs) == len(outputs.pooled) == 51
    assert outputs.logits.dtype == np.float32
    assert outputs.pooled.shape == (51, WIDTH)
    np.testing.assert_allclose(outputs.logits, expected(texts)[:, :CLASSES], atol=5e-3)
    np.testing.assert_allclose(outputs.pooled[[50, 3]], expected([texts[50], texts[3]]), atol=5e-3)
    backwards = cache.ensure(texts[::-1], ToyTeacher(stop_after=0))
    np.testing.assert_array_equal(backwards.pooled[:], outputs.pooled[:][::-1])
    repeated = cache.ensure([texts[4], texts[4]], ToyTeacher(stop_after=0))
    np.testing.assert_array_equal(repeated.logits, outputs.logits[[4, 4]])


def test_token_states_keep_their_inner_products(tmp_path: Path) -> None:
    texts = texts_up_to(40)
    outputs = OutputCache(tmp_path, "teacher", token_dimensions=WIDTH).ensure(texts, ToyTeacher(), batch_size=4)
    tokens = outputs.token_states
    assert tokens is not None
    assert (len(tokens), tokens.dimensions) == (40, WIDTH)
    batch = tokens.batch([3, 17], pad_to=9)
    assert batch.shape == (2, 9, WIDTH)
    for row, padded in ((3, batch[0]), (17, batch[1])):
        states = token_states(texts[row])
        assert tokens.lengths[row] == len(states)
        np.testing.assert_allclose(tokens[row] @ tokens[row].T, states @ states.T, atol=0.15)
        np.testing.assert_array_equal(padded[: len(states)], tokens[row])
        assert not padded[len(states) :].any()
    assert tokens.batch([3, 17]).shape[1] == max(tokens.lengths[[3, 17]])
    with pytest.raises(ValueError, match="pad_to = 0 is shorter than a text"):
        tokens.batch([3], pad_to=0)


def test_the_kept_dimensions_are_the_best_ones(tmp_path: Path) -> None:
    def teacher(texts: Sequence[Text]) -> TeacherBatch:
        states = [token_states(text) * np.array([5, 4] + [0.1] * (WIDTH - 2), np.float32) for text in texts]
        pooled = np.stack([state.mean(0) for state in states])
        return TeacherBatch(logits=pooled[:, :CLASSES], pooled=pooled, token_states=states)

    outputs = OutputCache(tmp_path, "teacher", token_dimensions=2).ensure(["a", "b"], teacher)
    assert outputs.token_states is not None
    wide = token_states("a")[:, :2] * np.array([5, 4], np.float32)
    np.testing.assert_allclose(outputs.token_states[0] @ outputs.token_states[0].T, wide @ wide.T, atol=0.6)


def test_only_what_is_missing_is_asked_and_each_text_once(tmp_path: Path) -> None:
    texts = texts_up_to(60)
    first, second = ToyTeacher(), ToyTeacher()
    heard: list[Event] = []
    cache = OutputCache(tmp_path, "teacher")
    before = cache.ensure(texts + texts[:7], first, batch_size=4, listener=heard.append)
    assert sorted(first.asked) == sorted(texts)
    assert heard[-1] == Progress(stage="teacher: outputs", done=60, total=60, unit="texts")
    after = cache.ensure([*texts[:59], "a changed row"], second, batch_size=4)
    assert second.asked == ["a changed row"]
    np.testing.assert_array_equal(after.logits[:59], before.logits[:59])


def test_another_teacher_is_asked_anew(tmp_path: Path) -> None:
    OutputCache(tmp_path, "one").ensure(["a"], ToyTeacher())
    other = ToyTeacher()
    OutputCache(tmp_path, "two").ensure(["a"], other)
    assert other.asked == ["a"]


def test_without_token_states_nothing_is_kept_of_them(tmp_path: Path) -> None:
    outputs = OutputCache(tmp_path, "teacher", token_dimensions=0).ensure(texts_up_to(20), ToyTeacher(), batch_size=4)
    assert outputs.token_states is None
    np.testing.assert_allclose(outputs.pooled[:], expected(texts_up_to(20)), atol=5e-3)
    assert content(tmp_path)["tokens.f16"] == b""


@settings(max_examples=25, deadline=None)
@given(stop_after=st.integers(0, 16), count=st.integers(1, 60))
def test_after_a_stop_the_same_calls_leave_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, stop_after: int, count: int
) -> None:
    texts = texts_up_to(count)
    calm, stopped = tmp_path_factory.mktemp("calm"), tmp_path_factory.mktemp("stopped")
    for folder, teacher in ((calm, ToyTeacher()), (stopped, ToyTeacher(stop_after=stop_after))):
        cache = OutputCache(folder, "teacher", token_dimensions=4)
        try:
            cache.ensure(texts, teacher, batch_size=4)
        except KeyboardInterrupt:
            cache.ensure(texts, ToyTeacher(), batch_size=4)
        cache.ensure(["one more", *texts[:2]], ToyTeacher(), batch_size=4)
    assert content(calm) == content(stopped)


@pytest.mark.parametrize("name", FILES[:4])
def test_rows_whose_key_was_not_written_do_not_count(tmp_path: Path, name: str) -> None:
    texts = texts_up_to(30)
    cache = OutputCache(tmp_path, "teacher", token_dimensions=4)
    cache.ensure(texts[:20], ToyTeacher(), batch_size=4)
    (folder,) = tmp_path.iterdir()
    for torn in (name, "keys.u64"):
        with (folder / torn).open("ab") as handle:
            handle.write(b"\x07" * 5)
    outputs = cache.ensure(texts, ToyTeacher(), batch_size=4)
    np.testing.assert_allclose(outputs.pooled[:], expected(texts), atol=5e-3)


def test_a_kill_while_rows_are_written_loses_only_those(tmp_path: Path) -> None:
    code = f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_output_cache import *
        outputs_module.SHARD_TEXTS, outputs_module.BASIS_TEXTS = 8, 6
        # 6 texts fix the basis, 32 make the next shard, and the last 2 are torn in their third file.
        write, left = output_files.OutputFiles._write, [13]
        def dying_write(self, name, values, dtype, offset):
            left[0] -= 1
            if not left[0]:
                os.write(os.open(self.folder / name, os.O_WRONLY | os.O_APPEND), b"torn")
                os.kill(os.getpid(), signal.SIGKILL)
            write(self, name, values, dtype, offset)
        output_files.OutputFiles._write = dying_write
        OutputCache(Path({str(tmp_path / "killed")!r}), "t", token_dimensions=4).ensure(texts_up_to(40), ToyTeacher())
    """
    script = "from rosearch.teachers import output_files\n" + textwrap.dedent(code)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    teacher = ToyTeacher()
    outputs = OutputCache(tmp_path / "killed", "t", token_dimensions=4).ensure(texts_up_to(40), teacher)
    assert len(teacher.asked) == 2
    np.testing.assert_allclose(outputs.pooled[:], expected(texts_up_to(40)), atol=5e-3)


def with_arrays(**changed: object) -> TeacherBatch:
    arrays: dict[str, object] = {"logits": np.zeros((1, 2)), "pooled": np.zeros((1, 3)), "token_states": None}
    return TeacherBatch(**(arrays | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("batch", "dimensions", "message"),
    [
        (with_arrays(), 4, "gives no token states; token_dimensions = 0 does without them"),
        (with_arrays(logits=np.zeros((2, 2))), 0, r"gave \[1, 2\] rows for 1 texts"),
        (with_arrays(token_states=[]), 4, r"gave \[0, 1\] rows for 1 texts"),
        (with_arrays(logits=np.array([[np.nan, 0]])), 0, "values that are not finite"),
        (with_arrays(pooled=np.array([[np.inf, 0, 0]])), 0, "values that are not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path: Path, batch: TeacherBatch, dimensions: int, message: str) -> None:
    with pytest.raises(TeacherError, match=message):
        OutputCache(tmp_path, "t", token_dimensions=dimensions).ensure(["a"], lambda _: batch)


def test_a_teacher_that_changes_its_shapes_is_refused(tmp_path: Path) -> None:
    cache = OutputCache(tmp_path, "t", token_dimensions=0)
    cache.ensure(["a"], lambda _: with_arrays())
    with pytest.raises(TeacherError, match="holds 2 classes and width 3, but the teacher gives 4 and 3"):
        cache.ensure(["b"], lambda _: with_arrays(logits=np.zeros((1, 4))))


def damage(folder: Path, name: str) -> None:
    (cache,) = folder.iterdir()
    path = cache / name
    if name == "shapes.json":
        path.write_text(json.dumps({"classes": 3, "width": 12, "dimensions": 4, "format": 99}), encoding="utf-8")
    else:
        os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("name", ["logits.f32", "pooled.f16", "tokens.f16", "lengths.i32", "shapes.json"])
def test_a_damaged_cache_is_named(tmp_path: Path, name: str) -> None:
    cache = OutputCache(tmp_path, "t", token_dimensions=4)
    cache.ensure(texts_up_to(20), ToyTeacher())
    damage(tmp_path, name)
    with pytest.raises(TeacherError, match=rf"t-4: the cached outputs are damaged: .*{name}|its format is 99"):
        cache.ensure(texts_up_to(20), ToyTeacher())


def test_no_texts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no texts"):
        OutputCache(tmp_path, "t").ensure([], ToyTeacher())


def test_large_states_are_kept_as_the_largest_half(tmp_path: Path) -> None:
    outputs: Outputs = OutputCache(tmp_path, "t", token_dimensions=0).ensure(
        ["a"], lambda _: with_arrays(pooled=np.array([[1e9, -1e9, 1.0]]))
    )
    np.testing.assert_array_equal(outputs.pooled[0], [65504, -65504, 1])


def test_texts_and_pairs_have_keys_of_their_own() -> None:
    keys = text_keys(["ab", ("a", "b"), ("ab", ""), "ab", "a", "b"])
    assert keys[0] == keys[3]
    assert len(set(keys.tolist())) == 5
