"""Every format tells the same of one run, in a way that its readers accept:
formats_test.py RUNNER-SELFTEST MAPWISE-CHECK SCHEMAS"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SCHEMAS = Path(sys.argv.pop(3))
CHECK = os.path.abspath(sys.argv.pop(2))
RUNNER = os.path.abspath(sys.argv.pop(1))
os.environ["ASAN_OPTIONS"] = os.environ["TSAN_OPTIONS"] = "handle_segv=0:handle_sigbus=0:handle_abort=0"

KINDS = ["PASS", "FAIL", "XFAIL", "XPASS", "UNSUPPORTED", "ERROR", "TIMEOUT", "CRASH", "NEW"]
FINE = {"PASS", "XFAIL", "UNSUPPORTED"}
FORMATS = ["human", "tap", "ktap", "junit", "markdown", "jsonl"]
# Every result, two suites, a case with files, one that prints whatever there is; and nothing that takes long.
SELECTION = ["--timeout", "1.1", "--case", "pass.[oas]*", "--case", "fail.*", "--case", "x*.*", "--case", "error.[!t]*",
             "--case", "unsupported.*", "--case", "crash.s*", "--case", "timeout.hangs", "--case", "new.*", "--case", "pass.leaves_files",
             "--case", "second.*"]


def tell(program, name, folder, *selection):
    output = Path(folder, name)
    process = subprocess.run([program, "--no-results", "--format", name, "--output", str(output), *selection],
                             cwd=folder, capture_output=True, text=True, timeout=100)
    assert process.returncode in (0, 1), process
    return output


def title(record):
    if record["directory"] is None:
        return record["case"]
    return f"{record['case']} on {record['filesystem']} in {record['directory']}"


def counted(results):
    results = list(results)
    return {kind: results.count(kind) for kind in KINDS}


class KtapReader:
    """KTAP as its document says, and strictly: every line is one of the four kinds, plans are met, numbers count
    up from 1, indentation is two spaces a level, and a test with subtests fails exactly if one of them does."""

    RESULT = re.compile(r"(ok|not ok) ([1-9]\d*) ([^#\n]+?)(?: # ((?:SKIP|TODO|XFAIL|TIMEOUT|ERROR)\b)? ?(.*))?")

    def __init__(self, text):
        self.lines = text.split("\n")
        assert self.lines.pop() == "", "the last line is not ended"
        self.position = 0
        self.tests = self.read_tests("")
        assert self.position == len(self.lines), f"line {self.position + 1} is behind the plan"

    def next(self, indent):
        line = self.lines[self.position]
        assert line.startswith(indent) and not line[len(indent):].startswith("   "), f"indentation of {line!r}"
        return line[len(indent):]

    def read_tests(self, indent):
        assert self.next(indent) == "KTAP version 1", self.next(indent)
        self.position += 1
        name = ""
        if self.next(indent).startswith("# Subtest: "):
            name = self.next(indent).removeprefix("# Subtest: ")
            self.position += 1
        plan = re.fullmatch(r"1\.\.(\d+)", self.next(indent))
        assert plan, self.next(indent)
        self.position += 1
        return name, [self.read_test(indent, number + 1) for number in range(int(plan[1]))]

    def read_test(self, indent, number):
        subtests, diagnostics = None, []
        while True:
            if self.lines[self.position] == indent + "  KTAP version 1":
                assert subtests is None
                subtests = self.read_tests(indent + "  ")
                continue
            line = self.next(indent)
            self.position += 1
            if not line.startswith("# "):
                break
            diagnostics.append(line)
        result = self.RESULT.fullmatch(line)
        assert result and int(result[2]) == number, line
        test = {"ok": result[1] == "ok", "name": result[3], "directive": result[4], "reason": result[5],
                "diagnostics": diagnostics, "subtests": subtests}
        assert result[4] not in ("TIMEOUT", "ERROR") or not test["ok"], line
        if subtests is not None:
            assert subtests[0] == test["name"], f"{subtests[0]} ends as {test['name']}"
            assert test["ok"] == all(subtest["ok"] for subtest in subtests[1]), line
        return test


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = {name: tell(RUNNER, name, cls.folder.name, *SELECTION) for name in FORMATS}
        cls.text = {name: path.read_text(encoding="utf-8") for name, path in cls.file.items()}
        cls.records = [json.loads(line) for line in cls.text["jsonl"].splitlines()]
        cls.cases = [record for record in cls.records if record["schema"] == "mapwise.check/1"]
        cls.counts = cls.records[-1]["counts"]
        cls.results = {title(case): case["result"] for case in cls.cases}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_selection_shows_every_result(self):
        self.assertEqual({kind for kind in KINDS if self.counts[kind]}, set(KINDS))
        self.assertEqual(self.counts, counted(self.results.values()))
        self.assertGreater(len({case["suite"] for case in self.cases}), 1)

    def told_in_full(self, text_of, plain=lambda text: " ".join(text.split())):
        """What is known of every deviation stands in `text_of(title)`; how long it took differs from run to run."""
        def timeless(text):
            return re.sub(r"killed after [\d.]+ s", "killed", plain(text))

        for case in self.cases:
            if case["result"] in FINE:
                continue
            text = timeless(text_of(title(case)))
            clause = f"{case['clause']['source']} {case['clause']['section']}, {case['clause']['strength']}"
            for part in [case["sentence"], case["meaning"], case["reason"], clause, case["ended"],
                         *(step["observed"] for step in case["steps"])]:
                if part and part.isascii() and part.isprintable():
                    self.assertIn(timeless(part), text, case["case"])

    # ---- TAP

    @unittest.skipUnless(shutil.which("perl") and shutil.which("prove"), "there is no prove (apt-get install perl)")
    def test_tap_passes_through_prove(self):
        tap = self.file["tap"].rename(Path(self.folder.name, "run.tap"))
        try:
            process = subprocess.run(["prove", str(tap)], capture_output=True, text=True, timeout=60)
        finally:
            tap.rename(self.file["tap"])
        self.assertNotIn("Parse errors", process.stdout + process.stderr)
        failed = sum(self.counts[kind] for kind in KINDS if kind not in FINE)
        self.assertIn(f"Failed {failed}/{len(self.cases)} subtests", process.stdout)

    @unittest.skipUnless(shutil.which("perl") and shutil.which("prove"), "there is no TAP::Parser (apt-get install perl)")
    def test_tap_says_of_every_case_what_the_records_say(self):
        script = r"""use JSON::PP; use TAP::Parser; my $parser = TAP::Parser->new({source => $ARGV[0]}); my @told;
            while (my $line = $parser->next) {
                push @told, {name => $line->description, ok => $line->is_actual_ok ? 1 : 0, skip => $line->has_skip ? 1 : 0,
                             todo => $line->has_todo ? 1 : 0} if $line->is_test;
                $told[-1]{yaml} = $line->data if $line->is_yaml; }
            print encode_json({told => \@told, errors => [$parser->parse_errors]});"""
        tap = shutil.copy(self.file["tap"], Path(self.folder.name, "parsed.tap"))
        process = subprocess.run(["perl", "-e", script, tap], capture_output=True, timeout=60, check=True)
        os.unlink(tap)
        told = json.loads(process.stdout)
        self.assertEqual(told["errors"], [])
        results = {}
        for test in told["told"]:
            kind = "UNSUPPORTED" if test["skip"] else test["yaml"]["result"] if "yaml" in test else "PASS"
            self.assertEqual(bool(test["ok"]), kind in FINE - {"XFAIL"}, test)
            self.assertEqual(bool(test["todo"]), kind == "XFAIL", test)
            results[test["name"].removeprefix("- ").split("/", 1)[1].replace("\\", "")] = kind
        self.assertEqual(results, self.results)
        yaml = {test["name"].removeprefix("- ").split("/", 1)[1]: json.dumps(test.get("yaml")) for test in told["told"]}
        self.told_in_full(lambda name: yaml[name], lambda text: re.sub(r'\\+|"', "", " ".join(text.split())))

    def test_tap_has_the_version_that_all_readers_know(self):
        self.assertTrue(self.text["tap"].startswith(f"TAP version 13\n1..{len(self.cases)}\n"))

    # ---- KTAP

    def test_ktap_is_read_strictly_and_says_what_the_records_say(self):
        suites = KtapReader(self.text["ktap"]).tests[1]
        self.assertEqual([suite["name"] for suite in suites], list(dict.fromkeys(case["suite"] for case in self.cases)))
        results, texts = {}, {}
        for test in (test for suite in suites for test in suite["subtests"][1]):
            said = [line.rsplit(": result: ", 1)[1] for line in test["diagnostics"] if ": result: " in line]
            kind = said[0] if said else "PASS"
            self.assertEqual(test["ok"], kind in FINE)
            directives = {"UNSUPPORTED": "SKIP", "XFAIL": "XFAIL", "TIMEOUT": "TIMEOUT", "ERROR": "ERROR"}
            self.assertEqual(test["directive"], directives.get(kind))
            results[test["name"]] = kind
            texts[test["name"]] = "\n".join(test["diagnostics"])
        self.assertEqual(results, self.results)
        self.told_in_full(lambda name: texts[name])

    # ---- JUnit XML

    def test_junit_says_what_the_records_say(self):
        root = ElementTree.parse(self.file["junit"]).getroot()
        results, texts = {}, {}
        for suite in root:
            cases = suite.findall("testcase")
            self.assertEqual(int(suite.get("tests")), len(cases))
            for count, name in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
                self.assertEqual(int(suite.get(count)), len(suite.findall(f"testcase/{name}")))
            for case in cases:
                self.assertEqual(case.get("classname"), suite.get("name"))
                results[case.get("name")] = case[0].get("type") if len(case) else "PASS"
                texts[case.get("name")] = f"{case[0].get('message')} {case[0].text}" if len(case) else ""
        self.assertEqual(results, self.results)
        for count in ("tests", "failures", "errors"):
            self.assertEqual(int(root.get(count)), sum(int(suite.get(count)) for suite in root))
        self.told_in_full(lambda name: texts[name])

    @unittest.skipUnless(shutil.which("xmllint"), "there is no xmllint (apt-get install libxml2-utils)")
    def test_junit_is_valid_by_its_schema(self):
        process = subprocess.run(["xmllint", "--noout", "--schema", SCHEMAS / "junit.xsd", self.file["junit"]],
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(process.returncode, 0, process.stderr)

    # ---- Markdown

    def test_markdown_says_what_the_records_say(self):
        text = self.text["markdown"]
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(rows[0], ["suite", *KINDS, "total"])
        self.assertTrue(all(len(row) == len(rows[0]) for row in rows))
        table = {row[0]: dict(zip(rows[0][1:], map(int, row[1:]))) for row in rows[2:]}
        self.assertEqual(table.pop("**all**"), {**self.counts, "total": len(self.cases)})
        for suite, row in table.items():
            of_suite = [case["result"] for case in self.cases if case["suite"] == suite]
            self.assertEqual(row, {**counted(of_suite), "total": len(of_suite)})
        sections = re.split(r"^### ", text.split("\n## Known")[0], flags=re.M)[1:]
        texts = dict(reversed(re.match(r"(\w+) ` (.+) `\n", section).groups()) for section in sections)
        self.assertEqual(texts, {name: kind for name, kind in self.results.items() if kind not in FINE})
        bullets = dict(reversed(found) for found in re.findall(r"^- (XFAIL|UNSUPPORTED) ` (.+?) `: .", text, re.M))
        self.assertEqual(bullets, {name: kind for name, kind in self.results.items() if kind in FINE - {"PASS"}})
        bodies = {re.match(r"\w+ ` (.+) `\n", section)[1]: section for section in sections}
        self.told_in_full(lambda name: bodies[name], lambda text: text.replace("\\", "").replace("&lt;", "<").replace(
            "&gt;", ">").replace("&amp;", "&").replace("\n", " "))

    def test_markdown_leaves_no_text_to_be_interpreted(self):
        """Outside code nothing that a case printed or observed can become a link, a heading or HTML."""
        outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", self.text["markdown"], flags=re.S)
        self.assertNotIn("<", outside)
        self.assertNotRegex(outside, r"(?<!\\)\]\(")

    # ---- for people

    def test_human_says_what_the_records_say(self):
        text = self.text["human"]
        total = text.splitlines()[-1]
        self.assertTrue(total.startswith(f"{len(self.cases)} of {len(self.cases)} in "))
        said = {kind: int(count) for count, kind in re.findall(r"(\d+) ([A-Z]+)", total)}
        self.assertEqual(said, {kind: count for kind, count in self.counts.items() if count})
        shown = re.findall(r"^(FAIL|XFAIL|XPASS|UNSUPPORTED|ERROR|TIMEOUT|CRASH|NEW) (\S+?):? ?", text, re.M)
        self.assertEqual(len(shown), len(self.cases) - self.counts["PASS"])
        self.told_in_full(lambda name: text.replace(f" {name.split()[0]}\n", ""), lambda text: re.sub(
            r"exit 0|exit \d+|signal SIG\w+|killed after [\d.]+ s", "", " ".join(text.split())))


class Hostile(unittest.TestCase):
    def test_what_a_case_prints_cannot_break_a_format(self):
        """Its output and observations hold control characters, wrong UTF-8 and the syntax of every format."""
        with tempfile.TemporaryDirectory() as folder:
            for name in FORMATS:
                path = tell(RUNNER, name, folder, "--case", "fail.prints_anything")
                text = path.read_bytes().decode("utf-8")
                self.assertNotRegex(text, r"[\x00-\x08\x0b-\x1f\x7f]", name)
                if name not in ("tap", "jsonl"):
                    self.assertNotRegex(text, "[\ufffe\uffff]", name)
                self.assertIn("\\ufffd" if name in ("tap", "jsonl") else "\ufffd", text, name)
                if name == "junit":
                    self.assertIn("]]>", ElementTree.fromstring(text)[0][1][0].text)
                if name == "ktap":
                    self.assertEqual(len(KtapReader(text).tests[1]), 1)

    def test_an_odd_folder_is_told_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            odd = Path(folder, "a#b <c>&\"'|`d`\n- [x](y)")
            odd.mkdir()
            told = {name: tell(RUNNER, name, folder, "--case", "pass.leaves_files", str(odd)).read_text() for name in FORMATS}
            self.assertEqual(len(KtapReader(told["ktap"]).tests[1]), 1)
            self.assertIn(str(odd), ElementTree.fromstring(told["junit"])[0][1].get("name"))
            self.assertEqual(told["tap"].count("\n"), 3)
            self.assertIn(" - selftest/pass.leaves_files on ", told["tap"])
            self.assertNotRegex(told["tap"], r"[^\\]#")


class Partial(unittest.TestCase):
    def test_an_interrupted_run_says_so_in_every_format(self):
        marks = {"human": "(interrupted)", "tap": "Bail out! interrupted", "ktap": "# interrupted", "junit": "(interrupted)",
                 "markdown": "(interrupted)", "jsonl": '"interrupted":true'}
        with tempfile.TemporaryDirectory() as folder:
            for name, mark in marks.items():
                process = subprocess.run(["timeout", "-s", "INT", "0.5", RUNNER, "--no-results", "--format", name, "--timeout", "9",
                                          "--case", "pass.observed", "--case", "timeout.hangs", "--jobs", "1"],
                                         cwd=folder, capture_output=True, text=True, timeout=60)
                self.assertIn(mark, process.stdout, name)
                if name == "junit":
                    ElementTree.fromstring(process.stdout)


class Schemas(unittest.TestCase):
    """The records are as the JSON Schemas say, and the schemas describe every field."""

    @classmethod
    def setUpClass(cls):
        cls.schemas = {}
        for path in SCHEMAS.glob("*.schema.json"):
            schema = json.loads(path.read_text())
            cls.schemas[schema["title"]] = schema

    def setUp(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("there is no jsonschema (apt-get install python3-jsonschema)")
        self.jsonschema = jsonschema

    def hold(self, records):
        for record in records:
            self.assertIn(record["schema"], self.schemas, "describe it in conformance/schemas")
            schema = self.schemas[record["schema"]]
            self.jsonschema.Draft202012Validator(schema).validate(record)
            unknown = set(record) - set(schema["properties"])
            self.assertEqual(unknown, set(), f"describe it in conformance/schemas, for {record['schema']}")

    def lines(self, program, *options):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.run([program, "--no-results", "--format", "jsonl", *options], cwd=folder,
                                     capture_output=True, text=True, timeout=100)
            return [json.loads(line) for line in process.stdout.splitlines()]

    def test_the_schemas_are_schemas(self):
        self.assertGreaterEqual(len(self.schemas), 4)
        for schema in self.schemas.values():
            self.jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_result_is_as_described(self):
        records = self.lines(RUNNER, *SELECTION)
        self.assertEqual({record["schema"] for record in records}, {"mapwise.run/1", "mapwise.check/1", "mapwise.summary/1"})
        self.hold(records)

    def test_suites_and_an_anonymous_run_are_as_described(self):
        self.hold(self.lines(CHECK, "--suite", "growth", "--suite", "flags"))
        self.hold(self.lines(CHECK, "--case", "fault.eof.*", "--anonymize"))

    def test_a_measurement_is_as_described(self):
        bench = Path(CHECK).with_name("mapwise-bench")
        if not bench.exists():
            self.skipTest("there is no mapwise-bench")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([bench, "--profile", "quick", "--filter", "map_unmap", "."], cwd=folder,
                           capture_output=True, timeout=100)
            (path,) = Path(folder, "mapwise-results").iterdir()
            records = [json.loads(line) for line in path.read_text().splitlines()]
            self.assertIn("mapwise.bench/1", {record["schema"] for record in records})
            self.hold(records)

    def test_what_is_wrong_is_noticed(self):
        records = self.lines(RUNNER, "--case", "pass.observed", "--case", "fail.observed")
        passed = next(record for record in records if record.get("result") == "PASS")
        for change in [{"result": "GREAT"}, {"reason": "none"}, {"steps": []}, {"line": "12"}, {"clause": {}},
                       {"result": "FAIL"}, {"meaning": 3}]:
            with self.assertRaises(self.jsonschema.ValidationError, msg=str(change)):
                self.hold([{**passed, **change}])
        for missing in ("result", "steps", "path"):
            with self.assertRaises(self.jsonschema.ValidationError, msg=missing):
                self.hold([{name: value for name, value in passed.items() if name != missing}])
        with self.assertRaises(AssertionError):
            self.hold([{**passed, "undescribed": 1}])


if __name__ == "__main__":
    unittest.main()
