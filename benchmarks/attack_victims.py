"""Students of about 1, 5 and 20 million weights outside their embedding, distilled from MiniLM once and kept."""

from pathlib import Path

from rosearch import Fitness, Plain, Schedule, Task, Teacher
from rosearch.attacks import DeepWordBug
from rosearch.core.rng import SeedTree
from rosearch.device import threads
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.workbench import Workbench
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention

LAYER = Cell(
    nodes=(
        Node(operation=SelfAttention(heads=4), inputs=(0,)),
        Node(operation=FeedForward(ratio=4), inputs=(1,)),
    )
)
SHAPES = {"1": (192, 2), "5": (384, 3), "20": (640, 4)}
"""Width and number of layers, by millions of weights."""


def student_of(millions: str, task: Task, folder: Path, *, thread_count: int) -> Path:
    """Returns a student's folder; it is trained where it is missing, and the teacher too."""
    path = folder / f"student-{millions}m"
    if (path / "student" / "student.json").is_file():
        return path / "student"
    width, layers = SHAPES[millions]
    architecture = Architecture(
        input=InputGenes(rank=128, trained=True),
        width=width,
        pooling="mean",
        shared=False,
        layout=(0,) * layers,
        cells=(LAYER,),
    )
    fitness = Fitness(scheme=Plain(schedule=Schedule(epochs=2 if millions == "20" else 4)))
    teacher = Teacher.from_pretrained("minilm", fine_tuning={"epochs": 1, "learning_rate": 1e-4, "frozen_layers": 3})
    with threads(thread_count):
        prepared = teacher.prepare(task, folder / "teacher", seeds=SeedTree(0))
        bench = Workbench(task=task, teacher=prepared, fitness=fitness, seed=0, thread_count=thread_count)
        candidate = Candidate(name=path.name, architecture=architecture, scheme=fitness.scheme)
        fidelity = Fidelity(
            name="search", share=1.0, split="dev", examples=1, attacks=(DeepWordBug(),), scores=("margin",)
        )
        evaluation = bench.evaluate(candidate, fidelity, folder=path)
    print(f"{path.name}: {evaluation.metrics['accuracy']:.1%} right on dev")
    return path / "student"
