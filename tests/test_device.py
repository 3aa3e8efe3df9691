"""Devices, precision, threads and torch's global generators: set for a block, put back afterwards."""

import pytest
import torch

from rosearch import device as device_module
from rosearch.core.errors import ConfigError
from rosearch.device import computing, in_parallel, resolve_device, resolve_precision, seeded, threads

CPU = torch.device("cpu")


def test_the_best_device_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"cuda": False, "mps": False}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: found["cuda"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: found["mps"])
    assert resolve_device("auto") == CPU
    found["mps"] = True
    assert resolve_device("auto") == torch.device("mps")
    found["cuda"] = True
    assert resolve_device("auto") == torch.device("cuda")
    assert resolve_device("cpu") == CPU


@pytest.mark.parametrize("name", ["cuda", "mps", "tpu"])
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=f"no device '{name}' on this machine. Use one of: auto, cpu"):
        resolve_device(name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("capabilities", "width", "expected"),
    [
        ({"avx512_bf16": True}, 256, "bfloat16"),
        ({"amx_bf16": True}, 768, "bfloat16"),
        ({"avx512_bf16": True}, 255, "float32"),
        ({"avx2": True}, 768, "float32"),
        ({}, 768, "float32"),
    ],
)
def test_bfloat16_only_where_the_processor_has_it_and_the_network_is_wide(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], width: int, expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert resolve_precision("auto", CPU, width=width) == expected
    assert resolve_precision("bfloat16", CPU, width=width) == "bfloat16"
    assert resolve_precision("float32", CPU, width=width) == "float32"


def test_a_torch_without_capabilities_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert device_module.resolve_precision("auto", CPU) == "float32"


def test_computing_casts_products_only_in_bfloat16() -> None:
    square = torch.ones(2, 2)
    with computing(CPU, "bfloat16"):
        assert (square @ square).dtype == torch.bfloat16
    with computing(CPU, "float32"):
        assert (square @ square).dtype == torch.float32
    assert (square @ square).dtype == torch.float32


def test_threads_are_put_back_even_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(KeyError), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise KeyError
    assert torch.get_num_threads() == before


def test_seeded_draws_by_its_seed_alone_and_leaves_no_trace() -> None:
    drawn = []
    for outer in (1, 2):
        torch.manual_seed(outer)
        expected = torch.random.get_rng_state()
        with seeded(7):
            drawn.append(torch.rand(3))
        assert torch.equal(torch.random.get_rng_state(), expected)
    assert torch.equal(*drawn)
    with seeded(8):
        assert not torch.equal(torch.rand(3), drawn[0])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_items_side_by_side_compute_on_one_thread_each_and_the_number_is_put_back(count: int) -> None:
    with threads(count):
        assert in_parallel(lambda item: (item * item, torch.get_num_threads()), range(5)) == [
            (item * item, 1) for item in range(5)
        ]
        assert torch.get_num_threads() == count


def test_a_failure_side_by_side_is_the_callers_and_the_number_is_put_back() -> None:
    with threads(2):
        with pytest.raises(ZeroDivisionError):
            in_parallel(lambda item: 1 // item, [1, 0, 1])
        assert torch.get_num_threads() == 2
