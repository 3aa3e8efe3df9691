"""Distillation speed: the trainer beside (a) transformers.Trainer and (b) a plain PyTorch loop, one student, one run.

(a) asks the teacher in the loop, pads each batch to its longest text, random order: what a user of the Trainer writes
    in an evening. It needs `pip install accelerate` (this project does not).
(b) has the teacher's logits cached, pads to the longest text of the data set, float32.
All three: the same texts, student, losses (soft and hard labels), optimiser, learning rates and number of steps.

usage: python benchmarks/distillation.py --data SST2DIR [--threads 1] [--steps 20] [--rounds 3]        about 6 minutes
       python benchmarks/distillation.py --data SST2DIR --accuracy ours|trainer|loop --seed 0     one dev accuracy
SST2DIR holds train.tsv, dev.tsv and test.tsv with the columns text and label. Results go to --out as JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common_task import network_of, task_of, teacher_of, transformer
from torch import Tensor, nn

from rosearch import Plain, Schedule, Task
from rosearch.core.files import read_json, write_json
from rosearch.core.rng import SeedTree
from rosearch.device import seeded, threads
from rosearch.distillation.objective import Objective, TrainingBatch
from rosearch.distillation.trainer import train
from rosearch.distillation.training_set import TrainingSet
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

STUDENT = transformer(width=256, layers=2)
"""1.6 million parameters outside its embedding."""


@dataclass(frozen=True)
class Setting:
    """What all three train on."""

    task: Task
    teacher: PreparedTeacher
    data: TrainingSet
    scheme: Plain
    seed: int

    def steps(self) -> int:
        return self.scheme.schedule.steps(len(self.data))


def ours(setting: Setting, network: StudentNetwork, *, with_teacher: bool = True) -> None:  # noqa: ARG001
    """The trainer of this project."""
    train(network, setting.data, setting.scheme, seeds=SeedTree(setting.seed))


def loop(setting: Setting, network: StudentNetwork, *, with_teacher: bool = True) -> None:  # noqa: ARG001
    """(b): what the tutorials show."""
    schedule, data = setting.scheme.schedule, setting.data
    network.train()
    objective = Objective(setting.scheme, pooled_width=STUDENT.width, teacher_width=0)
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay)
    rows = torch.arange(len(data))
    padded_ids, padded_mask = map(torch.from_numpy, data.encoded.batch(rows.numpy()))
    labels, logits = torch.from_numpy(data.labels.copy()), torch.from_numpy(np.array(data.outputs.logits))
    steps, step = setting.steps(), 0
    with seeded(setting.seed):
        while step < steps:
            order = torch.randperm(len(rows))
            for chosen in order.split(schedule.batch_size):
                if step == steps:
                    break
                batch = TrainingBatch(
                    input_ids_BL=padded_ids[chosen],
                    mask_BL=padded_mask[chosen],
                    labels_B=labels[chosen],
                    teacher_logits_BC=logits[chosen],
                )
                loss = objective(network(batch.input_ids_BL, batch.mask_BL), batch)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), schedule.max_gradient_norm)
                for group in optimizer.param_groups:
                    group["lr"] = schedule.learning_rate * schedule.rate(step, steps)
                optimizer.step()
                step += 1
    network.eval()


def trainer(setting: Setting, network: StudentNetwork, *, with_teacher: bool = True) -> None:
    """(a): transformers.Trainer with a loss of one's own; without the teacher in the loop its logits are columns."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    schedule = setting.scheme.schedule
    model = setting.teacher.model(precision="float32")
    objective = Objective(setting.scheme, pooled_width=STUDENT.width, teacher_width=0)

    class Distillation(Trainer):
        def compute_loss(self, model_: nn.Module, inputs: dict[str, Tensor], **_: Any) -> Tensor:
            if with_teacher:
                with torch.no_grad():
                    asked = {name: inputs[name] for name in ("input_ids", "attention_mask")}
                    logits = model.network(**asked).logits[:, model.column_order]
            else:
                logits = inputs["teacher_logits"]
            mask = inputs["attention_mask"].bool()
            batch = TrainingBatch(
                input_ids_BL=inputs["input_ids"], mask_BL=mask, labels_B=inputs["labels"], teacher_logits_BC=logits
            )
            return objective(model_(batch.input_ids_BL, batch.mask_BL), batch)

    rows = [
        {
            "input_ids": setting.data.encoded[row],
            "labels": int(setting.data.labels[row]),
            "teacher_logits": setting.data.outputs.logits[row],
        }
        for row in range(len(setting.data))
    ]
    arguments = TrainingArguments(
        output_dir="runs/benchmarks/trainer",
        per_device_train_batch_size=schedule.batch_size,
        learning_rate=schedule.learning_rate,
        weight_decay=schedule.weight_decay,
        max_grad_norm=schedule.max_gradient_norm,
        max_steps=setting.steps(),
        warmup_steps=round(schedule.warm_up_share * setting.steps()),
        lr_scheduler_type="linear",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        logging_strategy="no",
        remove_unused_columns=False,
        use_cpu=True,
        seed=setting.seed,
    )
    collator = DataCollatorWithPadding(model.tokenizer)
    Distillation(model=network, args=arguments, train_dataset=rows, data_collator=collator).train()
    network.eval()


