"""ONNX: graphs of any architecture answer as torch does, for any batch and length, and run without torch."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from rosearch.core.errors import InputError
from rosearch.core.protocols import OnnxPrecision
from rosearch.device import seeded
from rosearch.space.architecture import POOLINGS, Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import OPERATION_KINDS, Operation
from rosearch.space.space import DagSpace
from rosearch.students.loading import load_student
from rosearch.students.network import StudentNetwork
from rosearch.students.onnx_graph import onnx_graph, write_onnx
from rosearch.students.onnx_student import ONNX_FILES, OnnxStudent
from rosearch.students.standard import bag_of_embeddings
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.onnx_parity import LONGEST, largest_difference

VOCABULARY, CLASSES = 50, 3
TEXTS = ("a great movie .", "", "dull", "the plot was awful " * 30)
# float32 sums in another order; float16 has 11 bits; int8 has 256 values for the range of a whole matrix.
TOLERANCES: dict[OnnxPrecision, float] = {"float32": 1e-5, "float16": 0.02, "int8": 0.5}


def network_of(architecture: Architecture, seed: int = 0) -> StudentNetwork:
    with seeded(seed):
        return StudentNetwork(architecture, vocabulary_size=VOCABULARY, classes=CLASSES).eval()


def all_operations() -> Iterator[Architecture]:
    """Gives one architecture for each pooling; together they hold every operation, gates, and shared cells."""
    for index, pooling in enumerate(POOLINGS):
        first, second = (Operation.from_config(OPERATION_KINDS[(2 * index + k) % len(OPERATION_KINDS)]) for k in (0, 1))
        cell = Cell(nodes=(Node(operation=first, inputs=(0,)), Node(operation=second, inputs=(0, 1), combine="gated")))
        yield Architecture(
            input=InputGenes(rank=8, trained=True),
            width=16,
            pooling=pooling,
            shared=True,
            layout=(0, 0),
            cells=(cell,),
        )


def sampled(seed: int) -> list[Architecture]:
    space, rng = DagSpace.preset("default", max_positions=1, max_nodes=2, widths=(32,)), np.random.default_rng(seed)
    return [space.sample(rng=rng) for _ in range(3)]


def difference(network: StudentNetwork, path: Path, precision: OnnxPrecision = "float32") -> float:
    return largest_difference(network, onnx_graph(network, max_length=LONGEST), path, precision=precision)


@pytest.mark.parametrize("architecture", [*all_operations()], ids=POOLINGS)
def test_every_operation_and_pooling_answers_as_torch_does(architecture: Architecture, tmp_path: Path) -> None:
    assert difference(network_of(architecture), tmp_path / "model.onnx") < TOLERANCES["float32"]


@pytest.mark.parametrize("seed", range(5))
def test_random_architectures_answer_as_torch_does(seed: int, tmp_path: Path) -> None:
    for architecture in sampled(seed):
        assert difference(network_of(architecture), tmp_path / "model.onnx") < TOLERANCES["float32"]


def test_a_bag_of_embeddings_answers_as_torch_does(tmp_path: Path) -> None:
    bag = network_of(bag_of_embeddings(InputGenes(rank=8, trained=True)))
    assert difference(bag, tmp_path / "model.onnx") < TOLERANCES["float32"]


@pytest.mark.parametrize("genes", [{"characters": "ngrams", "buckets": 64}, {"characters": "letters"}], ids=str)
@pytest.mark.parametrize("precision", ONNX_FILES)
def test_students_that_read_characters_answer_as_torch_does(
    genes: dict[str, Any], precision: OnnxPrecision, tmp_path: Path
) -> None:
    network = network_of(bag_of_embeddings(InputGenes(rank=8, trained=True, **genes)))
    if genes["characters"] == "ngrams":
        table = network.input.characters.table.weight.data  # type: ignore[union-attr]
        table[1:] = torch.randn(table[1:].shape, generator=torch.Generator().manual_seed(0))
    assert difference(network, tmp_path / "model.onnx", precision) < TOLERANCES[precision]


def test_exporting_changes_neither_the_network_nor_its_answers() -> None:
    network = network_of(sampled(0)[0])
    ids, mask = torch.ones(1, 5, dtype=torch.int64), torch.ones(1, 5)
    before, weights = network(ids, mask).logits_BC, {name: w.clone() for name, w in network.state_dict().items()}
    onnx_graph(network, max_length=LONGEST)
    assert torch.equal(network(ids, mask).logits_BC, before)
    assert network.state_dict().keys() == weights.keys()
    assert all(torch.equal(weights[name], tensor) for name, tensor in network.state_dict().items())


@pytest.fixture(scope="module")
def student(prepared_teacher: PreparedTeacher) -> Student:
    tokenizer = prepared_teacher.tokenizer()
    cells = next(all_operations())
    with seeded(0):
        network = StudentNetwork(cells, vocabulary_size=tokenizer.vocabulary_size, classes=2)
    return Student(network, tokenizer, label_names=("bad", "good"), max_length=24, device="cpu")


@pytest.fixture(scope="module")
def folder(student: Student, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    graph = onnx_graph(student.network, max_length=student.max_length)
    for precision, name in ONNX_FILES.items():
        write_onnx(graph, folder / name, precision=precision)
    student.tokenizer.save(folder)
    student.record.write(folder)
    return folder


@pytest.mark.parametrize("precision", ONNX_FILES)
def test_answers_as_in_torch_and_alike_in_any_company(student: Student, folder: Path, precision: OnnxPrecision) -> None:
    exported = OnnxStudent.from_pretrained(folder, precision=precision)
    together = exported.logits(TEXTS)
    assert together.shape == (4, 2)
    assert together.dtype == np.float64
    np.testing.assert_allclose(together, student.logits(TEXTS), rtol=0, atol=TOLERANCES[precision])
    alone = np.concatenate([exported.logits([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, rtol=0, atol=0.1 * TOLERANCES[precision])
    pairs = [(text, "a story") for text in TEXTS]
    np.testing.assert_allclose(exported.logits(pairs), student.logits(pairs), rtol=0, atol=TOLERANCES[precision])
    assert exported.logits([]).shape == (0, 2)
    assert exported.predict(TEXTS) == student.predict(TEXTS)


def test_files_shrink_with_precision_and_say_nothing_of_where_they_were_made(folder: Path) -> None:
    graphs = {precision: onnx.load(folder / name) for precision, name in ONNX_FILES.items()}
    sizes = [
        sum(len(tensor.raw_data) for tensor in graphs[precision].graph.initializer)
        for precision in ("float32", "float16", "int8")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    for precision, name in ONNX_FILES.items():
        assert b".py" not in (folder / name).read_bytes()
        onnx.checker.check_model(graphs[precision])
    kinds = {node.op_type for node in graphs["int8"].graph.node}
    assert "MatMulInteger" in kinds
    assert "Transpose" in kinds


def test_shared_weights_are_quantised_too(folder: Path) -> None:
    graph = onnx.load(folder / ONNX_FILES["int8"]).graph
    tables = {tensor.name for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
    products = [node for node in graph.node if node.op_type == "MatMul"]
    assert all(node.input[1] not in tables for node in products)


def test_runs_without_torch(folder: Path, student: Student) -> None:
    code = f"""
