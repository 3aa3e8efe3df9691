"""Our recipes beside TextAttack's own, text by text: status, adversarial text and nominal queries must be equal.

usage: python benchmarks/parity.py --textattack-python ORACLE/bin/python --data FOLDER [--recipe KIND] [--victim NAME]

FOLDER holds sst2/ and agnews/, each with train.tsv and dev.tsv. ORACLE is the environment that
textattack_oracle/README.md tells of, and NLTK_DATA and TA_CACHE_DIR name its data. Victims: a linear model, a
convolutional student and a Transformer student, trained here in a minute. TextAttack is asked through
rosearch.attacks.textattack, so that both sides ask the same objects: victims and the sentence encoder give each text
one answer for all, in this process; vectors and the masked language model (a small one with random weights) are read
from the same files.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from victims import VICTIMS, Remembered, read_split, train

from rosearch.attacks import (
    BAE,
    PWWS,
    Attack,
    AttackResult,
    BERTAttack,
    DeepWordBug,
    ProbabilityScore,
    TextBugger,
    TextFooler,
)
from rosearch.attacks.textattack.attack import TextAttack
from rosearch.lexicons import GloveWordNet, WordNet
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.lexicons.sentence_transformer import SentenceTransformer

SEED = 765
EXAMPLES = {"sst2": 200, "agnews": 100}


@dataclass(frozen=True)
class Resources:
    """What both sides read."""

    vectors: GloveWordNet
    encoder: SentenceTransformer
    masked_lm: Path
    wordnet: str

    def recipes(self) -> dict[str, Attack]:
        mlm = PretrainedMaskedLM(model=str(self.masked_lm))
        near = GloveWordNet(neighbours=5, min_cosine=-1.0)
        return {
            "deepwordbug": DeepWordBug(),
            "pwws": PWWS(lexicon=WordNet(path=self.wordnet)),
            "textfooler": TextFooler(lexicon=self.vectors, encoder=self.encoder),
            "textbugger": TextBugger(lexicon=near, encoder=self.encoder),
            "bae": BAE(mlm=mlm, encoder=self.encoder),
            "bert-attack": BERTAttack(mlm=mlm, encoder=self.encoder),
        }

    def textattack(self, recipe: str, python: str) -> TextAttack:
        """TextAttack's own, with the same resources."""
        mlm = PretrainedMaskedLM(model=str(self.masked_lm))
        return TextAttack(recipe=recipe, python=python, vectors=self.vectors, encoder=self.encoder, mlm=mlm)


def compare(
    attack: Attack, rival: TextAttack, victim: Remembered, texts: Sequence[str], labels: Sequence[int]
) -> dict[str, Any]:
    begin = time.perf_counter()
    ours = attack.run(victim, texts, labels, score=ProbabilityScore(), seeds=SEED)
    between = time.perf_counter()
    rival.prepare()
    start = time.perf_counter()
    theirs = rival.run(victim, texts, labels, score=ProbabilityScore(), seeds=SEED)
    end = time.perf_counter()
    outcome = [
        (mine.status, mine.adversarial) == (other.status, other.adversarial)
        for mine, other in zip(ours, theirs, strict=True)
    ]
    queries = [mine.queries == other.queries for mine, other in zip(ours, theirs, strict=True)]
    return {
        "n": len(texts),
        "success": sum(result.status == "success" for result in ours),
        "failed": sum(result.status == "failed" for result in ours),
        "equal_outcome_percent": 100 * float(np.mean(outcome)),
        "equal_queries_percent": 100 * float(np.mean(queries)),
        "mean_queries": float(np.mean([result.queries for result in ours])),
        "ours_s": round(between - begin, 1),
        "textattack_s": round(end - start, 1),
        "differences": list(differences(ours, theirs))[:5],
    }


def differences(ours: Sequence[AttackResult], theirs: Sequence[AttackResult]) -> Iterator[dict[str, Any]]:
    for mine, other in zip(ours, theirs, strict=True):
        one, two = (
            {"status": result.status, "adversarial": result.adversarial, "queries": result.queries}
            for result in (mine, other)
        )
        if one != two:
            yield {"text": mine.original, "ours": one, "textattack": two}


def random_masked_lm(folder: Path) -> Path:
    """Saves a small BERT with random weights and MiniLM's word pieces, but those beyond ASCII.

    TextAttack cuts words with Chinese characters by a dictionary, which this project does not.
    """
    import torch
    from transformers import BertConfig, BertForMaskedLM

    from rosearch.data.assets import MINILM, fetch

    source = fetch(MINILM)
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    kept = [token for token in tokenizer["model"]["vocab"] if token.isascii()]
    tokenizer["model"]["vocab"] = {token: number for number, token in enumerate(kept)}
    for token in tokenizer["added_tokens"]:
        token["id"] = kept.index(token["content"])
    for name, entry in tokenizer["post_processor"]["special_tokens"].items():
        entry["ids"] = [kept.index(name)]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(source / name, folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        initializer_range=0.3,
        pad_token_id=kept.index("[PAD]"),
    )
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


def line(row: dict[str, Any]) -> str:
    return (
        f"{row['set']:7} {row['victim']:12} {row['recipe']:12} n {row['n']:4} (right {100 * row['accuracy']:.0f} %)  "
        f"equal outcomes {row['equal_outcome_percent']:5.1f} %, queries {row['equal_queries_percent']:5.1f} %  "
        f"{row['mean_queries']:6.1f} queries a text  {row['ours_s']:6.1f} s against {row['textattack_s']:6.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--textattack-python", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=sorted(EXAMPLES), action="append")
    parser.add_argument("--victim", choices=sorted(VICTIMS), action="append")
    parser.add_argument("--recipe", action="append")
    parser.add_argument("--examples", type=int, help="fewer texts than 200 of SST-2 and 100 of AG News")
    parser.add_argument("--out", type=Path, help="JSON lines, appended")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        wordnet = str(Path(os.environ["NLTK_DATA"]) / "corpora" / "wordnet")
        resources = Resources(
            vectors=GloveWordNet(),
            encoder=SentenceTransformer(),
            masked_lm=random_masked_lm(Path(temporary)),
            wordnet=wordnet,
        )
        recipes = resources.recipes()
        for name in arguments.set or EXAMPLES:
            splits = [read_split(arguments.data / name / f"{split}.tsv") for split in ("train", "dev")]
            count = min(EXAMPLES[name], arguments.examples or EXAMPLES[name])
            for victim_name in arguments.victim or VICTIMS:
                victim = Remembered(train(victim_name, *splits[0]))
                texts, labels = (rows[:count] for rows in splits[1])
                right = float((victim.logits(texts).argmax(axis=1) == np.array(labels)).mean())
                for recipe in arguments.recipe or recipes:
                    rival = resources.textattack(recipe, arguments.textattack_python)
                    found = compare(recipes[recipe], rival, victim, texts, labels)
                    row = {"set": name, "victim": victim_name, "accuracy": right, "recipe": recipe, **found}
                    print(line(row), flush=True)
                    if arguments.out:
                        with arguments.out.open("a", encoding="utf-8") as file:
                            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
