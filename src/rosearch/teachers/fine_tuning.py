"""Fine-tuning: a pretrained checkpoint becomes a classifier for the task."""

import copy

import numpy as np
import torch
from torch import nn

from rosearch.core.errors import DivergenceError, TeacherError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.protocols import FloatArray
from rosearch.core.rng import SeedTree
from rosearch.data.batching import length_buckets
from rosearch.data.class_weights import class_weights
from rosearch.data.task import Split, Task
from rosearch.device import computing, seeded
from rosearch.teachers.model import TeacherModel
from rosearch.teachers.pretrained import FineTuning

WARM_UP_SHARE = 0.1


def fine_tune(
    model: TeacherModel, task: Task, settings: FineTuning, *, seeds: SeedTree, listener: Listener = ignore
) -> float:
    """Trains ``model`` in place and leaves it at the epoch that is best on dev.

    Args:
        model: The checkpoint with a fresh head.
        task: Gives the training and dev texts.
        settings: Epochs, learning rate, frozen layers.
        seeds: Keys the order of the texts, dropout and nothing else.
        listener: Hears the progress.

    Returns:
        The dev accuracy of the kept epoch, in [0, 1].

    Raises:
        DivergenceError: If the loss is not finite.
    """
    train = _subset(task.train, settings.max_texts, seeds)
    weights = class_weights(settings.class_weights, task.train.class_counts(task.classes))
    judged_by = "dev" if weights is None else "balanced dev"
    freeze_lower_layers(model.network, settings.frozen_layers)
    lengths, rng = model.padded_lengths(train.texts), seeds.child("order").generator()
    steps = settings.epochs * -(-len(train) // settings.batch_size)
    optimizer, scheduler = _optimizer(model.network, settings, steps)
    best, best_weights, done = -1.0, {}, 0
    with seeded(seeds.child("dropout").integer()):
        for epoch in range(1, settings.epochs + 1):
            model.network.train()
            for rows in length_buckets(lengths, settings.batch_size, rng=rng):
                loss = _step(model, train.take(rows), int(lengths[rows].max()), optimizer, weights)
                scheduler.step()
                done += 1
                detail = f"loss {loss:.3f}" + (f", {judged_by} {best:.1%}" if best >= 0 else "")
                listener(Progress(stage="teacher: fine-tuning", done=done, total=steps, unit="steps", detail=detail))
            accuracy = dev_accuracy(model, task, weights=weights)
            if accuracy > best:
                best, best_weights = accuracy, copy.deepcopy(model.network.state_dict())
            listener(
                Progress(
                    stage="teacher: fine-tuning",
                    done=done,
                    total=steps,
                    unit="steps",
                    detail=f"epoch {epoch}: {judged_by} {accuracy:.1%}, best {best:.1%}",
                )
            )
    model.network.load_state_dict(best_weights)
    model.network.requires_grad_(False).eval()
    return best if weights is None else dev_accuracy(model, task)


def dev_accuracy(model: TeacherModel, task: Task, *, weights: FloatArray | None = None) -> float:
    """Returns the share of the dev split that the model classifies right.

    Args:
        model: A classifier for the task.
        task: Gives the dev split.
        weights: What a text of each class counts, shape ``(classes,)``; None counts all the same.
    """
    model.network.eval()
    right = model.logits(task.dev.texts).argmax(1) == task.dev.labels
    return float(np.average(right, weights=None if weights is None else weights[task.dev.labels]))


def freeze_lower_layers(network: nn.Module, layers: int) -> None:
    """Stops training of the embeddings and of the lowest ``layers`` Transformer layers; 0 freezes nothing.

    Args:
        network: Any Transformer of the transformers library.
        layers: How many.

    Raises:
        TeacherError: If the network has no stack of that many layers.
    """
    if layers == 0:
        return
    depth = getattr(network.config, "num_hidden_layers", 0)
    stacks = [part for part in network.modules() if isinstance(part, nn.ModuleList) and len(part) == depth]
    if not stacks or layers > depth:
        raise TeacherError(f"frozen_layers = {layers}: the checkpoint has {depth} layers. Use a smaller number, or 0.")
    network.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]  # every transformers model has it
    for name, part in network.named_modules():
        if name.endswith("embeddings"):
            part.requires_grad_(False)
    for layer in stacks[0][:layers]:
        layer.requires_grad_(False)


def _step(
    model: TeacherModel, texts: Split, pad_to: int, optimizer: torch.optim.Optimizer, weights: FloatArray | None
) -> float:
    batch = model.encode(texts.texts, pad_to=pad_to)
    labels = torch.tensor(texts.labels, device=model.device)
    with computing(model.device, model.precision):
        logits = model.network(**batch).logits[:, model.column_order]
    if weights is None:
        loss = nn.functional.cross_entropy(logits.float(), labels)
    else:
        counts = torch.tensor(weights[texts.labels], dtype=torch.float32, device=model.device)
        loss = (nn.functional.cross_entropy(logits.float(), labels, reduction="none") * counts).mean()
    if not torch.isfinite(loss):
        raise DivergenceError("The teacher's fine-tuning diverged. Lower [teacher.fine_tuning] learning_rate.")
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _optimizer(
    network: nn.Module, settings: FineTuning, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in trained if weight.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in trained if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate)
    warm_up = max(1, round(WARM_UP_SHARE * steps))

    def share(step: int) -> float:
        return min((step + 1) / warm_up, max(0.0, (steps - step) / max(1, steps - warm_up)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def _subset(split: Split, count: int | None, seeds: SeedTree) -> Split:
    if count is None or count >= len(split):
        return split
    return split.take(np.sort(seeds.child("subset").generator().permutation(len(split))[:count]))
