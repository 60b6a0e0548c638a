"""Pictures of an evaluation as SVG, drawn here: a few lines and bars need no plotting library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM = 480, 360, 48, 40
COLOURS = ("#1f6feb", "#b35900", "#1a7f37", "#8250df", "#cf222e", "#57606a", "#0a7ea4", "#9a6700")
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# As an image of its own a picture has no page whose colours it could take.
_GROUND = (
    "<style>svg{color:#1f2328;background:#fff}@media(prefers-color-scheme:dark)"
    "{svg{color:#e6edf3;background:#22272e}path,rect,circle{filter:brightness(1.4)}}</style>"
)
Points = Sequence[Sequence[float]]


def line_chart(title: str, x: str, y: str, lines: Mapping[str, Points], *, diagonal: bool = False) -> str:
    """Lines over the unit square, `lines` by name, each a list of (x, y)."""
    parts = [_frame(title, x, y)]
    if diagonal:
        parts.append(f'<path d="{_path([(0, 0), (1, 1)])}" fill="none" stroke="#8c959f" stroke-dasharray="4 4"/>')
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<path d="{_path(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_text(WIDTH - 130, HEIGHT - BOTTOM - 12 - 14 * number, name, colour))
    return _svg(parts, WIDTH, HEIGHT)


def bar_chart(title: str, bars: Iterable[tuple[str, float]]) -> str:
    """Horizontal bars of shares from 0 to 1, each with its name and per cent."""
    rows = list(bars)
    parts = [_text(8, 18, title, "currentColor", bold=True)]
    for number, (name, share) in enumerate(rows):
        top = 30 + 18 * number
        parts.append(_text(8, top + 12, name[:32], "currentColor"))
        parts.append(f'<rect x="220" y="{top}" width="{max(0.0, share) * 210:.1f}" height="14" fill="{COLOURS[0]}"/>')
        parts.append(_text(436, top + 12, f"{100 * share:.0f} %", "currentColor"))
    return _svg(parts, WIDTH, 40 + 18 * len(rows))


def scatter_chart(title: str, places: Sequence[tuple[str, float, float]]) -> str:
    """Named dots: (name, x from 0 up, y from 0 to 1)."""
    most = max((x for _, x, _ in places), default=0.0) or 1.0
    parts = [_frame(title, f"0 to {most:.0f}", "quality", [f"{most * share:.0f}" for share in TICKS])]
    for number, (name, x, y) in enumerate(places):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<circle cx="{_x(x / most):.1f}" cy="{_y(y):.1f}" r="5" fill="{colour}"/>')
        parts.append(_text(WIDTH - 200, HEIGHT - BOTTOM - 12 - 14 * number, f"{name}: {y:.3f}", colour))
    return _svg(parts, WIDTH, HEIGHT)


def confusion_chart(title: str, counts: Mapping[str, int]) -> str:
    """Four counts of a yes-or-no decision, darker for more."""
    most = max(1, *counts.values())
    parts = [_text(8, 18, title, "currentColor", bold=True)]
    for number, (name, count) in enumerate(counts.items()):
        x, y = 20 + 225 * (number % 2), 34 + 130 * (number // 2)
        shade = f'fill="{COLOURS[0]}" opacity="{0.08 + 0.5 * count / most:.2f}"'
        parts.append(f'<rect x="{x}" y="{y}" width="215" height="120" {shade}/>')
        parts.append(_text(x + 12, y + 56, f"{name}: {count}", "currentColor", bold=True))
    return _svg(parts, WIDTH, 310)


def _frame(title: str, x: str, y: str, names: Sequence[str] = ("0", "0.25", "0.5", "0.75", "1")) -> str:
    right, top, low = WIDTH - 12, 30, HEIGHT - BOTTOM
    ticks = "".join(
        _text(LEFT - 30, _y(each) + 4, f"{each:g}", "currentColor")
        + _text(_x(each) - 8, low + 16, name, "currentColor")
        for each, name in zip(TICKS, names, strict=True)
    )
    box = f'<rect x="{LEFT}" y="{top}" width="{right - LEFT}" height="{low - top}" fill="none" stroke="#8c959f"/>'
    words = _text(8, 18, title, "currentColor", bold=True) + _text(WIDTH // 2 - 40, HEIGHT - 6, x, "currentColor")
    return f"{box}{ticks}{words}<title>{escape(title)}: {escape(y)} by {escape(x)}</title>"


def _path(points: Points) -> str:
    return "M" + " L".join(f"{_x(each[0]):.1f} {_y(each[1]):.1f}" for each in points)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - 12 - LEFT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 30)


def _text(x: float, y: float, words: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="12" fill="{colour}"{weight}>{escape(words)}</text>'


def _svg(parts: Iterable[str], width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif">{_GROUND}{"".join(parts)}</svg>\n'
    )
