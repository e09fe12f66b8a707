"""Report of the results as JSON, and as an SVG chart."""

from collections.abc import Sequence
from html import escape
import json
import os
from pathlib import Path
import platform
from typing import Any

from homeassistant.const import __version__

from .measure import tell
from .table import OURS, THEIRS, Row, number

RESULTS_DIR = Path(__file__).parents[1] / ".bench"
"""Default directory of the results."""

LABELS = 290
BARS = 300
LINE = 34
HEAD = 34
WIDTH = LABELS + BARS + 110
LONGEST = 1.5
"""Longest bar of ours, as a ratio to theirs."""

STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.value { font-size: 11px; fill: #59636e; }
.ours { fill: #0969da; }
.theirs { fill: #b7bdc4; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .value { fill: #9198a1; }
  .ours { fill: #4493f8; }
  .theirs { fill: #656c76; }
}
"""


def keep(rows: Sequence[Row], results: Path | None, picture: Path | None) -> None:
    """Write the rows as JSON, and as a chart."""
    if None in (results, picture):
        RESULTS_DIR.mkdir(exist_ok=True)
        # Results depend on the machine and are not committed.
        (RESULTS_DIR / ".gitignore").write_text("*\n", "ascii")
    results = results or RESULTS_DIR / "turns.json"
    picture = picture or RESULTS_DIR / "turns.svg"
    data = {
        "home_assistant": __version__,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rows": [row.as_dict() for row in rows],
    }
    for path in (results, picture):
        path.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    picture.write_text(drawn(data), "utf-8")
    tell(f"  {results}, {picture}")


def drawn(data: dict[str, Any]) -> str:
    """Return results as an SVG chart, for light and dark pages."""
    rows = data["rows"]
    title = "Ours beside Home Assistant's llama_cpp: shorter is better"
    height = HEAD + LINE * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        _bar("ours", 0, 9, 12, 12),
        _text(18, 20, "OpenAI-Compatible Conversation"),
        _bar("theirs", LABELS, 9, 12, 12),
        _text(LABELS + 18, 20, f"llama_cpp of Home Assistant {data['home_assistant']}"),
    ]
    for line, row in enumerate(rows):
        parts += _drawn_row(row, HEAD + LINE * line)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn_row(row: dict[str, Any], top: int) -> list[str]:
    """Return the elements of a row: its title and two bars, theirs of a fixed length."""
    full = BARS / LONGEST
    parts = [_text(0, top + 18, row["title"])]
    subjects = (("ours", OURS, row["ratio"]), ("theirs", THEIRS, 1.0))
    for line, (css_class, name, part) in enumerate(subjects):
        width = max(1, round(full * min(part, LONGEST)))
        y = top + 2 + 13 * line
        unit = "" if row["unit"] == "number" else f" {row['unit']}"
        value = f"{number(row['values'][name]['median'])}{unit}"
        parts += [
            _bar(css_class, LABELS, y, width, 11),
            _text(LABELS + width + 6, y + 9, value, "value"),
        ]
    return parts


def _bar(css_class: str, x: int, y: int, width: int, height: int) -> str:
    """Return the element of a bar."""
    return (
        f'<rect class="{css_class}" x="{x}" y="{y}" width="{width}" height="{height}" '
        'rx="2"/>'
    )


def _text(x: int, y: int, text: str, css_class: str = "") -> str:
    """Return the element of a line of text."""
    kind = f' class="{css_class}"' if css_class else ""
    return f'<text x="{x}" y="{y}"{kind}>{escape(text)}</text>'
