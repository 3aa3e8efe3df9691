"""RoSearch in one file: search for small students that stay right when somebody rewrites their input.

Guo, Yang, Zhou, Ye, Li (2021). RoSearch: Search for Robust Student Architectures When Distilling Pre-trained Language
Models. arXiv:2106.03613. The numbered sections are the paper's five parts; each names the files that do it properly.

Run `python examples/nano_rosearch.py`: torch and numpy, one core, half a minute, nothing to download.
"""

import random
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

# ---- The task: what critics say of films. Full program: src/rosearch/data/task.py, src/rosearch/lexicons/wordnet.py

PRAISE = ["great superb splendid stellar", "charming lovely delightful winsome", "clever smart witty sharp"]
BLAME = ["dull boring tedious drab", "bad poor awful dire", "stupid silly dumb inane"]
NOUNS, VERBS = ["film movie picture flick", "story plot tale narrative"], ["is seems looks appears"]
SYNONYMS = {word: row.split() for row in PRAISE + BLAME + NOUNS + VERBS for word in row.split()}
VOCABULARY = {word: number for number, word in enumerate(["[UNK]", "not", *SYNONYMS])}
RARITY, STYLES = (30, 6, 2, 1), ((3, 3, 4, 4), (4, 4, 3, 3))


def write_reviews(count: int, *, name: str) -> tuple[list[list[str]], Tensor]:
    """Writes reviews such as "plot seems dull film not witty story looks awful", and whether they are kind.

    Like real text they mislead: pleased critics also prefer other nouns and verbs. A model that relies on those is
    accurate for the wrong reason, and an attack that swaps synonyms finds out.
    """
    rng, reviews = random.Random(name), []
    for _ in range(count):
        text, label = [], rng.randrange(2)
        for negated in (rng.random() < 0.3 for _ in range(3)):
            noun, verb = (rng.choices(rng.choice(rows).split(), STYLES[label])[0] for rows in (NOUNS, VERBS))
            adjectives = rng.choice(PRAISE if label ^ negated else BLAME).split()
            text += [noun, "not" if negated else verb, *rng.choices(adjectives, RARITY)]
        reviews.append((text, label))
    return [text for text, _ in reviews], torch.tensor([label for _, label in reviews])


# ---- (1) The search space: graphs as data. Full program: src/rosearch/space/ (dag.py, mutation.py, canonical.py)

OPERATIONS = ["attention", "convolution", "feed_forward", "max_pooling"]
POOLINGS, WIDTHS, MAX_NODES = ["mean", "max"], [8, 16, 24, 32], 5


@dataclass(frozen=True)
class Node:
    """An operation, and what it reads: 0 is the embedded text, i is the i-th node."""

    operation: str
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Architecture:
    """A student as data. Nodes read earlier ones only, so whatever is drawn is a directed acyclic graph."""

    width: int
    pooling: str
    nodes: tuple[Node, ...]

    @property
    def loose_ends(self) -> list[int]:
        """Returns what no node reads; the output joins it."""
        read = {source for node in self.nodes for source in node.inputs}
        return [number for number in range(len(self.nodes) + 1) if number not in read]


def random_node(number: int, rng: random.Random) -> Node:
    """Draws the node that will stand at ``number``: an operation, and one or two earlier inputs."""
    return Node(rng.choice(OPERATIONS), tuple(sorted(rng.sample(range(number), rng.randint(1, min(2, number))))))


def random_architecture(rng: random.Random) -> Architecture:
    """Draws every gene by itself."""
    nodes = tuple(random_node(number, rng) for number in range(1, rng.randint(1, MAX_NODES) + 1))
    return Architecture(rng.choice(WIDTHS), rng.choice(POOLINGS), nodes)


