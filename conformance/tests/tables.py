"""The tables of the project: lines of fields with a tab between them, the first of which names the columns."""


def rows(text, header):
    lines = [line.split("\t") for line in text.splitlines()]
    if lines[0] != header:
        raise ValueError(f"the first line is {lines[0]} and not {header}")
    return lines[1:]