METHODS: dict[str, Callable[..., None]] = {"ours": ours, "trainer": trainer, "loop": loop}


def setting_of(task: Task, teacher: PreparedTeacher, *, texts: int | None, epochs: float, seed: int) -> Setting:
    """Takes texts at random, so that their lengths are those of the data set; its longest is among them."""
    encoded = teacher.tokenizer().encode(task.train.texts, max_length=teacher.max_length)
    rows = np.arange(len(task.train))
    if texts is not None:
        rows = np.random.default_rng(0).permutation(len(rows))[:texts]
        rows[0] = int(encoded.lengths.argmax())
    split = task.train.take(rows)
    data = TrainingSet(
        encoded=teacher.tokenizer().encode(split.texts, max_length=teacher.max_length),
        labels=split.labels,
        outputs=teacher.outputs(split.texts),
    )
    scheme = Plain(schedule=Schedule(epochs=epochs))
    return Setting(task=task, teacher=teacher, data=data, scheme=scheme, seed=seed)


def speed(setting: Setting, rounds: int) -> dict[str, Any]:
    """Times the three in turn, so that a neighbour on the machine slows all of them."""
    found: dict[str, list[float]] = {name: [] for name in METHODS}
    for _ in range(rounds):
        for name, method in METHODS.items():
            network = network_of(STUDENT, setting.teacher, seed=setting.seed)
            start = time.perf_counter()
            method(setting, network)
            seconds = time.perf_counter() - start
            found[name].append(setting.steps() * setting.scheme.schedule.batch_size / seconds)
            print(f"{name:8s} {found[name][-1]:8.1f} texts/s", flush=True)
    ratios = {
        name: statistics.median(mine / other for mine, other in zip(found["ours"], found[name], strict=True))
        for name in ("trainer", "loop")
    }
    return {"texts_per_s": found, "ratio_to_trainer": ratios["trainer"], "ratio_to_loop": ratios["loop"]}


def accuracy(setting: Setting, name: str) -> float:
    """Returns the dev accuracy; (a) reads the teacher's logits, which are the same as asked in the loop."""
    network = network_of(STUDENT, setting.teacher, seed=setting.seed)
    METHODS[name](setting, network, with_teacher=False)
    student = Student(
        network,
        setting.teacher.tokenizer(),
        label_names=setting.task.label_names,
        max_length=setting.teacher.max_length,
    )
    return float(np.mean(student.logits(setting.task.dev.texts).argmax(axis=1) == setting.task.dev.labels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks"), help="where the teacher stays")
    parser.add_argument("--out", type=Path, default=Path("docs/results/distillation.json"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--accuracy", choices=METHODS)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    task = task_of(arguments.data)
    teacher = teacher_of(task, arguments.work)
    result = read_json(arguments.out) if arguments.out.is_file() else {}
    with threads(arguments.threads):
        if arguments.accuracy:
            setting = setting_of(task, teacher, texts=None, epochs=arguments.epochs, seed=arguments.seed)
            cells = result.setdefault(f"dev_accuracy_after_{arguments.epochs:g}_epochs", {})
            cells.setdefault(arguments.accuracy, {})[str(arguments.seed)] = accuracy(setting, arguments.accuracy)
        else:
            texts = arguments.steps * Schedule().batch_size
            setting = setting_of(task, teacher, texts=texts, epochs=1, seed=0)
            result["speed"] = speed(setting, arguments.rounds) | {"threads": arguments.threads, "texts": texts}
    print(json.dumps(result, indent=2))
    write_json(arguments.out, result)


if __name__ == "__main__":
    main()
