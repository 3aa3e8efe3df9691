"""The training loop that every student goes through: same seed, same weights on one machine."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, final

import numpy as np
import torch
from numpy.random import Generator
from torch import nn

from rosearch.core.errors import DivergenceError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.protocols import IntArray, Precision, Text
from rosearch.core.rng import SeedTree
from rosearch.data.batching import length_buckets
from rosearch.device import resolve_device, resolve_precision, seeded
from rosearch.distillation.compact_embedding import compact_embedding
from rosearch.distillation.defence import Defence, defence_of
from rosearch.distillation.epoch import Epoch
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import Objective, TrainingBatch
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.training_set import TrainingSet
from rosearch.space.size import pooled_width
from rosearch.students.network import StudentNetwork

TRAINER_VERSION = 3
"""Part of every training's id; raised when the same seed would give other weights."""

TOLD_EVERY = 20
"""Steps between two events."""

SMOOTHING = 0.98
GROWTH_LIMIT = 3.0
"""A smoothed loss this many times the first, and 1 more, is a divergence; a small first batch can be easy by chance."""


@final
@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """How a training went.

    Args:
        steps: Optimiser steps.
        texts: Texts seen, repetitions included.
        seconds: Wall time.
        first_loss: Loss of the first step.
        last_loss: Smoothed loss at the end.
        precision: Of the matrix products.
        left: Texts that beat the trained student, for those who inherit, by row of the original; not for the journal.
    """

    steps: int
    texts: int
    seconds: float
    first_loss: float
    last_loss: float
    precision: str
    left: Mapping[int, Text] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        record = {name: value for name, value in asdict(self).items() if name != "left"}
        return record | ({"left": len(self.left)} if self.left else {})


def train(
    network: StudentNetwork,
    data: TrainingSet,
    scheme: Scheme,
    *,
    seeds: SeedTree,
    share: float = 1.0,
    precision: Precision = "auto",
    stage: str = "distillation",
    listener: Listener = ignore,
) -> TrainingReport:
    """Trains ``network`` in place.

    Args:
        network: The student.
        data: Texts and the teacher's outputs.
        scheme: Losses and schedule.
        seeds: Keys batch order, dropout, the projection's start, and perturbations by epoch.
        share: Part of the scheme's full number of steps, in (0, 1].
        precision: Of matrix products.
        stage: What progress events call this training.
        listener: Hears the progress.

    Returns:
        Steps, time and losses.

    Raises:
        DivergenceError: If the loss is not finite or grows far beyond where it began.
    """
    device, schedule = resolve_device("auto"), scheme.schedule
    resolved = resolve_precision(precision, device, width=network.architecture.width)
    extra = _transferred(data, schedule)
    steps = schedule.steps(data.labelled + extra, share=share)
    watch, texts, start = DivergenceWatch(), 0, time.perf_counter()
    order, defence = seeds.child("order").generator(), defence_of(scheme, data, seeds=seeds)
    pieces = data.encoded.ids if defence is None else np.arange(network.input.table.num_embeddings)
    with seeded(seeds.child("weights").integer()), compact_embedding(network, pieces) as places:
        objective = Objective(scheme, pooled_width=pooled_width(network.architecture), teacher_width=data.teacher_width)
        network.to(device).train()
        optimizer = _optimizer(network, objective.to(device), schedule)
        learner = Learner(network=network, objective=objective, places=places, device=device, precision=resolved)
        for step, (epoch, rows) in enumerate(_batches(data, extra, schedule.batch_size, steps, order)):
            if defence is not None:
                defence.enter(epoch, learner, progress=min(1.0, _end_of(epoch, step, schedule) / steps))
            optimizer.zero_grad(set_to_none=True)
            batch = data.batch(rows, scheme, places=places, device=device)
            watch.see(_learn(learner, batch, rows, defence), step)
            _update(optimizer, schedule, rate=schedule.learning_rate * schedule.rate(step, steps))
            texts += len(rows)
            if step % TOLD_EVERY == 0 or step == steps - 1:
                listener(watch.progress(stage, step + 1, steps))
        network.eval()
        left = {} if defence is None else defence.leave(learner)
    seconds = time.perf_counter() - start
    return watch.report(steps=steps, texts=texts, seconds=seconds, precision=resolved, left=left)


