"""The manual pages render without a warning: render_test.py PAGES

Answers 77 where no program that renders them is installed.
"""

import shutil
import subprocess
import sys
import unittest
from pathlib import Path

PAGES = sorted(Path(sys.argv.pop()).glob("man?/*"))
MANDOC = ["mandoc", "-Tlint", "-Wwarning"]
GROFF = ["groff", "-man", "-ww", "-z"]


class Render(unittest.TestCase):
    def render(self, command, pages):
        process = subprocess.run([*command, *pages], capture_output=True, text=True)
        self.assertEqual((process.returncode, process.stdout + process.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc(self):
        self.render(MANDOC, PAGES)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff(self):
        self.render(GROFF, PAGES)


if __name__ == "__main__":
    if not shutil.which("mandoc") and not shutil.which("groff"):
        print("neither mandoc nor groff is installed (apt-get install mandoc)")
        sys.exit(77)
    unittest.main()