import sys
sys.modules |= dict.fromkeys(("torch", "transformers", "onnx", "safetensors"))
from rosearch.students.loading import load_student
print(load_student({str(folder)!r}).predict(["great", "awful"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(student.predict(["great", "awful"]))


def test_a_folder_is_loaded_by_what_it_holds(folder: Path, student: Student, tmp_path: Path) -> None:
    assert isinstance(load_student(folder), OnnxStudent)
    student.save_pretrained(tmp_path)
    assert isinstance(load_student(tmp_path), Student)
    with pytest.raises(InputError, match=r"model_int8\.onnx: no such file"):
        load_student(tmp_path, precision="int8")
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    assert isinstance(load_student(tmp_path), Student)
    with pytest.raises(InputError, match=r"model\.onnx: not a graph that onnxruntime runs"):
        load_student(tmp_path, precision="float32")


def test_a_text_longer_than_the_graph_takes_is_cut(prepared_teacher: PreparedTeacher, tmp_path: Path) -> None:
    tokenizer = prepared_teacher.tokenizer()
    architecture = replace(next(all_operations()), pooling="cls")
    with seeded(0):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size, classes=2)
    student = Student(network, tokenizer, label_names=("bad", "good"), max_length=200, device="cpu")
    write_onnx(onnx_graph(network, max_length=200), tmp_path / "model.onnx")
    tokenizer.save(tmp_path)
    student.record.write(tmp_path)
    long = ["great " * 500, "great " * 150]
    np.testing.assert_allclose(load_student(tmp_path).logits(long), student.logits(long), rtol=0, atol=1e-5)
