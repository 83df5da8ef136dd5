"""The prose of a comment as blocks: paragraphs, tables of terms, lists and code.

A table has a term, two spaces or more, and a text that may go on below itself. A list has "- " before each
entry. What else is indented is code, or a drawing, and stays as it is.
"""

import re

ROW = re.compile(r"((?:[A-Z][A-Z0-9_*]+|other)(?:, [A-Z][A-Z0-9_*]+)*) {2,}(\S.*)")
SECOND_ROW = re.compile(r" {2,}(?=MW_\w+ {2,})")


def rows_of(term, text):
    """A line of a table, which may hold two rows."""
    first, *others = SECOND_ROW.split(text)
    yield [term, first]
    for other in others:
        yield re.split(r" {2,}", other, maxsplit=1)


def indent_of(line):
    return len(line) - len(line.lstrip())


def table_in(lines):
    """The rows of indented lines, if their texts stand below each other."""
    least = min(map(indent_of, lines))
    rows = []
    column = None
    for line in lines:
        if indent_of(line) == least:
            row = re.match(r"\s*(\S+(?: \S+)*) {2,}(?=\S)", line)
            if not row or column not in (None, row.end()) or re.search(r"[;{}]|/\*", row[1]):
                return None
            column = row.end()
            rows.append([row[1], line[column:]])
        elif rows and indent_of(line) == column:
            rows[-1][1] += " " + line.strip()
        else:
            return None
    return rows


def list_in(lines):
    least = min(map(indent_of, lines))
    entries = []
    for line in lines:
        if indent_of(line) == least and line.startswith("- ", least):
            entries.append(line[least + 2:])
        elif entries and indent_of(line) > least:
            entries[-1] += " " + line.strip()
        else:
            return None
    return entries


def indented(lines):
    if rows := table_in(lines):
        return ("table", rows)
    if entries := list_in(lines):
        return ("list", entries)
    least = min(map(indent_of, lines))
    return ("code", [line[least:] for line in lines])


def blocks_of_chunk(lines):
    """The blocks of lines without a blank one between them."""
    blocks = []
    waiting = []  # indented lines

    def finish():
        if waiting:
            blocks.append(indented(waiting))
            waiting.clear()

    for line in lines:
        kind = blocks[-1][0] if blocks and not waiting else None
        if line.startswith(" "):
            if kind in ("table", "list"):
                if kind == "table":
                    blocks[-1][1][-1][1] += " " + line.strip()
                else:
                    blocks[-1][1][-1] += " " + line.strip()
            else:
                waiting.append(line)
            continue
        finish()
        kind = blocks[-1][0] if blocks else None
        if row := ROW.fullmatch(line):
            if kind != "table":
                blocks.append(("table", []))
            blocks[-1][1].extend(rows_of(row[1], row[2]))
        elif line.startswith("- "):
            if kind != "list":
                blocks.append(("list", []))
            blocks[-1][1].append(line[2:])
        elif kind == "paragraph":
            blocks[-1] = ("paragraph", blocks[-1][1] + " " + line)
        else:
            blocks.append(("paragraph", line))
    finish()
    return blocks


def blocks_of(comment):
    blocks = []
    for chunk in re.split(r"\n\s*\n", comment):
        for block in blocks_of_chunk([line for line in chunk.split("\n") if line.strip()]):
            if block[0] == "code" and blocks and blocks[-1][0] == "code":
                blocks[-1] = ("code", blocks[-1][1] + [""] + block[1])
            else:
                blocks.append(block)
    return blocks


def sentences(text):
    return re.split(r"(?<=[.:])\s+(?=[A-Z*`\"(]|mw_)", re.sub(r"\s+", " ", text.strip()))


def summary(comment):
    """What a comment says first, as half a line."""
    blocks = blocks_of(comment)
    if not blocks or blocks[0][0] != "paragraph":
        return ""
    text = re.sub(r"^(lib)?mapwise: ", "", blocks[0][1])
    text = re.split(r"[.;:](?= |$)", re.sub(r" \([^)]*\)", "", text), maxsplit=1)[0].rstrip(".").strip()
    text = text.replace("`", "")
    return text[0].lower() + text[1:] if re.match(r"[A-Z][a-z]|A ", text) else text


def is_errors(block):
    """Is this the table of what a call answers?"""
    return block[0] == "table" and any(term.startswith("MW_E_") for term, _ in block[1]) and all(
        re.fullmatch(r"(MW_E_\w+|MW_OK)(, (MW_E_\w+|MW_OK))*|other", term) for term, _ in block[1])


class Description:
    """A function's comment, sorted into the parts of a manual page."""

    def __init__(self, comment):
        self.text = []  # blocks
        self.errors = []  # rows
        self.errors_introduction = ""
        self.threads = ""
        self.source = ""
        blocks = blocks_of(comment)
        for number, block in enumerate(blocks):
            if is_errors(block):
                self.errors += block[1]
            elif block[0] == "paragraph":
                before_errors = number + 1 < len(blocks) and is_errors(blocks[number + 1])
                self._sort(block[1], before_errors)
            else:
                self.text.append(block)

    def _sort(self, paragraph, before_errors):
        rest = []
        threads = []
        said, _, source = paragraph.partition("Source: ")
        if source:
            self.source = source.strip()
        for sentence in sentences(said):
            if re.match(r"Any thread\b", sentence) or re.search(r"[;,] any thread\.$", sentence):
                threads.append(sentence)
            else:
                rest.append(sentence)
        if before_errors and rest and rest[-1].endswith(":"):
            self.errors_introduction = rest.pop()
        self.threads = " ".join([self.threads, *threads]).strip()
        if any(rest):
            self.text.append(("paragraph", " ".join(rest)))
