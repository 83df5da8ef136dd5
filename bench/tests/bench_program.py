"""What the tests of mapwise-bench as a program share: the program, its records, and a folder for each test.

A test is called with MAPWISE_BENCH SCHEMAS DOCUMENT: the program, the folder of the JSON Schemas, and the list of
the families. Needs nothing but Python's standard library; where there is jsonschema the records are held
against SCHEMAS.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

DOCUMENT = sys.argv.pop(3)
SCHEMAS = sys.argv.pop(2)
PROGRAM = os.path.abspath(sys.argv.pop(1))
NUMBER = (int, float)


def run(*arguments, cwd, before=None):
    """Runs the program; `before` is called first in its process."""
    return subprocess.run(
        [PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, preexec_fn=before
    )


def families_in(names):
    return {name.split("/")[0] for name in names}


def records_in(folder):
    results = os.path.join(folder, "mapwise-results")
    (name,) = os.listdir(results)
    with open(os.path.join(results, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def complaints_about(records):
    """What the schemas say against the records."""
    try:
        import jsonschema
    except ImportError:
        return []
    schemas = {}
    for name in os.listdir(SCHEMAS):
        if name.endswith(".schema.json"):
            with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
                schema = json.load(file)
            schemas[schema["title"]] = jsonschema.Draft202012Validator(schema)
    return [
        f"{record['schema']} {record.get('name', '')}: {error.json_path}: {error.message[:200]}"
        for record in records
        for error in schemas[record["schema"]].iter_errors(record)
    ]


class BenchCase(unittest.TestCase):
    def setUp(self):
        # In the current folder, which is on the disk that the build is on; /tmp may be memory.
        temporary = tempfile.TemporaryDirectory(dir=".")
        self.addCleanup(temporary.cleanup)
        self.folder = os.path.abspath(temporary.name)

    def assert_clean(self):
        self.assertNotIn(".mapwise-scratch", os.listdir(self.folder))

    def assert_near(self, value, wanted):
        self.assertLessEqual(abs(value - wanted), 1e-6 * abs(wanted), (value, wanted))

    def assert_refused(self, *arguments, says):
        done = run(*arguments, cwd=self.folder)
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, says)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(os.listdir(self.folder), [])
