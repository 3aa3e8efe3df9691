"""Worst draws: of several rewritings the student is taught the one that it gets most wrong, found again by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rosearch.data.task import Task
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.draw_search import DrawSearch
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import Objective
from rosearch.distillation.opponent import Moment
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.perturbed_texts import PerturbedTexts
from rosearch.distillation.plain import Plain
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.table import Table
from rosearch.space.architecture import InputGenes
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.teachers.teacher import PreparedTeacher

ROWS = np.array([3, 0, 11, 7])
LABELS_ONLY = Plain(soft_labels=0.0)


def test_the_loss_is_that_of_each_text_at_its_worst(
    prepared_teacher: PreparedTeacher, task: Task, toy_lexicon: Path
) -> None:
    tokenizer = prepared_teacher.tokenizer()
    source = TextSource(texts=task.train.texts[:20], tokenizer=tokenizer, max_length=prepared_teacher.max_length)
    data = TrainingSet(encoded=source.encode(source.texts), labels=task.train.labels[:20])
    torch.manual_seed(0)
    network = StudentNetwork(
        bag_of_embeddings(InputGenes(rank=8, trained=True)), vocabulary_size=tokenizer.vocabulary_size, classes=2
    )
    learner = Learner(
        network=network,
        objective=Objective(LABELS_ONLY, pooled_width=8, teacher_width=0),
        places=np.arange(network.input.table.num_embeddings),
        device=torch.device("cpu"),
        precision="float32",
    )
    batch = data.batch(ROWS, LABELS_ONLY, places=learner.places, device=learner.device)
    words, texts = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),)), WordedTexts(source.texts)
    search = DrawSearch(WorstDraws(perturbations=(words,), draws=3, weight=2.0), source, texts)
    search.enter(Moment(epoch=0, strength=1.0, rng=np.random.default_rng(0)), learner)
    found = search.learn(learner, batch, ROWS, Probe())

    drawer, rng = PerturbedTexts(texts, (words,)), np.random.default_rng(0)
    losses = []
    for _ in range(3):
        encoded = source.encode(drawer.draw(ROWS, strength=1.0, rng=rng))
        read = learner.read(encoded, np.arange(len(ROWS)))
        logits_BC = network(read["input_ids_BL"], read["mask_BL"]).logits_BC.detach()
        losses.append(torch.nn.functional.cross_entropy(logits_BC, batch.labels_B, reduction="none").numpy())
    worst = np.max(losses, axis=0)
    assert (worst > np.mean(losses, axis=0)).any()
    assert found == pytest.approx(2.0 * worst.mean(), rel=1e-5)
    assert network.input.table.weight.grad is not None
