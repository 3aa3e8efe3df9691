"""Processor time of a training step, a forward pass and the tokenizer with each input; pieces alone are 1.

usage: python benchmarks/input_speed.py --data SST2DIR [--inputs pieces,letters]     the teacher stays under --work
SST2DIR holds train.tsv, dev.tsv and test.tsv with the columns text and label.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from common_task import task_of, teacher_of
from inputs import INPUTS, student

from rosearch import Schedule
from rosearch.core.rng import SeedTree
from rosearch.device import seeded, threads
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.trainer import train
from rosearch.distillation.training_set import TrainingSet
from rosearch.lexicons.wordnet import WordNet
from rosearch.students.network import StudentNetwork
from rosearch.students.reading import Reading, ReadTexts

STEPS, TEXTS, BATCH, ROUNDS = 12, 512, 64, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks"), help="where the teacher stays")
    parser.add_argument("--inputs", default=",".join(INPUTS))
    arguments = parser.parse_args()
    task = task_of(arguments.data)
    teacher = teacher_of(task, arguments.work)
    reading = Reading(
        tokenizer=teacher.tokenizer(),
        word_embeddings=teacher.word_embeddings(),
        texts=task.train.texts,
        max_length=teacher.max_length,
        lexicon=WordNet(),
    )
    names = arguments.inputs.split(",")
    networks = {name: network_of(name, reading, classes=task.classes) for name in names}
    times: dict[str, list[list[float]]] = {name: [] for name in names}
    with threads(1):
        for _ in range(ROUNDS):
            for name, network in networks.items():
                read = reading.of(INPUTS[name])
                data = TrainingSet(encoded=read.encoded, labels=task.train.labels)
                times[name].append([step_s(network, data), forward_s(network, read), tokenizer_s(read, reading)])
    best = {name: np.min(rows, axis=0) for name, rows in times.items()}
    print(f"{names[0] + ' = 1, best of ' + str(ROUNDS):24s} training step  forward pass  tokenizer")
    for name, row in best.items():
        print(f"{name:24s} {''.join(f'{ratio:13.2f} ' for ratio in row / best[names[0]])}")


def network_of(name: str, reading: Reading, *, classes: int) -> StudentNetwork:
    with seeded(0):
        rows = reading.vocabulary_size(INPUTS[name])
        network = StudentNetwork(student(name), vocabulary_size=rows, classes=classes)
    reading.begin(network.input, INPUTS[name])
    return network


def step_s(network: StudentNetwork, data: TrainingSet) -> float:
    share = STEPS / Schedule().steps(len(data))
    start = time.process_time()
    train(network, data, HardLabels(), seeds=SeedTree(0), share=share)
    return (time.process_time() - start) / STEPS


@torch.inference_mode()
def forward_s(network: StudentNetwork, read: ReadTexts) -> float:
    start = time.process_time()
    for first in range(0, TEXTS, BATCH):
        rows = np.arange(first, first + BATCH)
        ids, mask = map(torch.from_numpy, read.encoded.batch(rows))
        characters = read.encoded.character_batch(rows)
        network(ids, mask, None if characters is None else torch.from_numpy(characters))
    return time.process_time() - start


def tokenizer_s(read: ReadTexts, reading: Reading) -> float:
    """Times texts whose words are known, as nearly all of an attack's are."""
    start = time.process_time()
    read.tokenizer.encode_similar(reading.texts, max_length=reading.max_length)
    return time.process_time() - start


if __name__ == "__main__":
    main()
