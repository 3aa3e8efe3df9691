"""How fast a large file becomes a task, and how much memory that takes.

Writes a file of many rows of about a hundred bytes, then reads it in a process of its own for each setting: with caps,
as a search of a large file would, and without. Beside it: the same number of rows in a list of strings, the least that
holding them all takes, and a file a tenth as long, which shows what grows with the rows. Seconds are of processor time,
so that other work on the machine counts little.

Run: benchmarks/reading.py [--rows 2000000] [--suffix csv]
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CAPS = {"max_train": 20_000, "max_dev": 2_000, "max_test": 2_000}
WORDS = [f"{first}{second}" for first in "bcdfghklmnprstvw" for second in ("ade", "ill", "on", "urst", "ept", "ayer")]


def sentences(rows: int, *, seed: int = 0) -> Iterator[tuple[str, str]]:
    rng = random.Random(seed)
    for number in range(rows):
        yield f"{' '.join(rng.choices(WORDS, k=17))} {number}", ("ham", "spam")[rng.random() < 0.1]


def write(path: Path, rows: int) -> None:
    if path.suffix == ".parquet":
        import polars

        polars.DataFrame(list(sentences(rows)), schema=["text", "label"], orient="row").write_parquet(path)
        return
    with path.open("w", encoding="utf-8") as handle:
        if path.suffix != ".jsonl":
            separator = "," if path.suffix == ".csv" else "\t"
            handle.write(f"text{separator}label\n")
            handle.writelines(f"{text}{separator}{label}\n" for text, label in sentences(rows))
        else:
            handle.writelines(json.dumps({"text": text, "label": label}) + "\n" for text, label in sentences(rows))


def child(path: Path, setting: str, rows: int) -> None:
    """Does one thing in this process and prints what it took."""
    from rosearch.data.files import Files

    start, before = time.process_time(), peak_mib()
    kept = 0
    if setting == "write":
        write(path, rows)
    elif setting == "list":
        texts = [text for text, _ in sentences(rows)]
        kept = len(texts)
    else:
        task = Files(train=path, **(CAPS if setting == "capped" else {})).load()
        kept = len(task.train) + len(task.dev) + len(task.test)
    seconds = time.process_time() - start
    print(json.dumps({"kept": kept, "seconds": seconds, "before": before, "peak": peak_mib()}))


def in_child(path: Path, setting: str, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", str(path), setting, "--rows", str(rows)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--suffix", choices=["csv", "tsv", "jsonl", "parquet"], default="csv")
    parser.add_argument("--child", nargs=2, metavar=("FILE", "SETTING"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(Path(arguments.child[0]), arguments.child[1], arguments.rows)
        return
    print(f"{os.cpu_count()} cores; .{arguments.suffix}; caps {CAPS}")
    print("      rows   setting  file MB       kept   CPU s    rows/s  MiB at first  MiB at peak")
    with tempfile.TemporaryDirectory() as folder:
        for rows in (arguments.rows // 10, arguments.rows):
            path = Path(folder) / f"{rows}.{arguments.suffix}"
            in_child(path, "write", rows)
            for setting in ("capped", "whole", "list"):
                found = in_child(path, setting, rows)
                print(
                    f"{rows:>10,} {setting:>9} {path.stat().st_size / 1e6:>8.0f} {found['kept']:>10,} "
                    f"{found['seconds']:>7.1f} {rows / found['seconds']:>9,.0f} {found['before']:>13.0f} "
                    f"{found['peak']:>12.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
