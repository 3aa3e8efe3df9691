"""Where bfloat16 begins to pay on this machine: training steps in both precisions, side by side, by width.

usage: python benchmarks/precision.py [--threads 2]        about a minute
"""

import argparse
import time

import torch

from rosearch.device import computing, seeded, threads
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention
from rosearch.students.network import StudentNetwork

BATCH, LENGTH, VOCABULARY, STEPS = 64, 28, 8000, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    count = parser.parse_args().threads
    print(f"{'width':>5}  {'float32 texts/s':>15}  {'bfloat16 texts/s':>16}  ratio")
    for width in (64, 128, 192, 256, 384, 512):
        network = build(width)
        with threads(count):
            plain, half = texts_per_s(network, "float32"), texts_per_s(network, "bfloat16")
        print(f"{width:>5}  {plain:>15.0f}  {half:>16.0f}  {half / plain:.2f}")


def build(width: int) -> StudentNetwork:
    layer = Cell(
        nodes=(
            Node(operation=SelfAttention(heads=4), inputs=(0,)),
            Node(operation=FeedForward(ratio=4), inputs=(1,)),
        )
    )
    genes = Architecture(
        input=InputGenes(rank=64, trained=True),
        width=width,
        pooling="mean",
        shared=False,
        layout=(0, 0),
        cells=(layer,),
    )
    with seeded(0):
        return StudentNetwork(genes, vocabulary_size=VOCABULARY, classes=2)


def texts_per_s(network: StudentNetwork, precision: str) -> float:
    ids = torch.randint(1, VOCABULARY, (BATCH, LENGTH))
    mask, labels = torch.ones_like(ids, dtype=torch.bool), torch.randint(0, 2, (BATCH,))
    best = float("inf")
    for _ in range(STEPS):
        start = time.perf_counter()
        with computing(torch.device("cpu"), precision):
            loss = torch.nn.functional.cross_entropy(network(ids, mask).logits_BC, labels)
        network.zero_grad(set_to_none=True)
        loss.backward()
        best = min(best, time.perf_counter() - start)
    return BATCH / best


if __name__ == "__main__":
    main()
