"""Architectures as text and as SVG, for terminals, reports and notebooks. No library needed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.layering import Layering, layered
from rosearch.space.operation import Operation

BOX_WIDTH, BOX_HEIGHT = 172.0, 44.0
ROW, GAP, LANE, MARGIN = 92.0, 18.0, 12.0, 24.0
HEADER, TITLE = 104.0, 30.0
FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
INK, FAINT, LINE = "#1f2933", "#52606d", "#8795a1"
COLOURS = {  # fill, stroke
    "attention": ("#e3effc", "#2f6fb5"),
    "convolution": ("#e4f5e9", "#2e8555"),
    "feed_forward": ("#fdf0dc", "#b7791f"),
    "pooling": ("#f0e9fa", "#7a4fb0"),
    "mixing": ("#f0e9fa", "#7a4fb0"),
}


def draw_text(architecture: Architecture) -> str:
    """Returns a drawing in characters: macro genes, then each cell, one node a row, values running down in lanes.

    Args:
        architecture: What to draw; its canonical form is.
    """
    genes = architecture.canonical()
    lines = [_title(genes), _macro_genes(genes), " → ".join(_steps(genes))]
    for index, cell in enumerate(genes.cells):
        lines += ["", _cell_title(genes, index), *_text_rows(cell)]
    return "\n".join(lines)


def draw_svg(architecture: Architecture) -> str:
    """Returns a drawing as a whole SVG document: macro genes above, cells side by side.

    Args:
        architecture: What to draw; its canonical form is.
    """
    genes = architecture.canonical()
    plans = [layered(cell, box=BOX_WIDTH, gap=GAP, lane=LANE) for cell in genes.cells]
    chips = list(_chips(_steps(genes)))
    header = max(*(x + wide for x, wide, _ in chips), 7.2 * max(len(_title(genes)), len(_macro_genes(genes))))
    cells = sum(plan.width for plan in plans) + 2 * MARGIN * max(0, len(plans) - 1)
    width = 2 * MARGIN + max(header, cells)
    height = HEADER + TITLE + max((plan.layers * ROW - BOX_HEIGHT + MARGIN for plan in plans), default=-TITLE)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" font-family="{FONT}" font-size="13" text-anchor="middle">',
        f"<title>{_title(genes)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _text(MARGIN, 30, _title(genes), anchor="start", weight=600, size=15),
        _text(MARGIN, 50, _macro_genes(genes), anchor="start", colour=FAINT),
        *_svg_chips(chips),
    ]
    left = MARGIN + max(0.0, (width - 2 * MARGIN - cells) / 2)
    for index, (cell, plan) in enumerate(zip(genes.cells, plans, strict=True)):
        parts.append(_text(left + plan.nodes[0][1], HEADER + 20, _cell_title(genes, index), weight=600))
        parts.append(f'<g transform="translate({left:.1f} {HEADER + TITLE:.1f})">{"".join(_svg_cell(cell, plan))}</g>')
        left += plan.width + 2 * MARGIN
    return "\n".join([*parts, "</svg>"])


def describe(operation: Operation) -> tuple[str, str]:
    """Returns an operation's name and its parameters, both in words.

    Args:
        operation: Any operation.
    """
    values = (f"{value} {name}" if name == "heads" else f"{name} {value}" for name, value in operation.values.items())
    name = operation.kind.replace("self_attention", "self-attention").replace("feed_forward", "feed-forward")
    return name.replace("_", " "), ", ".join(values).replace("1 heads", "1 head")


def _title(genes: Architecture) -> str:
    return f"architecture {genes.architecture_id}"


def _macro_genes(genes: Architecture) -> str:
    table = "trained" if genes.input.trained else "frozen"
    words = [f"rank {genes.input.rank} {table}", f"width {genes.width}", f"pooling {_words(genes.pooling)}"]
    if genes.input.pruned:
        words.insert(1, "pruned vocabulary")
    weights = "shared between cells of one type" if genes.shared else "not shared"
    return " · ".join([*words, f"weights {weights}"])


def _words(pooling: str) -> str:
    return pooling.replace("mean_max", "mean + max")


def _steps(genes: Architecture) -> list[str]:
    cells = [f"cell {ascii_uppercase[index]}" for index in genes.layout]
    return [*_inputs(genes.input), *cells, f"{_words(genes.pooling)} pooling", "classes"]


def _inputs(genes: InputGenes) -> list[str]:
    """Names what a text goes through before the first cell."""
    letters = {"none": "", "letters": " + letters", "ngrams": f" + {genes.buckets} n-gram buckets"}
    clusters = [] if genes.clusters == "none" else [f"{genes.clusters} of synonyms"]
    spelling = ["corrected spelling"] if genes.spelling else []
    return [*spelling, *clusters, f"word pieces{letters[genes.characters]}"]


def _cell_title(genes: Architecture, index: int) -> str:
    times = Counter(genes.layout)[index]
    return f"cell {ascii_uppercase[index]}" + (f", {times} times" if times > 1 else "")


def _text_rows(cell: Cell) -> Iterator[str]:
    """Yields a row for the input, each node, and the output: lanes to the left, words to the right."""
    lanes: list[int | None] = [0]
    room = 2 * (len(cell.nodes) + 1) + 2
    last = _last_uses(cell)
    yield f"{'┐':<{room}}input"
    for number in range(1, len(cell.nodes) + 2):
        node = cell.nodes[number - 1] if number <= len(cell.nodes) else None
        sources = node.inputs if node else cell.loose_ends
        old = list(lanes)
        lanes = [lane if lane is not None and last[lane] > number else None for lane in lanes]
        while lanes and lanes[-1] is None:
            lanes.pop()
        column = max(len(lanes), 1 + max(place for place, lane in enumerate(old) if lane in sources))
        lanes += [None] * (column - len(lanes)) + [number]
        row = _lane_row(old, sources, column)
        yield f"{row if node else row.replace('┐', '─'):<{room}}{_row_words(number, node)}"


def _lane_row(lanes: Sequence[int | None], sources: Sequence[int], column: int) -> str:
    first = min(place for place, lane in enumerate(lanes) if lane in sources)
    row = ""
    for place in range(max(column, len(lanes))):
        lane = lanes[place] if place < len(lanes) else None
        inside = first <= place < column
        row += "●" if lane in sources else "│" if lane is not None else "─" if inside else " "
        row += "─" if inside else " "
    return row[: 2 * column] + "┐" + row[2 * column + 1 :]


def _row_words(number: int, node: Node | None) -> str:
    if node is None:
        return "output"
    name, values = describe(node.operation)
    return f"{number}  {name}{f' ({values})' if values else ''}{', gated' if node.gated else ''}"


def _last_uses(cell: Cell) -> dict[int, int]:
    last = dict.fromkeys(cell.loose_ends, len(cell.nodes) + 1)
    for number, node in enumerate(cell.nodes, start=1):
        last |= {source: number for source in node.inputs if last.get(source, 0) < number}
    return last


def _chips(steps: Sequence[str]) -> Iterator[tuple[float, float, str]]:
    x = MARGIN
    for step in steps:
        wide = 18 + 6.6 * len(step)
        yield x, wide, step
        x += wide + 22


def _svg_chips(chips: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    for index, (x, wide, step) in enumerate(chips):
        if index:
            yield f'<path d="M{x - 20:.1f} 78h13" stroke="{LINE}" stroke-width="1.5"/>'
            yield f'<path d="M{x - 8:.1f} 74l6 4l-6 4z" fill="{LINE}"/>'
        yield f'<rect x="{x:.1f}" y="66" width="{wide:.1f}" height="24" rx="12" fill="#f2f5f8" stroke="{LINE}"/>'
        yield _text(x + wide / 2, 82, step, size=12)


def _svg_cell(cell: Cell, plan: Layering) -> Iterator[str]:
    places = [(x, layer * ROW + BOX_HEIGHT / 2 + 6) for layer, x in plan.nodes]
    for (source, target), lanes in plan.edges.items():
        yield _svg_edge(places[source], places[target], plan.nodes[source][0], lanes)
    output = len(cell.nodes) + 1
    yield _svg_end(*places[0], "input")
    yield _svg_end(*places[output], "output")
    if len(cell.loose_ends) > 1:
        yield _svg_combine(*places[output], "+", FAINT)
    for (x, y), node in zip(places[1:output], cell.nodes, strict=True):
        yield from _svg_node(x, y, node)


def _svg_edge(start: tuple[float, float], end: tuple[float, float], layer: int, lanes: Sequence[float]) -> str:
    """Draws a curve that runs straight down where it passes boxes, and bends only between the layers."""
    half = BOX_HEIGHT / 2
    x, y = start[0], start[1] + half
    path = f"M{x:.1f} {y:.1f}"
    stops = [(lane, (layer + step) * ROW + half + 6) for step, lane in enumerate(lanes, start=1)]
    for next_x, middle in [*stops, end]:
        top = middle - half
        bend = (y + top) / 2
        path += f"C{x:.1f} {bend:.1f} {next_x:.1f} {bend:.1f} {next_x:.1f} {top:.1f}"
        x, y = next_x, top
        if (next_x, middle) != end:
            y = middle + half
            path += f"V{y:.1f}"
    arrow = f'<path d="M{x:.1f} {y:.1f}l-4 -8h8z" fill="{LINE}"/>'
    return f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>{arrow}'


def _svg_node(x: float, y: float, node: Node) -> Iterator[str]:
    name, values = describe(node.operation)
    fill, stroke = next(colours for word, colours in COLOURS.items() if word in node.operation.kind)
    yield (
        f'<rect x="{x - BOX_WIDTH / 2:.1f}" y="{y - BOX_HEIGHT / 2:.1f}" width="{BOX_WIDTH:.0f}" '
        f'height="{BOX_HEIGHT:.0f}" rx="8" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )
    yield _text(x, y - 1 if values else y + 5, name, weight=600)
    if values:
        yield _text(x, y + 14, values, size=11.5, colour=FAINT)
    if len(node.inputs) > 1:
        yield _svg_combine(x, y, "\u03c3" if node.gated else "+", stroke)


def _svg_combine(x: float, y: float, sign: str, colour: str) -> str:
    """Marks how several inputs become one, on the upper edge of a box: + for a sum, a small sigma for gates."""
    top = y - BOX_HEIGHT / 2
    disc = f'<circle cx="{x:.1f}" cy="{top:.1f}" r="8.5" fill="#ffffff" stroke="{colour}" stroke-width="1.5"/>'
    return disc + _text(x, top + 4.5, sign, weight=600, colour=colour)


def _svg_end(x: float, y: float, name: str) -> str:
    return (
        f'<rect x="{x - 44:.1f}" y="{y - BOX_HEIGHT / 2:.1f}" width="88" height="{BOX_HEIGHT:.0f}" '
        f'rx="{BOX_HEIGHT / 2:.0f}" fill="#f2f5f8" stroke="{LINE}" stroke-width="1.5"/>{_text(x, y + 5, name)}'
    )


def _text(
    x: float, y: float, text: str, *, size: float = 13, weight: int = 400, colour: str = INK, anchor: str = "middle"
) -> str:
    style = f'font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{text}</text>'
