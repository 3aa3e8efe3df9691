"""Where networks run and in which precision: resolved here and nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Literal, TypeVar

import torch

from rosearch.core.errors import ConfigError
from rosearch.core.protocols import Device, Precision

Item = TypeVar("Item")
Result = TypeVar("Result")

SMALLEST_BFLOAT16_WIDTH = 256
"""On a CPU; `benchmarks/precision.py` measures where bfloat16 begins to pay."""


def resolve_device(device: Device) -> torch.device:
    """Returns the device that ``device`` means on this machine.

    Args:
        device: ``"auto"`` prefers CUDA, then MPS, then the CPU.

    Raises:
        ConfigError: If there is no such device.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return torch.device(next(name for name, is_there in present.items() if is_there))
    if not present.get(device):
        there = ", ".join(name for name, is_there in present.items() if is_there)
        raise ConfigError(f"there is no device {device!r} on this machine. Use one of: auto, {there}.")
    return torch.device(device)


def resolve_precision(
    precision: Precision, device: torch.device, *, width: int = SMALLEST_BFLOAT16_WIDTH
) -> Literal["float32", "bfloat16"]:
    """Returns the precision of matrix products.

    Args:
        precision: ``"auto"`` is bfloat16 where the device computes in it natively and the network is wide enough to
            gain from it; on a CPU, casting costs a narrow network more than its products save.
        device: Where they run.
        width: Of the network.
    """
    if precision != "auto":
        return precision
    wide = device.type != "cpu" or width >= SMALLEST_BFLOAT16_WIDTH
    return "bfloat16" if wide and computes_bfloat16(device) else "float32"


def computes_bfloat16(device: torch.device) -> bool:
    """Says whether a device computes in bfloat16 natively, where it is faster than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    # Emulated bfloat16 is slower than float32, so the instruction itself is asked for, not mere support.
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


@contextmanager
def computing(device: torch.device, precision: Literal["float32", "bfloat16"]) -> Iterator[None]:
    """Runs a block under autocast where the precision asks for it."""
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        yield


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Runs a block on ``count`` threads; results can differ in the last bits between counts, never between runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_parallel(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Maps over items on as many threads as torch may use, each of which computes alone.

    Small networks gain more from batches side by side than from threads that wait for each other within one; and where
    other programs want the cores too, such waiting takes ten times as long as the work. An item's result does not
    depend on the number of threads.

    Args:
        function: Called once for each item, from any thread.
        items: What to map over.

    Returns:
        The results, in order.
    """
    count = min(torch.get_num_threads(), len(items))
    if count < 2:
        return [function(item) for item in items]
    # Putting the number back matters: torch gives it to every thread that begins later.
    with threads(1), ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return list(pool.map(function, items))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Runs a block with torch's global generators at ``seed`` and puts their states back afterwards."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield
