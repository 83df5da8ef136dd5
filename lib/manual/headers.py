"""The public headers as data: what they declare, and the comments that describe it.

A comment describes what follows it without a blank line, or what it stands behind on the same line. The
first one of a file is about the whole file.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

# A comment, a literal, or what stands between them.
TOKEN = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^/\"']+|.", re.S)
COMMENT = re.compile(r"/\*(.*?)\*/", re.S)


@dataclass
class Member:
    """An enumerator, or a member of a structure."""
    declaration: str
    comment: str = ""


@dataclass
class Item:
    """What a comment describes: a function, a type, macros, or nothing but itself."""
    kind: str
    names: list
    declaration: str = ""
    comment: str = ""
    members: list = field(default_factory=list)
    together: list = field(default_factory=list)  # functions that share the comment, itself among them


@dataclass
class Header:
    name: str  # as it is included: "mapwise/map.h"
    overview: str
    items: list

    def functions(self):
        return [item for item in self.items if item.kind == "function"]


def plain_comment(source):
    """The text of a comment without its frame."""
    lines = []
    for number, line in enumerate(source.removeprefix("/*").removesuffix("*/").splitlines()):
        framed = re.match(r"\s*\*(?: |$)(.*)", line) if number else None
        lines.append(framed[1].rstrip() if framed else line.strip())
    return "\n".join(lines).strip("\n")


def without_comments(source):
    return re.sub(r"[ \t]+$", "", COMMENT.sub("", source), flags=re.M)


def one_line(source):
    return re.sub(r"\s+", " ", without_comments(source)).strip()


def end_of_declaration(text, start):
    """Where the declaration that begins at `start` ends: behind its semicolon, or its body."""
    depth = 0
    for token in TOKEN.finditer(text, start):
        if token[0].startswith("/*") or token[0][0] in "\"'":
            continue
        for i, character in enumerate(token[0]):
            if character == "{":
                depth += 1
            elif character == "}":
                depth -= 1
            at = token.start() + i + 1
            if depth == 0 and character == ";":
                return at
            if depth == 0 and character == "}" and re.match(r"[^;{}=]*\)\s*\{", without_comments(text[start:at])):
                return at
    raise ValueError("a declaration without an end: " + text[start:start + 60])


def split_members(body, separator):
    """The members between the braces, each with the comment before it or behind it on its line."""
    members = []
    comment = ""
    declaration = ""
    depth = 0

    def finish():
        nonlocal comment, declaration
        if declaration.strip():
            members.append(Member(one_line(declaration), comment))
            comment = ""
        declaration = ""

    behind = False  # on the line where a member has ended
    for token in TOKEN.finditer(body):
        if token[0].startswith("/*"):
            if declaration.strip() and separator == ",":
                finish()  # the last enumerator has no comma
                behind = True
            if behind and members and not members[-1].comment:
                members[-1].comment = plain_comment(token[0])
            elif not declaration.strip():
                comment = plain_comment(token[0])
            continue
        for character in token[0]:
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(character, 0)
            if character == separator and depth == 0:
                finish()
                behind = True
            else:
                declaration += character
                if character == "\n" and not declaration.strip():
                    behind = False
    finish()
    return members


def rows_of(macro):
    """The rows of an X-macro, X(NAME, value, "text"), as members."""
    pattern = r"(?:/\*((?:[^*]|\*(?!/))*)\*/\s*\\?\s*)?\bX\((\w+), ([^,()]+), \"([^\"]*)\"\)"
    for comment, name, value, text in re.findall(pattern, macro):
        comment = re.sub(r"\s*\\\n\s*", " ", comment).strip()
        yield name, value, text, comment


def enumerators(body, macros):
    """The enumerators, those included that a list of the form above expands to."""
    expanded = []
    form = re.search(r"#define (\w+)\((\w+).*?\) (\w*)##\2\b", body)
    if form:
        used = re.search(rf"(\w+)\({form[1]}\)", body[form.end():])
        for name, value, text, comment in rows_of(macros.get(used[1], "")):
            ended = comment if not comment or comment.endswith(".") else comment + "."
            expanded.append(Member(f"{form[3]}{name} = {value}", f"{ended} \"{text}\"".strip()))
        body = body.replace(used[0], "")
    body = re.sub(r"^#.*$", "", body, flags=re.M)
    members = split_members(body, ",")
    return [member for member in members if not member.declaration.split(" ")[0].endswith("_")] + expanded


def declared(source, comment, macros):
    """The item that a declaration is."""
    flat = one_line(source)
    body = source[source.find("{") + 1:source.rfind("}")] if "{" in source else None
    if flat.startswith("MW_API "):
        name = re.search(r"(\w+)\(", flat.removeprefix("MW_API "))[1]
        return Item("function", [name], flat.removeprefix("MW_API "), comment)
    name = re.search(r"\(\s*\*\s*(\w+)\s*\)|(\w+)\s*;$", flat)
    if flat.startswith(("typedef ", "struct ", "union ", "enum ")):
        if flat.startswith(("enum ", "struct ", "union ")) and body is not None:
            named = re.match(r"\w+ (\w+)", flat)[1]
            title = re.match(r"\w+ \w+", flat)[0]
        else:
            named = name[1] or name[2]
            title = named
        if body is None:
            return Item("type", [title], flat, comment)
        is_enum = re.match(r"(typedef )?enum\b", flat)
        members = enumerators(body, macros) if is_enum else split_members(body, ";")
        return Item("type", [title], re.sub(r"\s*\{.*\}\s*", " { ... } ", flat).replace(" ;", ";"), comment, members)
    if "(" in flat:
        return Item("inline", [re.search(r"(\w+)\(", flat)[1]], flat.split("{")[0].strip(), comment)
    return Item("other", [name[1] or name[2] if name else flat], flat, comment)


def parse(text, name):
    """A header."""
    items = []
    macros = {}
    overview = None
    comment = ""
    position = 0
    touching = False  # does nothing but a line's end separate it from the item before?
    while position < len(text):
        rest = text[position:]
        if blank := re.match(r"[ \t]*\n", rest):
            if position == 0 or text[position - 1] == "\n":
                if comment:
                    items.append(Item("text", [], "", comment))
                comment, touching = "", False
            position += blank.end()
        elif rest.startswith("/*"):
            found = COMMENT.match(rest)
            position += found.end()
            if overview is None:
                overview = plain_comment(found[0])
            else:
                comment = plain_comment(found[0])
            touching = False
        elif cplusplus := re.match(r"#ifdef __cplusplus\n.*?#endif\n?", rest, re.S):
            position += cplusplus.end()
        elif define := re.match(r"#define (\w+)(\([^)]*\))?((?:\\\n|/\*.*?\*/|[^\n])*)", rest, re.S):
            position += define.end()
            behind = COMMENT.search(define[3]) if "\\\n" not in define[3] else None
            if behind and not comment:
                comment = plain_comment(behind[0])
            if not define[3].strip() and not define[2]:
                continue  # an include guard
            macros[define[1]] = define[3]
            title = define[1] + (define[2] or "")
            known = items and items[-1].kind == "macro" and title in items[-1].names
            if known:
                continue
            if touching and not comment and items[-1].kind == "macro":
                items[-1].names.append(title)
            else:
                items.append(Item("macro", [title], one_line(define[3].replace("\\\n", " ")), comment))
            comment, touching = "", True
        elif directive := re.match(r"#(?:\\\n|[^\n])*", rest):
            position += directive.end()
        elif space := re.match(r"\s+", rest):
            position += space.end()
        else:
            end = end_of_declaration(text, position)
            item = declared(text[position:end], comment, macros)
            if touching and not comment and item.kind == "function" and items[-1].kind == "function":
                item.comment = items[-1].comment
                item.together = items[-1].together
            item.together.append(item)
            items.append(item)
            position, comment, touching = end, "", True
    return Header(name, overview or "", items)


def read(folder):
    """All headers of an include folder, the umbrella last."""
    folder = Path(folder)
    paths = sorted((folder / "mapwise").glob("*.h")) + [folder / "mapwise.h"]
    return [parse(path.read_text(), path.relative_to(folder).as_posix()) for path in paths]


def exported(folder):
    """The functions marked MW_API, found by nothing but that mark: a check on everything above."""
    names = set()
    for path in Path(folder).rglob("*.h"):
        names.update(re.findall(r"^MW_API\b[^;(]*?(\w+)\(", without_comments(path.read_text()), re.M))
    return names
