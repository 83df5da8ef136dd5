"""Turns a matplotlib figure into a PNG: in light colours, at double resolution."""

from __future__ import annotations

import io
import textwrap

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .style import FONT_SIZE, INK, MUTED, PAPER, PIXELS_PER_INCH

# Pixels: of a character of the caption, of its lines, and of the title.
CHARACTER, LINE, TITLE = 6.6, 14, 34


def drawn(figure: Figure, title: str, caption: str) -> bytes:
    """The figure as the content of a file, the same for the same figure: beneath its title, and above what it
    shows of what."""
    width, height = figure.get_size_inches()
    lines = textwrap.wrap(caption, int(width * PIXELS_PER_INCH / CHARACTER))
    figure.set_size_inches(width, height + (len(lines) * LINE + TITLE) / PIXELS_PER_INCH)
    figure.suptitle(title, x=0.005, ha="left", fontsize=FONT_SIZE + 2, fontweight="bold", color=INK.light)
    figure.supxlabel("\n".join(lines), x=0.005, ha="left", fontsize=FONT_SIZE - 1, color=MUTED.light)
    stream = io.BytesIO()
    figure.set_dpi(2 * PIXELS_PER_INCH)
    figure.set_facecolor(PAPER.light)
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})
    return stream.getvalue()
