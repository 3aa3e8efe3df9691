"""A corpus of bad inputs: what is in the file, what the message must say, and what is left out where that is asked for.

Every file begins with forty rows that fit, twenty of each class, so that nothing but the one fault is wrong.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import polars

GOOD = tuple((f"sentence number {number}", ("ham", "spam")[number % 2]) for number in range(40))
FIRST = len(GOOD) + 2
"""Line of the first bad row in a file with a header; one less without."""
MEGABYTES = "word " * 2_000_000
Raw = str | bytes


@dataclass(frozen=True)
class BadInput:
    """A file that must be refused.

    Args:
        what: The fault, in a few words.
        name: Of the file; the suffix says its kind.
        content: Its bytes.
        message: A regular expression that the error must match.
        left_out: Rows that are left out with ``skip_bad_rows``; None where that does not help.
        fields: Of the configuration, beside ``train``.
    """

    what: str
    name: str
    content: bytes
    message: str
    left_out: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)


def table(separator: str, *bad: Raw, header: Raw | None = None, good: Sequence[tuple[str, str]] = GOOD) -> bytes:
    first = f"text{separator}label" if header is None else header
    lines = [first, *(f"{text}{separator}{label}" for text, label in good), *bad]
    return b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)


def lines(*bad: Raw, good: Sequence[tuple[str, str]] = GOOD) -> bytes:
    rows = [*(json.dumps({"text": text, "label": label}) for text, label in good), *bad]
    return b"".join((row if isinstance(row, bytes) else row.encode()) + b"\n" for row in rows)


def parquet(*bad: tuple[Any, Any], good: Sequence[tuple[Any, Any]] = GOOD, **schema: Any) -> bytes:
    rows = [*good, *bad]
    names = ("text", "label")
    frame = polars.DataFrame(
        {name: [row[place] for row in rows] for place, name in enumerate(names)}, schema_overrides=schema
    )
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


CSV = [
    BadInput("too few fields", "a.csv", table(",", "alone"), rf"a\.csv:{FIRST}: 1 fields where the header has 2", 1),
    BadInput("too many fields", "a.csv", table(",", "a,b,ham"), rf"a\.csv:{FIRST}: 3 fields where the header", 1),
    BadInput("no text", "a.csv", table(",", ",ham"), rf"a\.csv:{FIRST}: the text is empty", 1),
    BadInput("blank text", "a.csv", table(",", " \t ,ham"), rf"a\.csv:{FIRST}: the text is empty", 1),
    BadInput("no label", "a.csv", table(",", "words,"), rf"a\.csv:{FIRST}: the label is empty", 1),
    BadInput("blank label", "a.csv", table(",", "words,  "), rf"a\.csv:{FIRST}: the label is empty", 1),
    BadInput(
        "Latin-1 in the text", "a.csv", table(",", b"caf\xe9,ham"), rf"a\.csv:{FIRST}: the text is not valid UTF-8", 1
    ),
    BadInput(
        "Latin-1 in the label", "a.csv", table(",", b"cafe,h\xe4m"), rf"a\.csv:{FIRST}: the label is not valid UTF-8", 1
    ),
    BadInput("words after a quote", "a.csv", table(",", '"a" b,ham'), rf"a\.csv:{FIRST}: cannot be split .* quote", 1),
    BadInput("an open quote", "a.csv", table(",", '"a,ham'), rf"a\.csv:{FIRST}: cannot be split .* not closed", 1),
    BadInput(
        "an open quote far from the end",
        "a.csv",
        table(",", '"a,ham', *(f"more words {number},ham" for number in range(9000)), "last words,spam"),
        rf"a\.csv:{FIRST}: cannot be split into fields: a field has more than 131,072 .* \(lines 42 to \d+ taken",
        1,
    ),
    BadInput(
        "ten megabytes of text",
        "a.csv",
        table(",", f"{MEGABYTES},ham"),
        rf"a\.csv:{FIRST}: cannot be split into fields: a field has more than 131,072 characters",
        1,
    ),
    BadInput(
        "a text for a label",
        "a.csv",
        table(",", f"short,{'long ' * 99}"),
        rf"a\.csv:{FIRST}: the label has 494 characters; is it the right field\?",
        1,
    ),
    BadInput(
        "an unknown label",
        "a.csv",
        table(",", "words,spma"),
        rf"a\.csv:{FIRST}: label 'spma' is not one of ham, spam \(did you mean 'spam'\?\)",
        1,
        {"labels": ("ham", "spam")},
    ),
    BadInput(
        "a misspelt label", "a.csv", table(",", "words,spma"), r"20 texts or more, and 'spma' has 1\. Give more", 1
    ),
    BadInput("a second header", "a.csv", table(",", "text,label"), r"20 texts or more, and 'label' has 1\. Give", 1),
    BadInput(
        "a wanted class that is rare",
        "a.csv",
        table(",", "words,eggs"),
        r"20 texts or more, and 'eggs' has 1\. Give more of such a class, leave it out of \[task\] labels, or lower",
        None,
        {"labels": ("ham", "spam", "eggs")},
    ),
    BadInput("one class", "a.csv", table(",", good=[(text, "ham") for text, _ in GOOD]), r"All rows carry .* 'ham'"),
    BadInput(
        "two classes, one of them rare",
        "a.csv",
        table(",", good=[*[(text, "ham") for text, _ in GOOD], *[(f"spam {number}", "spam") for number in range(19)]]),
        r"20 texts or more, and 'spam' has 19\. Give more of such a class, leave it out with --skip-bad-rows, or lower",
    ),
    BadInput(
        "measurements",
        "a.csv",
        table(",", good=[(text, f"{0.5 * place:.1f}") for place, (text, _) in enumerate(GOOD)]),
        r"The labels look like measurements \('0\.0'\), not classes\. Write whole numbers or names",
    ),
    BadInput(
        "numbers that were made floats",
        "a.csv",
        table(",", good=[(text, f"{place % 2}.0") for place, (text, _) in enumerate(GOOD)]),
        r"The labels look like measurements \('0\.0'\), not classes\..* list the values in \[task\] labels",
    ),
    BadInput(
        "more measurements than classes can be",
        "a.csv",
        table(",", good=[(f"sentence {number}", f"{number / 7:.3f}") for number in range(3000)]),
        r"The labels look like measurements",
    ),
    BadInput(
        "an id for a label",
        "a.csv",
        table(",", good=[(f"sentence {number}", str(number)) for number in range(3000)]),
        r"The label column holds 1,001 different values.* Is it the right column\?",
    ),
    BadInput("nothing", "a.csv", b"", r"a\.csv: is empty\. Its first line must name the columns"),
    BadInput("a header alone", "a.csv", b"text,label\n", r"a\.csv: holds no rows"),
    BadInput(
        "no header", "a.csv", table(",", header="so fine,ham"), r"a\.csv:1: no column 'text'\. Known: ham, so fine"
    ),
    BadInput(
        "a misspelt column", "a.csv", table(",", header="txt,label"), r"a\.csv:1: no column 'text'\. Did you mean 'txt'"
    ),
    BadInput(
        "a column twice", "a.csv", table(",", header="text,label,text"), r"a\.csv:1: column 'text' .* more than once"
    ),
    BadInput(
        "semicolons", "a.csv", table(";"), r"a\.csv:1: no column 'text'\. The columns seem .* by semicolons; save"
    ),
    BadInput("tabs", "a.csv", table("\t"), r"a\.csv:1: no column 'text'\. The columns seem .* by tabs; give .* \.tsv"),
    BadInput("UTF-16", "a.csv", table(",").decode().encode("utf-16"), r"a\.csv: is in UTF-16; save it as UTF-8"),
    BadInput("UTF-16 without a mark", "a.csv", table(",").decode().encode("utf-16-le"), r"a\.csv:1: no column 'text'"),
    BadInput("gzip", "a.csv", gzip.compress(table(",")), r"a\.csv: is compressed with gzip; unpack it"),
    BadInput("a spreadsheet", "a.csv", b"PK\x03\x04" + bytes(50), r"a\.csv: is a zip archive or a spreadsheet; export"),
    BadInput("a Parquet file", "a.csv", parquet(), r"a\.csv: is a Parquet file; give it the suffix \.parquet"),
    BadInput(
        "Windows line ends",
        "a.csv",
        table(",", ",ham").replace(b"\n", b"\r\n"),
        rf"a\.csv:{FIRST}: the text is empty",
        1,
    ),
    BadInput(
        "Mac line ends", "a.csv", table(",", ",ham").replace(b"\n", b"\r"), rf"a\.csv:{FIRST}: the text is empt", 1
    ),
    BadInput(
        "a byte order mark", "a.csv", b"\xef\xbb\xbf" + table(",", ",ham"), rf"a\.csv:{FIRST}: the text is empty", 1
    ),
    BadInput(
        "a fault behind a text of two lines",
        "a.csv",
        table(",", '"two\nlines",ham', ",ham"),
        rf"a\.csv:{FIRST + 2}: the text is empty",
        1,
    ),
    BadInput(
        "more than ten faults",
        "a.csv",
        table(",", *[",ham"] * 25),
        r"(?s)a\.csv:51: the text is empty\.\n\.\.\. and 15 more\.\n25 rows do not fit\. Mend or delete such rows, or",
        25,
    ),
    BadInput("more faults than rows", "a.csv", table(",", *[",ham"] * 41), r"41 rows do not fit\. Mend"),
    BadInput(
        "an unknown kind", "a.xlsx", b"PK", r"a\.xlsx: unknown kind of file\. Known suffixes: \.tsv, \.csv, \.json"
    ),
]
TSV = [
    BadInput("too few fields", "a.tsv", table("\t", "alone"), rf"a\.tsv:{FIRST}: 1 fields where the header has 2", 1),
    BadInput("a tab in the text", "a.tsv", table("\t", "a\tb\tham"), rf"a\.tsv:{FIRST}: 3 fields where the header", 1),
    BadInput("no text", "a.tsv", table("\t", "\tham"), rf"a\.tsv:{FIRST}: the text is empty", 1),
    BadInput("Latin-1", "a.tsv", table("\t", b"caf\xe9\tham"), rf"a\.tsv:{FIRST}: the text is not valid UTF-8", 1),
    BadInput("commas", "a.tsv", table(","), r"a\.tsv:1: no column 'text'\. The columns seem .* by commas; .* \.csv"),
    BadInput(
        "an open quote and a missing field",
        "a.tsv",
        table("\t", '"a\tham', "b ham"),
        rf"a\.tsv:{FIRST + 1}: 1 fields where the header has 2",
        1,
    ),
    BadInput(
        "ten megabytes of text",
        "a.tsv",
        table("\t", f"{MEGABYTES}\tham"),
        rf"a\.tsv:{FIRST}: cannot be split into fields: a field has more than 131,072 characters",
        1,
    ),
]
JSON_LINES = [
    BadInput(
        "an open brace", "a.jsonl", lines('{"text": "a"'), rf"a\.jsonl:{FIRST - 1}: not valid JSON: .*delimiter", 1
    ),
    BadInput("a list", "a.jsonl", lines('["a", "ham"]'), rf"a\.jsonl:{FIRST - 1}: not a JSON object", 1),
    BadInput(
        "no label", "a.jsonl", lines('{"text": "a"}'), rf"a\.jsonl:{FIRST - 1}: no field 'label'; there are 'text'", 1
    ),
    BadInput("no field", "a.jsonl", lines("{}"), rf"a\.jsonl:{FIRST - 1}: no field 'text'; there are none", 1),
    BadInput(
        "many fields and not the one",
        "a.ndjson",
        lines(json.dumps({f"field {number}": 1 for number in range(999)})),
        rf"a\.ndjson:{FIRST - 1}: no field 'text'; there are 'field 0', .* 'field 9' \.\.\.",
        1,
    ),
    BadInput(
        "a number for a text", "a.jsonl", lines('{"text": 3, "label": "ham"}'), r": the text is 3, not a string", 1
    ),
    BadInput(
        "null for a text", "a.jsonl", lines('{"text": null, "label": "ham"}'), r": the text is missing, not a st", 1
    ),
    BadInput(
        "null for a label", "a.jsonl", lines('{"text": "a", "label": null}'), r": the label is missing, not a na", 1
    ),
    BadInput(
        "true for a label", "a.jsonl", lines('{"text": "a", "label": true}'), r": the label is True, not a name", 1
    ),
    BadInput(
        "a list for a label", "a.jsonl", lines('{"text": "a", "label": [1]}'), r": the label is \[1\], not a na", 1
    ),
    BadInput(
        "NaN for a label", "a.jsonl", lines('{"text": "a", "label": NaN}'), r": the label is nan, not a name or", 1
    ),
    BadInput(
        "half a character",
        "a.jsonl",
        lines('{"text": "a\\ud800", "label": "ham"}'),
        r": the text is not valid UTF-8",
        1,
    ),
    BadInput("Latin-1", "a.jsonl", lines(b'{"text": "caf\xe9", "label": "ham"}'), r": the text is not valid UTF-8", 1),
    BadInput("a thousand brackets", "a.jsonl", lines("[" * 100_000), rf"a\.jsonl:{FIRST - 1}: not valid JSON", 1),
    BadInput(
        "ten megabytes of text",
        "a.jsonl",
        lines(json.dumps({"text": MEGABYTES, "label": "ham"})),
        rf"a\.jsonl:{FIRST - 1}: the text has 10,000,000 characters, more than 131,072; cut it or split it",
        1,
    ),
    BadInput(
        "the whole file as one list",
        "a.jsonl",
        json.dumps([{"text": text, "label": label} for text, label in GOOD]).encode(),
        r"a\.jsonl:1: not a JSON object",
    ),
    BadInput(
        "float labels",
        "a.jsonl",
        b"".join(
            json.dumps({"text": text, "label": place % 2 + 0.5}).encode() + b"\n"
            for place, (text, _) in enumerate(GOOD)
        ),
        r"The labels look like measurements \('0\.5'\), not classes",
    ),
    BadInput("blank lines alone", "a.jsonl", b"\n \n", r"a\.jsonl: holds no rows"),
    BadInput("UTF-16", "a.jsonl", lines().decode().encode("utf-16"), r"a\.jsonl: is in UTF-16; save it as UTF-8"),
]
PARQUET = [
    BadInput(
        "null for a text", "a.parquet", parquet((None, "ham")), r"a\.parquet:41: the text is missing, not a str", 1
    ),
    BadInput(
        "null for a label", "a.parquet", parquet(("a", None)), r"a\.parquet:41: the label is missing, not a name", 1
    ),
    BadInput("no text", "a.parquet", parquet(("  ", "ham")), r"a\.parquet:41: the text is empty", 1),
    BadInput(
        "ten megabytes of text",
        "a.parquet",
        parquet((MEGABYTES, "ham")),
        r"a\.parquet:41: the text has 10,000,000 characters, more than 131,072",
        1,
    ),
    BadInput(
        "an unknown label",
        "a.parquet",
        parquet(("a", "hm")),
        r"a\.parquet:41: label 'hm' is not one of ham, spam \(did you mean 'ham'\?\)",
        1,
        {"labels": ("ham", "spam")},
    ),
    BadInput("a rare class", "a.parquet", parquet(("a", "eggs")), r"20 texts or more, and 'eggs' has 1\. Give more", 1),
    BadInput(
        "a missing column",
        "a.parquet",
        parquet(),
        r"a\.parquet: no column 'message'\. Known: label, text\. Set \[task\] text and label",
        None,
        {"text": "message"},
    ),
    BadInput(
        "numbers for texts",
        "a.parquet",
        parquet(good=[(place, label) for place, (_, label) in enumerate(GOOD)]),
        r"a\.parquet:1: the text is 0, not a string",
    ),
    BadInput(
        "bytes for texts",
        "a.parquet",
        parquet(good=[(text.encode(), label) for text, label in GOOD]),
        r"a\.parquet:1: the text is b'sentence number 0', not a string",
    ),
    BadInput(
        "float labels",
        "a.parquet",
        parquet(good=[(text, place / 4) for place, (text, _) in enumerate(GOOD)]),
        r"The labels look like measurements \('0\.0'\), not classes",
    ),
    BadInput(
        "truth values for labels",
        "a.parquet",
        parquet(good=[(text, label == "ham") for text, label in GOOD]),
        r"a\.parquet:1: the label is True, not a name or a whole number",
    ),
    BadInput(
        "dates for labels",
        "a.parquet",
        parquet(good=[(text, date(2024, 1, place % 2 + 1)) for place, (text, _) in enumerate(GOOD)]),
        r"a\.parquet:1: the label is datetime\.date\(2024, 1, 1\), not a name",
    ),
    BadInput("one class", "a.parquet", parquet(good=[(text, 1) for text, _ in GOOD]), r"All rows carry the label '1'"),
    BadInput("no rows", "a.parquet", parquet(good=[], text=polars.String, label=polars.String), r": holds no rows"),
    BadInput("half the file", "a.parquet", parquet()[:-30], r"a\.parquet: cannot be read as Parquet: .*PAR1"),
    BadInput("text", "a.parquet", table(","), r"a\.parquet: cannot be read as Parquet: "),
    BadInput("nothing", "a.parquet", b"", r"a\.parquet: cannot be read as Parquet: "),
]
BAD_INPUTS = (*CSV, *TSV, *JSON_LINES, *PARQUET)
