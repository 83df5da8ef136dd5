"""Turns a matplotlib figure into a PNG: in light colours, at double resolution."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .style import PAPER, PIXELS_PER_INCH


def drawn(figure: Figure) -> bytes:
    """The figure as the content of a file, the same for the same figure."""
    stream = io.BytesIO()
    figure.set_dpi(2 * PIXELS_PER_INCH)
    figure.set_facecolor(PAPER.light)
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})
    return stream.getvalue()
