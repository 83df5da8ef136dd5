"""The manual pages say what the headers say: manual_test.py INCLUDE PAGES"""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent.parent))

import headers  # noqa: E402
from prose import Description, blocks_of, summary  # noqa: E402

PAGES = Path(sys.argv.pop())
INCLUDE = Path(sys.argv.pop())


def section(page, title):
    """The text of a section, without requests."""
    found = re.search(rf"^\.SH {title}\n(.*?)(?=^\.SH |\Z)", page.read_text(), re.M | re.S)
    return "\n".join(line for line in found[1].split("\n") if not line.startswith(".")) if found else ""


class Pages(unittest.TestCase):
    def test_every_function_has_a_page_and_no_other(self):
        functions = headers.exported(INCLUDE)
        self.assertGreater(len(functions), 30)
        self.assertEqual({page.stem for page in (PAGES / "man3").iterdir()}, functions | {"libmapwise"})

    def test_every_header_has_a_page_and_no_other(self):
        concepts = {f"mapwise-{path.stem}" for path in (INCLUDE / "mapwise").iterdir()}
        self.assertEqual({page.stem for page in (PAGES / "man7").iterdir()}, concepts | {"mapwise"})

    def test_the_umbrella_includes_every_header(self):
        included = set(re.findall(r'^#include "(mapwise/.*)"$', (INCLUDE / "mapwise.h").read_text(), re.M))
        self.assertEqual(included, {f"mapwise/{path.name}" for path in (INCLUDE / "mapwise").iterdir()})

    def test_every_page_says_something(self):
        for page in PAGES.glob("man?/*"):
            self.assertRegex(section(page, "NAME"), r" \\- \S+", f"{page.name}: its header's comment is missing")
            self.assertRegex(section(page, "DESCRIPTION"), r"\w", f"{page.name}: its header's comment is missing")

    def test_no_error_is_lost(self):
        seen = 0
        for path in INCLUDE.rglob("*.h"):
            pattern = r"/\*((?:[^*]|\*(?!/))*)\*/\nMW_API [^;(]*?(\w+)\("
            for comment, name in re.findall(pattern, path.read_text()):
                codes = set(re.findall(r"^ \* ((?:MW_E_\w+(?:, )?)+)  ", comment, re.M))
                said = section(PAGES / "man3" / f"{name}.3", "ERRORS").replace(r"\fB", "").replace(r"\fP", "")
                for code in codes:
                    self.assertIn(f"{code}\n", said + "\n", name)
                    seen += 1
        self.assertGreater(seen, 60)

    def test_types_and_constants_are_on_the_page_of_their_header(self):
        for path in (INCLUDE / "mapwise").iterdir():
            page = (PAGES / "man7" / f"mapwise-{path.stem}.7").read_text().replace(r"\fB", "")
            text = headers.without_comments(path.read_text())
            names = re.findall(r"^typedef (?:struct|enum) \w+ \{[^}]*\} (\w+);", text, re.M)
            names += re.findall(r"^#define (MW_(?!X\b)\w+)[ (]", text, re.M)
            for name in names:
                self.assertRegex(page, rf"\b{name}\b", path.name)


class Parsing(unittest.TestCase):
    def items(self, text):
        return headers.parse("/* About. */\n#ifndef MAPWISE_X_H\n#define MAPWISE_X_H\n\n" + text, "mapwise/x.h").items

    def test_functions_that_stand_together_share_a_comment(self):
        first, second, third = self.items("/* One, two. */\nMW_API int mw_a(void);\nMW_API int mw_b(int);\n\n"
                                          "MW_API int mw_c(void);\n")
        self.assertEqual([first.comment, second.comment, third.comment], ["One, two.", "One, two.", ""])
        self.assertEqual([item.names[0] for item in second.together], ["mw_a", "mw_b"])

    def test_members_have_the_comment_before_or_behind_them(self):
        item, = self.items("/* A type. */\ntypedef enum mw_t {\n    /* before */\n    MW_A,\n"
                           "    MW_B, /* behind,\n             going on */\n    MW_C /* last */\n} mw_t;\n")
        self.assertEqual([(member.declaration, member.comment) for member in item.members],
                         [("MW_A", "before"), ("MW_B", "behind,\ngoing on"), ("MW_C", "last")])

    def test_what_a_list_of_rows_expands_to(self):
        item = self.items('#define MW_MAP(X) \\\n    /* A row. */ \\\n    X(ONE, -1, "one") \\\n    X(TWO, -2, "two")\n\n'
                          "enum mw_t {\n#define MW_X(n, v, t) MW_T_##n = (v),\n    MW_MAP(MW_X)\n#undef MW_X\n"
                          "    MW_T_RESERVED_ = -9\n};\n")[-1]
        self.assertEqual([(member.declaration, member.comment) for member in item.members],
                         [("MW_T_ONE = -1", 'A row. "one"'), ("MW_T_TWO = -2", '"two"')])

    def test_other_declarations(self):
        items = self.items("/* Called back. */\ntypedef int (*mw_call)(void *context, size_t n);\n\n"
                           "/* A pair. */\ntypedef struct mw_pair {\n    struct {\n        int a, b;\n    } in; /* both */\n"
                           "} mw_pair;\n\n/* Short. */\nstatic inline int mw_short(int a)\n{\n    return a;\n}\n\n"
                           "#define MW_Y 1 /* a number */\n\n/* About the rest. */\n\n/* Open. */\ntypedef struct mw_o mw_o;\n")
        self.assertEqual([(item.kind, item.names, item.comment) for item in items],
                         [("type", ["mw_call"], "Called back."), ("type", ["mw_pair"], "A pair."),
                          ("inline", ["mw_short"], "Short."), ("macro", ["MW_Y"], "a number"),
                          ("text", [], "About the rest."), ("type", ["mw_o"], "Open.")])
        self.assertEqual([member.comment for member in items[1].members], ["both"])

    def test_blocks(self):
        self.assertEqual(blocks_of("One\nparagraph.\n\n  - a\n    list\n  - of two\n\n  a     table\n  of a  longer\n"
                                   "        text\n\n  if (code)\n\n      so();\n\nMW_A  row\n      on\nother  row"),
                         [("paragraph", "One paragraph."), ("list", ["a list", "of two"]),
                          ("table", [["a", "table"], ["of a", "longer text"]]), ("code", ["if (code)", "", "so();"]),
                          ("table", [["MW_A", "row on"], ["other", "row"]])])

    def test_parts_of_a_description(self):
        description = Description("Does it (well); and more. Else as mw_a, and:\nMW_E_A    one  MW_E_B  two\nother  all\n\n"
                                  "Nothing else. Any thread; never waits.\nSource: POSIX mmap; Linux.")
        self.assertEqual(description.text, [("paragraph", "Does it (well); and more."), ("paragraph", "Nothing else.")])
        self.assertEqual(description.errors, [["MW_E_A", "one"], ["MW_E_B", "two"], ["other", "all"]])
        self.assertEqual(description.errors_introduction, "Else as mw_a, and:")
        self.assertEqual((description.threads, description.source),
                         ("Any thread; never waits.", "POSIX mmap; Linux."))

    def test_summaries(self):
        for comment, said in {"Maps `it` (all), now; later too.": "maps it, now", "MW_X of it. No.": "MW_X of it",
                              "libmapwise: files, plainly.": "files, plainly", "A map.": "a map", "": ""}.items():
            self.assertEqual(summary(comment), said)


if __name__ == "__main__":
    unittest.main()
