"""Numbers as people read them: three significant digits, units that fit, no false precision."""

from __future__ import annotations

import math

# Keeps a number and its unit on one line.
GAP = "\u00a0"
ABSENT = "\u2013"


def significant(value: float, digits: int = 3) -> str:
    """`value` rounded to `digits` significant digits, never in exponent form."""
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    if rounded == 0:
        return "0"
    # Rounding may have added a digit (9.996 becomes 10.0): count again.
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(decimals, 0)}f}"


def short(value: float) -> str:
    """Like significant(), without the zeros behind: for the ticks of an axis."""
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float | None) -> str:
    return ABSENT if value is None else f"{value:,.0f}"


def exact(value: float) -> str:
    """A number that somebody has chosen: not rounded if it is whole."""
    return count(value) if value == int(value) else short(value)


def rounded(value: float) -> str:
    """A count that was measured: 27,300, 0.25."""
    return significant(value) if abs(value) < 100 else significant(value).split(".")[0]


def size(value: float | None) -> str:
    """A size in bytes, in binary units: 4 KiB, 256 MiB."""
    if value is None:
        return ABSENT
    number, unit = _scaled(value, 1024.0, ("B", "KiB", "MiB", "GiB", "TiB"))
    return f"{short(number)}{GAP}{unit}"


def bandwidth(value: float | None) -> str:
    """Bytes per second in binary units: 2.51 GiB/s."""
    if value is None:
        return ABSENT
    number, unit = _scaled(value, 1024.0, ("B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"))
    return f"{significant(number)}{GAP}{unit}"


def duration(value: float | None) -> str:
    """Seconds in the unit that fits: 24.1 ns, 3.20 ms."""
    if value is None:
        return ABSENT
    if value == 0:
        return f"0{GAP}s"
    for factor, unit in ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms")):
        if abs(value) < 999.5 * factor:
            return f"{significant(value / factor)}{GAP}{unit}"
    return f"{significant(value)}{GAP}s"


def duration_tick(value: float) -> str:
    """A duration for the tick of an axis: 10 µs."""
    for factor, unit in ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms")):
        if abs(value) < 999.5 * factor:
            return f"{short(value / factor)}{GAP}{unit}"
    return f"{short(value)}{GAP}s"


def bandwidth_tick(value: float) -> str:
    number, unit = _scaled(value, 1024.0, ("B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"))
    return f"{short(number)}{GAP}{unit}"


def ratio(value: float | None) -> str:
    """A factor: 1.08×, 0.024×."""
    return ABSENT if value is None else f"{significant(value)}×"


def ratio_tick(value: float) -> str:
    """A factor for the tick of an axis; a small one as a fraction, as it is said: 1/10."""
    if value < 0.2:
        return f"1/{short(float(significant(1 / value, 2).replace(',', '')))}"
    return f"{significant(value, 2).rstrip('0').rstrip('.') if value < 9.95 else count(value)}×"


def share(value: float | None) -> str:
    """A part of a limit: 92 %."""
    if value is None:
        return ABSENT
    percent = value * 100
    text = f"{percent:.0f}" if percent >= 9.95 else significant(percent, 2)
    return f"{text}{GAP}%"


def in_words(speed: float) -> str:
    """A ratio of speeds in words: '1.8 times as fast', '41 times slower'."""
    if speed >= 1:
        return f"{significant(speed)} times as fast"
    return f"{significant(1 / speed)} times slower"


def shortened(text: str, most: int = 40) -> str:
    """A name that fits beside a plot."""
    return text if len(text) <= most else text[: most - 1] + "\u2026"


def plural(number: int, one: str, many: str | None = None) -> str:
    """'1 case', '3 cases'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def singular(items: str) -> str:
    """'page' of 'pages', 'query' of 'queries', 'piece of work' of 'pieces of work'."""
    head, of, rest = items.partition(" of ")
    head = head[:-3] + "y" if head.endswith("ies") else head.removesuffix("s")
    return head + of + rest


def with_article(word: str) -> str:
    """'a page', 'an operation'."""
    return f"{'an' if word[:1] in set('aeiou') else 'a'} {word}"


def listed(parts: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _scaled(value: float, step: float, units: tuple[str, ...]) -> tuple[float, str]:
    index = 0
    while abs(value) >= step * 0.9995 and index < len(units) - 1:
        value /= step
        index += 1
    return value, units[index]