@final
class DivergenceWatch:
    """Follows the loss and raises as soon as a training is lost, so that no time is spent on it."""

    def __init__(self) -> None:
        self.first = math.nan
        self.smoothed = math.nan

    def progress(self, stage: str, done: int, steps: int) -> Progress:
        """Returns what a listener hears."""
        return Progress(stage=stage, done=done, total=steps, unit="steps", detail=f"loss {self.smoothed:.3f}")

    def report(self, **others: Any) -> TrainingReport:
        """Returns the report of a training that has ended.

        Args:
            **others: Its fields beside the losses.
        """
        return TrainingReport(first_loss=self.first, last_loss=self.smoothed, **others)

    def see(self, loss: float, step: int) -> None:
        """Takes the loss of one step.

        Args:
            loss: Of the batch.
            step: Counted from 0.

        Raises:
            DivergenceError: If the loss is not finite or grows far beyond where it began.
        """
        if not math.isfinite(loss):
            raise DivergenceError(f"the loss is {loss} at step {step}. A lower learning rate may help.")
        if step == 0:
            self.first = self.smoothed = loss
        self.smoothed = SMOOTHING * self.smoothed + (1 - SMOOTHING) * loss
        # The smallest loss so far is no yardstick: one hard text after a well-learnt epoch is many times that.
        if self.smoothed > GROWTH_LIMIT * self.first + 1:
            raise DivergenceError(
                f"the loss grew from {self.first:.3g} to {self.smoothed:.3g} by step {step}. "
                "A lower learning rate may help."
            )


def _end_of(epoch: Epoch, step: int, schedule: Schedule) -> int:
    """Returns the step at which an epoch that begins at ``step`` ends."""
    return step + schedule.steps_per_epoch(len(epoch.rows))


def _transferred(data: TrainingSet, schedule: Schedule) -> int:
    """Returns the texts without label in an epoch; without a teacher there is nothing to learn from them."""
    return 0 if data.outputs is None else schedule.transferred(data.labelled, len(data) - data.labelled)


def _batches(
    data: TrainingSet, unlabelled: int, batch_size: int, steps: int, rng: Generator
) -> Iterator[tuple[Epoch, IntArray]]:
    """Gives exactly ``steps`` batches, each with its epoch."""
    given = 0
    for number in count():
        epoch = Epoch(number=number, rows=data.epoch(unlabelled, rng=rng))
        for places in length_buckets(data.encoded.lengths[epoch.rows], batch_size, rng=rng):
            if given == steps:
                return
            given += 1
            yield epoch, epoch.rows[places]


def _learn(learner: Learner, batch: TrainingBatch, rows: IntArray, defence: Defence | None) -> float:
    """Leaves the gradient of a batch's loss with the weights, and returns the loss."""
    if defence is None:
        return learner.descend(learner.loss(batch)[0])
    probe = Probe()
    with learner.embeddings(probe):
        loss, output = learner.loss(batch)
    return learner.descend(loss) + defence.learn(learner, batch, rows, clean=output, probe=probe)


def _update(optimizer: torch.optim.Optimizer, schedule: Schedule, *, rate: float) -> None:
    """Takes one step down the gradient of everything that is trained, the objective's projection included."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    nn.utils.clip_grad_norm_(weights, schedule.max_gradient_norm)
    optimizer.step()


def _optimizer(network: nn.Module, objective: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW with decay on matrices only; the embedding table has none, so that rows without gradient stay put."""
    decayed: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for name, weight in [*network.named_parameters(), *objective.named_parameters()]:
        if weight.requires_grad:
            (free if weight.ndim < 2 or name.endswith("table.weight") else decayed).append(weight)
    groups = [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=schedule.learning_rate, fused=True)
