"""Writes the manual pages that the public headers hold: pages.py INCLUDE OUTPUT VERSION

One page a function (mw_NAME.3), one a header (mapwise-CONCEPT.7), and mapwise.7 for the umbrella. The
headers are the manual; nothing is written here that they do not say.
"""

import datetime
import os
import re
import shutil
import sys
import textwrap
from pathlib import Path

import headers
from prose import Description, blocks_of, summary

BOLD, ITALIC, ROMAN = r"\fB", r"\fI", r"\fP"
UNBROKEN = r"\%"  # a name is not hyphenated
WIDTH = 76


def escape(text):
    text = text.replace("\\", r"\e").replace("~", r"\(ti").replace("^", r"\(ha")
    return re.sub(r"(?<!\w)-", r"\\-", text)


def escape_code(text):
    return text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga").replace(
        "~", r"\(ti").replace("^", r"\(ha")


def guarded(line):
    """No line of text is taken for a request."""
    return r"\&" + line if line.startswith((".", "'")) else line


def concept_of(header):
    return "mapwise" if header.name == "mapwise.h" else f"mapwise-{Path(header.name).stem}"


class Manual:
    def __init__(self, include, version):
        self.include = Path(include)
        self.version = version
        self.headers = headers.read(include)
        self.umbrella = self.headers[-1]
        self.pages = {name for header in self.headers for item in header.functions() for name in item.names}

    # ---- text ---------------------------------------------------------------

    def token(self, match, own):
        word = match[0]
        if word.startswith("`"):
            return ITALIC + escape_code(word.strip("`")) + ROMAN
        if page := re.fullmatch(r"(mw_\w+)(\(\))?", word):
            if page[1] == own:
                return f"{BOLD}{UNBROKEN}{own}{ROMAN}()"
            if page[1] in self.pages:
                return f"{BOLD}{UNBROKEN}{page[1]}{ROMAN}(3)"
            return f"{ITALIC}{UNBROKEN}{page[1]}{ROMAN}" + escape(page[2] or "")
        if page := re.fullmatch(r"([\w-]+)\((\d)\)", word):
            return f"{BOLD}{UNBROKEN}{escape_code(page[1])}{ROMAN}({page[2]})"
        return BOLD + UNBROKEN + word + ROMAN

    def prose(self, text, own=None):
        """A paragraph, filled."""
        pattern = re.compile(r"`[^`]*`|\bmw_\w+(?:\(\))?|\b[a-z][\w-]*\([1-8]\)|\bMW_[A-Z0-9_]+\b\*?")
        formatted = ""
        position = 0
        for match in pattern.finditer(text):
            formatted += escape(text[position:match.start()]) + self.token(match, own)
            position = match.end()
        formatted += escape(text[position:])
        lines = textwrap.wrap(formatted, WIDTH, break_long_words=False, break_on_hyphens=False)
        return [guarded(line) for line in lines]

    def table(self, rows, own=None):
        for term, text in rows:
            yield ".TP"
            yield guarded(self.term(term))
            yield from self.prose(text, own)

    def term(self, term):
        return re.sub(r"[^, ]+", lambda word: BOLD + word[0] + ROMAN, escape_code(term)) if re.match(
            r"(MW_|[A-Z_*]+\b)", term) else " ".join(self.prose(term))

    def blocks(self, blocks, own=None, paragraph=".PP"):
        """`paragraph` is what begins one: .IP inside the body of a term."""
        for number, (kind, content) in enumerate(blocks):
            if kind == "paragraph":
                if number:
                    yield paragraph
                yield from self.prose(content, own)
            elif kind == "table":
                yield from self.table(content, own)
            elif kind == "list":
                for entry in content:
                    yield r".IP \(bu 2"
                    yield from self.prose(entry, own)
            else:
                if number:
                    yield paragraph
                yield ".RS 4"
                yield ".EX"
                yield from (guarded(escape_code(line)) for line in content)
                yield ".EE"
                yield ".RE"

    # ---- pages --------------------------------------------------------------

    def head(self, name, section, header, about):
        """A page is as old as its header; SOURCE_DATE_EPOCH, when set, makes pages reproducible."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH") or (self.include / header.name).stat().st_mtime
        date = datetime.datetime.fromtimestamp(int(float(epoch)), datetime.timezone.utc).date()
        yield r'.\" Made from the header by lib/manual/pages.py: a change belongs there.'
        yield f'.TH {escape_code(name)} {section} {date} "mapwise {self.version}" "libmapwise"'
        yield ".ad l"
        yield ".SH NAME"
        yield rf"{escape_code(name)} \- {escape(about)}"

    def see_also(self, references):
        yield ".SH SEE ALSO"
        ordered = sorted(set(references), key=lambda reference: (reference[1], reference[0]))
        for number, (name, section) in enumerate(ordered):
            yield f".BR {UNBROKEN}{escape_code(name)} ({section})" + ("," if number + 1 < len(ordered) else "")

    def prototype(self, declaration):
        """A declaration, broken behind commas, with its parameters' names set off."""
        lines = [""]
        for part in re.split(r"(?<=,) ", declaration):
            if lines[-1] and len(lines[-1]) + len(part) > WIDTH - 7:
                lines.append("    ")
            lines[-1] += (" " if lines[-1].strip() else "") + part
        for line in lines:
            code = re.sub(r"(?<=[ *])(\w+)(?=,|\);)(?<!\(void)", r"\\fI\1\\fB", escape_code(line))
            yield BOLD + code + ROMAN

    def synopsis(self, declarations):
        yield ".SH LIBRARY"
        yield r"libmapwise (\-lmapwise)"
        yield ".SH SYNOPSIS"
        yield ".nf"
        yield f"{BOLD}#include <mapwise.h>{ROMAN}"
        for declaration in declarations:
            yield ""
            yield from self.prototype(declaration)
        yield ".fi"

    def function_page(self, header, item):
        name = item.names[0]
        description = Description(item.comment)
        yield from self.head(name, 3, header, summary(item.comment))
        yield from self.synopsis([other.declaration for other in item.together])
        yield ".SH DESCRIPTION"
        yield from self.blocks(description.text, name)
        if re.search(r"\bmw_err \*\w+\);$", item.declaration) and item.declaration.startswith("int "):
            yield ".SH RETURN VALUE"
            yield from self.prose("MW_OK (0), or a negative MW_E_* code; then *err, unless it is NULL, tells what "
                                  "failed.")
        if description.errors:
            yield ".SH ERRORS"
            yield from self.prose(description.errors_introduction, name)
            yield from self.table(description.errors, name)
        yield ".SH THREADS"
        yield from self.prose(description.threads or f"See {concept_of(header)}(7) and mapwise(7).")
        if description.source:
            yield ".SH SOURCE"
            yield from self.prose(description.source)
        siblings = [(other.names[0], 3) for other in header.functions() if other is not item]
        yield from self.see_also([*siblings, (concept_of(header), 7), ("mapwise", 7)])

    def concept_page(self, header, name, section=7):
        functions = header.functions()
        if header is self.umbrella:
            everything = (item for each in self.headers for item in each.functions())
            functions = sorted(everything, key=lambda item: item.names)
        yield from self.head(name, section, header, summary(header.overview))
        yield from self.synopsis([])
        yield ".SH DESCRIPTION"
        yield from self.blocks(blocks_of(header.overview))
        for item in header.items:
            if item.kind == "text":
                yield ".PP"
                yield from self.blocks(blocks_of(item.comment))
        yield from self.types(header)
        yield from self.macros(header)
        if functions:
            yield ".SH FUNCTIONS"
        for item in functions:
            yield ".TP"
            yield f".BR {item.names[0]} (3)"
            yield from self.prose(summary(item.comment))
        if header is self.umbrella:
            yield from self.see_also([(concept_of(each), 7) for each in self.headers if each is not header])
        else:
            yield from self.see_also([*((item.names[0], 3) for item in functions), ("mapwise", 7)])

    def terms(self, names, comment):
        for number, name in enumerate(names):
            yield ".TQ" if number else ".TP"
            yield BOLD + escape_code(name) + ROMAN
        yield from self.blocks(blocks_of(comment), paragraph=".IP")

    def types(self, header):
        types = [item for item in header.items if item.kind in ("type", "inline", "other")]
        if types:
            yield ".SH TYPES"
        for item in types:
            yield f".SS {item.names[0]}"
            if not item.members:
                yield BOLD + escape_code(item.declaration) + ROMAN
                if item.comment:
                    yield ".PP"
            yield from self.blocks(blocks_of(item.comment))
            unsaid = []  # what the next comment, if any, speaks for too
            for member in item.members:
                unsaid.append(member.declaration)
                if member.comment:
                    yield from self.terms(unsaid, member.comment)
                    unsaid = []
            yield from self.terms(unsaid, "")

    def macros(self, header):
        macros = [item for item in header.items if item.kind == "macro"]
        if macros:
            yield ".SH CONSTANTS"
        for item in macros:
            yield from self.terms(item.names, item.comment)

    # ---- all ----------------------------------------------------------------

    def write(self, output):
        """Writes every page, and leaves none of functions that are gone."""
        for section in ("man3", "man7"):
            shutil.rmtree(output / section, ignore_errors=True)
            (output / section).mkdir(parents=True)
        for header in self.headers:
            for item in header.functions():
                self.save(output / "man3" / f"{item.names[0]}.3", self.function_page(header, item))
            self.save(output / "man7" / f"{concept_of(header)}.7", self.concept_page(header, concept_of(header)))
        self.save(output / "man3" / "libmapwise.3", self.concept_page(self.umbrella, "libmapwise", 3))

    @staticmethod
    def save(path, lines):
        path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: pages.py INCLUDE OUTPUT VERSION")
    Manual(sys.argv[1], sys.argv[3]).write(Path(sys.argv[2]))