def mutate(parent: Architecture, rng: random.Random) -> Architecture:
    """Returns another architecture, one small edit away."""
    child, nodes = parent, parent.nodes
    while child == parent:
        place = rng.randrange(len(nodes))
        drawn, before, after = random_node(place + 1, rng), nodes[:place], nodes[place + 1 :]
        edits = [
            replace(parent, width=rng.choice(WIDTHS)),
            replace(parent, pooling=rng.choice(POOLINGS)),
            replace(parent, nodes=(*before, replace(drawn, inputs=nodes[place].inputs), *after)),
            replace(parent, nodes=(*before, replace(drawn, operation=nodes[place].operation), *after)),
            replace(parent, nodes=(*nodes, random_node(len(nodes) + 1, rng))[:MAX_NODES]),
            replace(parent, nodes=nodes[:-1] or nodes),
        ]
        child = rng.choice(edits)
    return child


# ---- From graph to network. Full program: src/rosearch/students/ (network.py, layers.py)


class Layer(nn.Module):
    """A node: x + operation(norm(x)); normalisation and residual let every graph train."""

    def __init__(self, operation: str, width: int) -> None:
        super().__init__()
        self.operation, self.norm = operation, nn.LayerNorm(width)
        self.map = nn.Conv1d(width, width, kernel_size=3 if operation == "convolution" else 1, padding="same")

    def forward(self, x: Tensor) -> Tensor:
        """Lets words see each other in the operation's way, then maps each; shapes are (texts, words, width)."""
        y = self.norm(x)
        if self.operation == "attention":
            y = functional.scaled_dot_product_attention(y, y, y)
        elif self.operation == "max_pooling":
            y = functional.max_pool1d(y.mT, kernel_size=3, stride=1, padding=1).mT
        return x + functional.gelu(self.map(y.mT).mT)


