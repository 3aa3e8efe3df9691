"""Speaks the worker's protocol in TextAttack's place: drops a word at a time, the most important first.

Named as the interpreter of an environment, it is given the worker's path and ignores it. Its recipes are faults, but
for "drop" and "climb"; the second goes on when it has won, as searches with a population do.
"""

import json
import random
import sys
import time
from typing import Any


def say(message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def hear() -> Any:
    line = sys.stdin.readline()
    return json.loads(line) if line else sys.exit()


def asked(texts: list[str], *, ranking: bool) -> Any:
    say({"ask": texts, "ranking": ranking, "similarities": None})
    return hear()


def attack(recipe: str, text: str, score: float, seed: int, order: str) -> str:  # noqa: ARG001
    words = text.split(" ")
    without = [" ".join(words[:at] + words[at + 1 :]) for at in range(len(words))]
    ranked = asked(without, ranking=True)
    turns = sorted(range(len(ranked["scores"])), key=lambda at: -ranked["scores"][at])
    best, over = (score, False, text), ranked["over"]
    draw = random.Random(seed)
    for at in turns if not over else ():
        candidates = [" ".join([*words[:at], f"{word}{draw.randrange(9)}", *words[at + 1 :]]) for word in "xyz"]
        reply = asked(candidates, ranking=False)
        found = [(*pair, text) for *pair, text in zip(reply["scores"], reply["flipped"], candidates, strict=False)]
        top = max(found, key=lambda one: one[0], default=best)
        best = top if top[0] > best[0] else best
        if reply["over"] or (best[1] and recipe == "drop"):
            break
        words = best[2].split(" ") if recipe == "drop" else words
    return best[2]


def main() -> None:
    job = hear()
    recipe = job["recipe"]
    if recipe in ("importing", "building", "missing"):
        say({"failed": recipe, "why": "a cause of its own."})
    elif recipe == "nonesuch":
        say({"failed": "unknown", "why": "none of this name", "known": ["climb", "drop"]})
    elif recipe == "garbled":
        sys.stdout.write("Downloading...\n")
        sys.stdout.flush()
    elif recipe == "silent":
        time.sleep(60)
    elif recipe == "dead":
        sys.exit("out of memory")
    else:
        say({"ready": "0.3.11"})
    while job := hear():
        if recipe == "text":
            say({"failed": "attacking", "why": "IndexError: list index out of range"})
        if recipe == "dies":
            sys.exit("segmentation fault")
        if recipe == "encode":
            say({"encode": [job["text"]]})
            vectors = hear()["vectors"]
            say({"end": f"{job['text']} {len(vectors)} {len(vectors[0])}"})
            continue
        say({"end": attack(recipe, **job)})


if __name__ == "__main__":
    main()
