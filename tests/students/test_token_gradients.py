"""Gradients of the loss for each token, and the attack that ranks words by them."""

import numpy as np
import pytest
import torch

from rosearch.attacks import DeepWordBug, MarginScore
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.word_gradients import WordGradients
from rosearch.core.errors import AttackError
from rosearch.core.rng import SeedTree
from rosearch.device import seeded
from rosearch.space.space import DagSpace
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.attack_conformance import HashedWords

TEXTS = ("a great movie .", "dull", "the plot was awful and the cast was great")
LABELS = (0, 1, 0)
ATTACK = DeepWordBug(method=GreedyWordImportance(importance="gradient"))


@pytest.fixture(scope="module")
def student(prepared_teacher: PreparedTeacher) -> Student:
    tokenizer = prepared_teacher.tokenizer()
    architecture = DagSpace.preset("tiny").sample(rng=np.random.default_rng(1))
    with seeded(1):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size, classes=2)
    return Student(network, tokenizer, label_names=("bad", "good"), max_length=24)


def test_gradients_tell_how_the_loss_changes_with_each_token(student: Student) -> None:
    found = student.token_gradients(TEXTS, LABELS)
    for text, label, (places, gradients) in zip(TEXTS, LABELS, found, strict=True):
        encoded = student.tokenizer.encode([text], max_length=24)
        ids, mask = (torch.from_numpy(array) for array in encoded.batch([0]))
        assert places.shape == (len(encoded[0]), 3)
        with torch.no_grad():
            hidden = student.network.input(ids)
            for token in range(len(encoded[0])):
                step = torch.zeros_like(hidden)
                step[0, token] = 1e-2 * torch.from_numpy(gradients[token] / np.linalg.norm(gradients[token]))
                up, down = (
                    torch.nn.functional.cross_entropy(
                        student.network.forward_from(hidden + sign * step, mask).logits_BC, torch.tensor([label])
                    )
                    for sign in (1, -1)
                )
                assert float(up - down) / 2e-2 == pytest.approx(np.linalg.norm(gradients[token]), rel=0.05, abs=1e-4)


def test_a_word_is_as_steep_as_the_mean_of_its_tokens_wherever_it_stands(student: Student) -> None:
    pairs = [("a movie", text) for text in TEXTS]
    found = WordGradients(student, 1).answer(list(zip(pairs, LABELS, strict=True)))
    assert [len(steepness) for steepness in found] == [3, 1, 9]
    assert all(steepness.max() == 1.0 and steepness.min() >= 0 for steepness in found)
    alone = WordGradients(student, 1).answer([(pairs[2], LABELS[2])])
    np.testing.assert_allclose(alone[0], found[2], atol=2e-6)


def test_the_attack_ranks_without_a_query_and_needs_a_victim_that_shows_gradients(student: Student) -> None:
    labels = student.logits(TEXTS).argmax(axis=1).tolist()
    results = ATTACK.run(student, TEXTS, labels, score=MarginScore(), seeds=SeedTree(0))
    # One query for the text itself, then at most four edits a word.
    assert all(result.queries <= 1 + 4 * result.words for result in results)
    with pytest.raises(AttackError, match="shows its gradients"):
        ATTACK.run(HashedWords(), TEXTS, HashedWords().labels(TEXTS), score=MarginScore(), seeds=SeedTree(0))