class Network(nn.Module):
    """Embedding, graph, pooling, a linear head."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        self.embedding = nn.Embedding(len(VOCABULARY), architecture.width)
        self.layers = nn.ModuleList(Layer(node.operation, architecture.width) for node in architecture.nodes)
        self.head = nn.Linear(architecture.width, 2)

    def forward(self, texts: list[list[str]]) -> Tensor:
        """Returns logits, shape (texts, 2); all texts have the same length, so that nothing is padded."""
        values = [self.embedding(torch.tensor([[VOCABULARY[word] for word in text] for text in texts]))]
        for node, layer in zip(self.architecture.nodes, self.layers, strict=True):
            values.append(layer(torch.stack([values[source] for source in node.inputs]).mean(dim=0)))
        x = torch.stack([values[number] for number in self.architecture.loose_ends]).mean(dim=0)
        return self.head(x.mean(dim=1) if self.architecture.pooling == "mean" else x.amax(dim=1))


# ---- (3) Distillation. Full program: src/rosearch/teachers/preparation.py, src/rosearch/distillation/trainer.py


def train(architecture: Architecture, texts: list[list[str]], targets: Tensor, *, epochs: int, seed: int) -> Network:
    """Trains on labels, as the teacher is, or on the teacher's probabilities, as students are."""
    torch.manual_seed(seed)  # every candidate meets the same random numbers
    network = Network(architecture)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(epochs):
        for rows in torch.randperm(len(texts)).split(64):
            loss = functional.cross_entropy(network([texts[row] for row in rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return network.requires_grad_(False)


# ---- (4) Fitness under attack. Full program: src/rosearch/attacks/ (pwws.py, engine.py), src/rosearch/fitness/


def attack(network: Network, text: list[str], label: int) -> list[str]:
    """Swaps words for synonyms, the most important word first, until the prediction changes or no word is left."""

    def damage(texts: list[list[str]]) -> list[float]:
        logits = network(texts)
        return (logits[:, 1 - label] - logits[:, label]).tolist()  # the other class's lead; above 0 a text is lost

    places = [place for place, word in enumerate(text) if word in SYNONYMS]
    masked = [[*text[:place], "[UNK]", *text[place + 1 :]] for place in places]
    current, *importance = damage([text, *masked])
    for _, place in sorted(zip(importance, places, strict=True), reverse=True):
        if current <= 0:
            swapped = [[*text[:place], synonym, *text[place + 1 :]] for synonym in SYNONYMS[text[place]]]
            current, text = max(zip(damage(swapped), swapped, strict=True))
    return text


@dataclass(frozen=True)
class Trial:
    """An architecture and its figures."""

    architecture: Architecture
    robust_accuracy: float
    accuracy: float
    parameters: int


def measure(network: Network, texts: list[list[str]], labels: Tensor) -> Trial:
    """Measures accuracy before and after the attack; a text that is wrong beforehand counts as lost in both."""
    attacked = [attack(network, text, label) for text, label in zip(texts, labels.tolist(), strict=True)]
    robust, right = ((network(each).argmax(dim=1) == labels).double().mean().item() for each in (attacked, texts))
    return Trial(network.architecture, robust, right, sum(weight.numel() for weight in network.parameters()))


def front(trials: list[Trial]) -> list[Trial]:
    """Returns the trials that no other trial dominates: is nowhere worse, and somewhere better."""
    figures = np.array([(t.robust_accuracy, t.accuracy, -t.parameters) for t in trials]).reshape(-1, 3)
    dominates = (figures[:, None] >= figures).all(axis=2) & (figures[:, None] > figures).any(axis=2)
    return [trial for trial, beaten in zip(trials, dominates.any(axis=0), strict=True) if not beaten]


# ---- (2) Ageing evolution. Full program: src/rosearch/search/ (evolution.py, driver.py)


def propose(trials: list[Trial], rng: random.Random, *, population: int = 8) -> Architecture:
    """Mutates a good trial among the youngest, since everybody dies of age, the best too; or draws a newcomer."""
    if len(trials) < population or rng.random() < 0.25:
        return random_architecture(rng)
    contestants = rng.sample(trials[-population:], 4)
    return mutate(rng.choice(front(contestants)).architecture, rng)


# ---- (5) Statistics. Full program: src/rosearch/analysis/architecture_statistics.py


def rank_correlation(x: list[int], y: list[float]) -> float:
    """Returns Spearman's rho; equals share their mean rank, and a column of equals goes with nothing."""
    a, b = (np.sign(np.subtract.outer(v, v)).sum(axis=1) for v in (x, y))  # twice the rank, counted from the middle
    return float(a @ b / max(1e-9, np.sqrt((a @ a) * (b @ b))))


def main(*, seed: int = 0, trials: int = 20) -> list[Trial]:
    """Searches, prints what it finds, and returns the front."""
    torch.set_num_threads(1)  # more of them only wait for each other in networks this small
    (texts, labels), dev = write_reviews(1500, name=f"train {seed}"), write_reviews(80, name=f"dev {seed}")
    chain = tuple(Node(kind, (place,)) for place, kind in enumerate(["convolution", "feed_forward"] * 2))
    teacher = train(Architecture(64, "mean", chain), texts, labels, epochs=8, seed=seed)
    soft_labels, done, rng = teacher(texts).softmax(dim=1), {}, random.Random(seed)
    bag = measure(train(Architecture(16, "mean", ()), texts, soft_labels, epochs=4, seed=seed), *dev)
    while len(done) < trials:
        architecture = propose(list(done.values()), rng)
        if architecture not in done:
            done[architecture] = measure(train(architecture, texts, soft_labels, epochs=4, seed=seed), *dev)
    # A student that is less accurate than a bag of words does not count: constant answers are robust, too.
    feasible = [trial for trial in done.values() if trial.accuracy >= bag.accuracy]
    students = sorted(front(feasible), key=lambda trial: (-trial.robust_accuracy, trial.parameters))
    print("               robust  accuracy  weights  (on dev: figures to choose by, not to quote)")
    rows = [("teacher", measure(teacher, *dev)), ("bag of words", bag), *(("student", trial) for trial in students)]
    for name, trial in rows:
        graph = " ".join(f"{node.operation}{list(node.inputs)}" for node in trial.architecture.nodes)
        print(f"{name:13} {trial.robust_accuracy:7.0%} {trial.accuracy:9.0%} {trial.parameters:8,}  {graph}".rstrip())
    convolutions = [sum(node.operation == "convolution" for node in each.nodes) for each in done]
    rho = rank_correlation(convolutions, [trial.robust_accuracy for trial in done.values()])
    print(f"Convolutions and robust accuracy over {len(done)} architectures: Spearman's rho {rho:+.2f}")
    return students


if __name__ == "__main__":
    main()
