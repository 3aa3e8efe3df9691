"""TextAttack 0.3.11 attacking a student, asked line by line by benchmarks/attack.py in TextAttack's environment.

Each line of the input is a JSON object: student, recipe, padding ("longest" of the batch, or "512" as TextAttack's own
wrapper of Hugging Face models does), threads, texts, labels. Each line of the output is one with the results, the wall
and processor time of the attacks alone, and of the network within them. The first line of the output says where NLTK's
WordNet is.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nltk
import numpy as np
import textattack
import torch
from recorder import RECIPES, SEED
from textattack.models.wrappers import ModelWrapper

from rosearch.core.protocols import FloatArray
from rosearch.students.student import Student

STOCK_LENGTH = 512


class PaddedStudent(ModelWrapper):
    """A student that is given each of TextAttack's batches as one padded batch.

    Probabilities are rounded far above float32 noise, so that which texts share a batch decides no tie.
    """

    def __init__(self, student: Student, *, padding: str) -> None:
        self.model = student
        self.pad_to = STOCK_LENGTH if padding == "512" else None
        self.network_s = 0.0

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> FloatArray:
        student = self.model
        encoded = student.tokenizer.encode(list(texts), max_length=student.max_length)
        ids, mask = encoded.batch(np.arange(len(encoded)), pad_to=self.pad_to)
        start = time.perf_counter()
        logits = student.network(torch.from_numpy(ids), torch.from_numpy(mask)).logits_BC
        self.network_s += time.perf_counter() - start
        return logits.double().softmax(dim=1).numpy().round(6)


@lru_cache
def load(folder: str) -> Student:
    return Student.from_pretrained(folder, device="cpu")


def attack(request: dict[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(request["threads"])
    wrapper = PaddedStudent(load(request["student"]), padding=request["padding"])
    attack = RECIPES[request["recipe"]].build(wrapper)
    rows = []
    wall, cpu = time.perf_counter(), time.process_time()
    for text, label in zip(request["texts"], request["labels"], strict=True):
        textattack.shared.utils.set_seed(SEED)
        result = attack.attack(text, label)
        status = type(result).__name__.removesuffix("AttackResult").lower().replace("successful", "success")
        rows.append([status, result.perturbed_result.attacked_text.text, int(result.num_queries)])
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "network_s": wrapper.network_s}
    return {"rows": rows, **spent}


def main() -> None:
    textattack.shared.logger.setLevel("ERROR")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # TextAttack prints
    print(json.dumps({"wordnet": str(nltk.data.find("corpora/wordnet"))}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(attack(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
