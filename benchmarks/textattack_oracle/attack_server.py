"""TextAttack 0.3.11 attacking a student, asked line by line by benchmarks/attack.py in TextAttack's environment.

The first line names folders of vectors and of a masked language model. Each further line is a JSON object: student,
recipe, padding ("longest" of the batch, or "512" as TextAttack's own wrapper of Hugging Face models does), threads,
texts, labels. Each line of the output is one with the results, the wall and processor time of the attacks alone, and
that of the student's network within them.
"""

import json
import os
import sys
import time
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
replies, sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8"), sys.stderr  # TextAttack's dependencies print

import numpy as np  # noqa: E402
import recorder  # noqa: E402
import torch  # noqa: E402

from rosearch.attacks.textattack.worker import tamed_textattack  # noqa: E402
from rosearch.core.protocols import FloatArray  # noqa: E402
from rosearch.lexicons.sentence_transformer import SentenceTransformer  # noqa: E402
from rosearch.students.student import Student  # noqa: E402

STOCK_LENGTH = 512


class PaddedStudent:
    """A student that is given each of TextAttack's batches as one padded batch.

    Probabilities are rounded far above float32 noise, so that which texts share a batch decides no tie.
    """

    def __init__(self, student: Student, *, padding: str) -> None:
        self.student = student
        self.pad_to = STOCK_LENGTH if padding == "512" else None
        self.network_s = 0.0

    @torch.inference_mode()
    def __call__(self, texts: list[str]) -> FloatArray:
        encoded = self.student.tokenizer.encode(texts, max_length=self.student.max_length)
        ids, mask = encoded.batch(np.arange(len(encoded)), pad_to=self.pad_to)
        start = time.perf_counter()
        logits = self.student.network(torch.from_numpy(ids), torch.from_numpy(mask)).logits_BC
        self.network_s += time.perf_counter() - start
        return logits.double().softmax(dim=1).numpy().round(6)


@lru_cache
def load(folder: str) -> Student:
    return Student.from_pretrained(folder, device="cpu")


def attack(request: dict[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(request["threads"])
    victim = PaddedStudent(load(request["student"]), padding=request["padding"])
    attack = recorder.Recorder(request["recipe"], victim)
    attack.run(request["texts"][0], request["labels"][0])  # what is loaded when first needed
    victim.network_s = 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    outcomes = [attack.run(text, label) for text, label in zip(request["texts"], request["labels"], strict=True)]
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "network_s": victim.network_s}
    return {"rows": [[row["status"], row["adversarial"], row["queries"]] for row in outcomes], **spent}


def main() -> None:
    resources = json.loads(sys.stdin.readline())
    tamed_textattack.inject_vectors(Path(resources["vectors"]))
    tamed_textattack.inject_encoder(SentenceTransformer().answer)
    tamed_textattack.inject_masked_lm(resources["masked_lm"])
    for line in sys.stdin:
        print(json.dumps(attack(json.loads(line))), file=replies, flush=True)


if __name__ == "__main__":
    main()
