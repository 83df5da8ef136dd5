"""What Doxygen reads in place of a header: doxygen.py HEADER

The same declarations, the comments framed and marked up as Doxygen wants them. Nothing is kept of it.
"""

import html
import re
import sys
from pathlib import Path

import headers
from prose import blocks_of, is_errors

SPECIAL = re.compile(r"([\\@#%$])")


def escape(text):
    return SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def prose(text, functions):
    """Arguments as code; functions as calls, which Doxygen makes links of."""
    parts = re.split(r"`([^`]*)`", text)
    parts[1::2] = [f"<code>{escape(part)}</code>" for part in parts[1::2]]
    parts[0::2] = [re.sub(r"\b(mw_\w+)\b(?!\()", lambda name: name[1] + "()" if name[1] in functions else name[1],
                          escape(part)) for part in parts[0::2]]
    return "".join(parts)


def marked_up(comment, functions):
    for block in blocks_of(comment):
        kind, content = block
        if kind == "paragraph":
            yield prose(content, functions)
        elif kind == "list":
            yield "\n".join(["<ul>", *(f"<li>{prose(entry, functions)}</li>" for entry in content), "</ul>"])
        elif kind == "table" and is_errors(block):
            yield "\n".join(f"@retval \"{term}\" {prose(text, functions)}" for term, text in content)
        elif kind == "table":
            rows = (f"<dt>{escape(term)}</dt><dd>{prose(text, functions)}</dd>" for term, text in content)
            yield "\n".join(["<dl>", *rows, "</dl>"])
        else:
            yield "\n".join(["@verbatim", *content, "@endverbatim"])


def filtered(path):
    text = path.read_text()
    umbrella = path.name == "mapwise.h"
    functions = headers.exported(path.parent if umbrella else path.parent.parent)
    first = True

    def frame(match):
        nonlocal first
        line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if text[match.end():].split("\n", 1)[0].rstrip().endswith("\\"):
            return match[0]  # inside a macro
        begin = "/**<" if line.strip() else "/** @file" if first else "/**"
        first = False
        body = "\n\n".join(marked_up(headers.plain_comment(match[0]), functions))
        return "\n".join([begin, *(f" * {line}" for line in body.split("\n")), " */"])

    return headers.COMMENT.sub(frame, text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: doxygen.py HEADER")
    sys.stdout.write(filtered(Path(sys.argv[1])))
