"""Records what TextAttack 0.3.11 does to the golden texts; see README.md beside this file."""

import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import recorder  # first: it keeps TextAttack from downloading
import textattack
from nltk.tag.mapping import map_tag
from nltk.tag.perceptron import PerceptronTagger
from textattack.transformations import WordSwapWordNet

from rosearch.attacks.textattack.worker import tamed_textattack

BUDGETS = (1, 4, 9, 17, 30, 55, 90)


def main() -> None:
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    import golden_resources
    from golden_victims import VICTIMS

    texts = json.loads((folder / "golden_texts.json").read_text(encoding="utf-8"))
    words = golden_resources.vocabulary(texts)
    rows = golden_resources.vectors(words)
    tamed_textattack.inject_vector_table(words, rows, golden_resources.nearest(rows))
    tamed_textattack.inject_encoder(golden_resources.encode)
    tamed_textattack.inject_tagger(golden_resources.tags)
    with tempfile.TemporaryDirectory() as temporary:
        golden_resources.write_masked_lm(Path(temporary), words)
        tamed_textattack.inject_masked_lm(temporary, padded=False)
        for recipe in sys.argv[2:] or recorder.RECIPES:
            outcomes = list(record(recipe, texts))
            lines = (json.dumps(outcome, ensure_ascii=False) + "\n" for outcome in outcomes)
            (folder / f"golden_{recipe}.jsonl").write_text("".join(lines), encoding="utf-8")
            for status in ("success", "failed", "skipped"):
                found = (outcome["victim"] for outcome in outcomes if outcome["status"] == status)
                print(recipe, status, dict(Counter(found)), "of", list(VICTIMS), flush=True)
    write_synonyms(folder / "golden_synonyms.json", texts)
    write_tags(folder / "golden_tags.json", texts)


def record(recipe: str, texts: list[str]) -> Iterator[dict[str, Any]]:
    """Yields what TextAttack does to each text with each victim, without and with query budgets."""
    from golden_victims import VICTIMS, gold

    for name, victim in VICTIMS.items():
        whole = recorder.Recorder(recipe, victim.probabilities)
        cut = {budget: recorder.Recorder(recipe, victim.probabilities, budget) for budget in BUDGETS}
        for position, text in enumerate(texts):
            label = gold(name, text, position)
            outcome = whole.run(text, label)
            asked = hashlib.sha256("\n".join(whole.asked).encode()).hexdigest()[:16]
            within = {budget: attack.run(text, label) for budget, attack in cut.items()}
            yield {
                "victim": name,
                "text": position,
                "label": label,
                **outcome,
                "asked": asked,
                "budgets": {budget: [row["status"], row["queries"]] for budget, row in within.items()},
            }


def write_synonyms(path: Path, texts: list[str]) -> None:
    """Writes what NLTK's WordNet gives for the words of the texts."""
    swap = WordSwapWordNet()
    words = sorted({word for text in texts for word in textattack.shared.AttackedText(text).words})
    table = {word: sorted(swap._get_replacement_words(word)) for word in words}
    content = json.dumps({word: row for word, row in table.items() if row}, ensure_ascii=False, indent=0)
    path.write_text(content + "\n", encoding="utf-8")


def write_tags(path: Path, texts: list[str]) -> None:
    """Writes how NLTK tags the texts with the golden tagger, in universal tags."""
    import golden_resources

    tagger = PerceptronTagger(load=False)
    tagger.decode_json_params(golden_resources.tagger_files(texts)[part] for part in ("weights", "tagdict", "classes"))
    words = [textattack.shared.AttackedText(text).words for text in texts]
    tags = [[map_tag("en-ptb", "universal", tag) for _, tag in tagger.tag(row)] for row in words]
    path.write_text(json.dumps(list(zip(words, tags, strict=True)), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
