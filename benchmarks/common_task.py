"""What several benchmarks share: a task from a folder of TSV files, a teacher fine-tuned on it once, students."""

from pathlib import Path

from rosearch import Task, Teacher
from rosearch.core.rng import SeedTree
from rosearch.device import seeded
from rosearch.lexicons.wordnet import WordNet
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention
from rosearch.students.network import StudentNetwork
from rosearch.students.reading import Reading
from rosearch.teachers.teacher import PreparedTeacher

FINE_TUNING = {"epochs": 2, "learning_rate": 1e-4, "frozen_layers": 3}
"""Two minutes on two idle cores for SST-2's 6,920 sentences."""


def task_of(data: Path) -> Task:
    """Reads ``train.tsv``, ``dev.tsv`` and ``test.tsv``, with the columns ``text`` and ``label``."""
    return Task.from_files(**{split: data / f"{split}.tsv" for split in ("train", "dev", "test")})


def teacher_of(task: Task, folder: Path) -> PreparedTeacher:
    """Fine-tunes MiniLM on the task, or reads the one that an earlier benchmark left in ``folder``."""
    teacher = Teacher.from_pretrained("minilm", fine_tuning=FINE_TUNING)
    return teacher.prepare(task, folder / f"teacher-{task.fingerprint}", seeds=SeedTree(0).child("teacher"))


def transformer(*, width: int, layers: int, rank: int = 64) -> Architecture:
    """Returns a uniform Transformer with four heads, a feed-forward ratio of 4, and mean pooling."""
    layer = Cell(
        nodes=(
            Node(operation=SelfAttention(heads=4), inputs=(0,)),
            Node(operation=FeedForward(ratio=4), inputs=(1,)),
        )
    )
    return Architecture(
        input=InputGenes(rank=rank, trained=True),
        width=width,
        pooling="mean",
        shared=False,
        layout=(0,) * layers,
        cells=(layer,),
    )


def network_of(architecture: Architecture, teacher: PreparedTeacher, *, seed: int) -> StudentNetwork:
    """Builds a student whose tables start as the teacher's; not one that reads clusters or a pruned vocabulary."""
    reading = Reading(
        tokenizer=teacher.tokenizer(),
        word_embeddings=teacher.word_embeddings(),
        texts=(),
        max_length=teacher.max_length,
        lexicon=WordNet(),
    )
    rows = reading.vocabulary_size(architecture.input)
    with seeded(seed):
        network = StudentNetwork(architecture, vocabulary_size=rows, classes=len(teacher.label_names))
    reading.begin(network.input, architecture.input)
    return network
