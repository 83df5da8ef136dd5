"""What the documents name exists: documents_test.py SOURCE BIN COMPILER"""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

COMPILER = sys.argv.pop()
BIN = Path(sys.argv.pop())
SOURCE = Path(sys.argv.pop())


def code_blocks(document):
    return re.findall(r"^```\w*\n(.*?)^```", (SOURCE / document).read_text(), re.M | re.S)


def commands(document):
    """The commands in the code blocks, without prompts and comments."""
    for block in code_blocks(document):
        for line in block.splitlines():
            line = line.removeprefix("$ ").split("  #")[0].split(" # ")[0].strip()
            if line and not line.startswith("#"):
                yield line


def options(line):
    """The options of mapwise itself: what stands behind -- belongs to another program."""
    return re.findall(r"(?<=\s)--[a-z][a-z-]*", line.split(" -- ")[0])


class Readme(unittest.TestCase):
    def test_it_opens_with_the_two_commands(self):
        first = code_blocks("README.md")[0]
        self.assertRegex(first, r"^\./ci/quickstart\b.*\n\./ci/test\b.*\n$")

    def test_its_scripts_exist_and_can_be_run(self):
        scripts = {word for line in commands("README.md") for word in line.split() if word.startswith("./ci/")}
        self.assertLessEqual({"./ci/quickstart", "./ci/test"}, scripts)
        for script in scripts:
            self.assertTrue(os.access(SOURCE / script, os.X_OK), script)

    def test_ci_runs_the_test_command(self):
        self.assertRegex((SOURCE / ".ci/run").read_text(), r"(?m)^exec \./ci/test$")
        self.assertTrue(os.access(SOURCE / ".ci/run", os.X_OK))

    def test_it_asks_for_the_version_that_there_is(self):
        version = re.search(r"^project\(mapwise VERSION (\d+\.\d+)", (SOURCE / "CMakeLists.txt").read_text(), re.M)
        asked = re.search(r"find_package\(mapwise ([\d.]+)", (SOURCE / "README.md").read_text())
        self.assertEqual(asked[1], version[1])

    def test_its_links_and_pictures_exist(self):
        for document in ("README.md", "CONTRIBUTING.md"):
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (SOURCE / document).read_text()):
                if "://" not in target:
                    self.assertTrue((SOURCE / target).exists(), f"{document}: {target}")


class Recipes(unittest.TestCase):
    """The C code in the documents compiles as it stands, with the warnings that the project has."""

    FOLDERS = ["lib/include", "common", "conformance/runner", "bench/measure"]

    def test_code_compiles(self):
        seen = []
        for document in ("README.md", "CONTRIBUTING.md"):
            for code in re.findall(r"^```c\n(.*?)^```", (SOURCE / document).read_text(), re.M | re.S):
                command = [COMPILER, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                           "-fsyntax-only", "-x", "c", "-", *(f"-I{SOURCE / folder}" for folder in self.FOLDERS)]
                process = subprocess.run(command, input=code, capture_output=True, text=True)
                self.assertEqual(process.stderr, "", document)
                seen.append(code)
        for word in ("FILE_CASE(", "FAMILY(", "mw_map_file("):
            self.assertTrue(any(word in code for code in seen), word)


class Commands(unittest.TestCase):
    """Every `mapwise …` in a code block names a command and options that its help knows."""

    def test_commands_and_options_exist(self):
        seen = 0
        for document in ("README.md", "CONTRIBUTING.md"):
            for line in commands(document):
                match = re.match(r"(?:build/release/bin/)?mapwise ([a-z]+)\b(.*)", line)
                if not match:
                    continue
                command = match[1]
                if not (BIN / f"mapwise-{command}").exists():
                    self.assertEqual(command, "bench", line)  # the only one that may be left out of a build
                    continue
                process = subprocess.run([BIN / "mapwise", command, "--help"], capture_output=True, text=True)
                self.assertEqual(process.returncode, 0, line)
                for option in options(" " + match[2]):
                    self.assertIn(option, process.stdout, line)
                seen += 1
        self.assertGreater(seen, 3)

    def test_help_of_the_dispatcher_lists_every_command(self):
        text = subprocess.run([BIN / "mapwise", "--help"], capture_output=True, text=True).stdout
        for program in BIN.glob("mapwise-*"):
            self.assertIn(program.name.removeprefix("mapwise-"), text)

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_output_that_can_not_be_written_is_told_by_every_command(self):
        told = [[name, "--help"] for name in ("check", "bench", "report", "constants", "info")]
        for arguments in [["--help"], *told, ["check", "--list"], ["bench", "--list"], ["constants"], ["info"]]:
            if not (BIN / "mapwise-bench").exists() and arguments[0] == "bench":
                continue
            with open("/dev/full", "w") as full:
                process = subprocess.run([BIN / "mapwise", *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((arguments, process.returncode, process.stderr.count("\n")), (arguments, 2, 1))

    def test_unknown_commands_are_refused_on_one_line(self):
        for arguments in ([], ["nonsense"], ["../check"], ["x" * 300]):
            process = subprocess.run([BIN / "mapwise", *arguments], capture_output=True, text=True)
            self.assertEqual(process.returncode, 2)
            self.assertEqual(process.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
