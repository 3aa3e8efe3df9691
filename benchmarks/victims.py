"""Models to attack in benchmarks, trained in seconds: a linear one, a convolutional student, a Transformer student."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.core.rng import SeedTree
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Convolution, FeedForward, SelfAttention

MAX_LENGTH = 64
CELLS = {
    "convolution": Cell(
        nodes=(Node(operation=Convolution(kernel=3), inputs=(0,)), Node(operation=FeedForward(ratio=2), inputs=(1,)))
    ),
    "transformer": Cell(
        nodes=(Node(operation=SelfAttention(heads=4), inputs=(0,)), Node(operation=FeedForward(ratio=2), inputs=(1,)))
    ),
}
VICTIMS = ("linear", *CELLS)


class Remembered:
    """A victim that gives each text the answer that it first gave it, whatever the batch."""

    def __init__(self, victim: Victim) -> None:
        self.victim = victim
        self.known: dict[Text, FloatArray] = {}

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        if fresh := [text for text in dict.fromkeys(texts) if text not in self.known]:
            self.known.update(zip(fresh, self.victim.logits(fresh), strict=True))
        return np.stack([self.known[text] for text in texts])

    def probabilities(self, texts: Sequence[Text]) -> FloatArray:
        logits = self.logits(texts)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: FloatArray = powers / powers.sum(axis=1)[:, None]
        return result


def n_grams(text: str) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return words + [f"{first} {second}" for first, second in pairwise(words)]


class Linear:
    """Logistic regression on words and pairs of words."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.features = TfidfVectorizer(sublinear_tf=True, analyzer=n_grams)
        self.model = LogisticRegression(C=30, max_iter=300).fit(self.features.fit_transform(texts), labels)

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        scores = np.asarray(self.model.decision_function(self.features.transform(texts)), dtype=np.float64)
        return scores if scores.ndim == 2 else np.stack([-scores, scores], axis=1) / 2


def read_split(path: Path) -> tuple[list[str], list[int]]:
    """Reads ``text<TAB>label`` with a header; labels are numbered by their sorted names."""
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    names = sorted({label for _, label in rows})
    return [text for text, _ in rows], [names.index(label) for _, label in rows]


def train(name: str, texts: Sequence[str], labels: Sequence[int]) -> Victim:
    """Trains a victim on labels alone."""
    if name == "linear":
        return Linear(texts, labels)
    from rosearch.data.assets import MINILM, fetch
    from rosearch.data.tokenization import Tokenizer
    from rosearch.device import seeded
    from rosearch.distillation.hard_labels import HardLabels
    from rosearch.distillation.schedule import Schedule
    from rosearch.distillation.trainer import train as train_network
    from rosearch.distillation.training_set import TrainingSet
    from rosearch.students.network import StudentNetwork
    from rosearch.students.student import Student

    tokenizer = Tokenizer.load(fetch(MINILM))
    architecture = Architecture(
        input=InputGenes(rank=64, trained=True),
        width=128,
        pooling="mean",
        shared=False,
        layout=(0, 0),
        cells=(CELLS[name],),
    )
    classes = len(set(labels))
    with seeded(0):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size, classes=classes)
    data = TrainingSet(encoded=tokenizer.encode(texts, max_length=MAX_LENGTH), labels=np.array(labels))
    train_network(network, data, HardLabels(schedule=Schedule(epochs=3)), seeds=SeedTree(0), precision="float32")
    names = tuple(str(label) for label in range(classes))
    return Student(network, tokenizer, label_names=names, max_length=MAX_LENGTH)
