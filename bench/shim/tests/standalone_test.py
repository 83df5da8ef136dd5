"""This folder alone is a whole project: standalone_test.py NAME=VALUE …

Copies it elsewhere, builds and tests it there, installs it, and builds programs of others with what is installed
and with the copy itself. The values are cmake, ctest, generator, c and cxx.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = dict(argument.split("=", 1) for argument in sys.argv[1:])
del sys.argv[1:]
SHIM = Path(__file__).resolve().parent.parent
COMPILERS = (f"-DCMAKE_C_COMPILER={TOOLS['c']}", f"-DCMAKE_CXX_COMPILER={TOOLS['cxx']}")


def output_of(*command, requests="", **environment):
    # A value that the tests here were given is none for theirs.
    inherited = {name: value for name, value in os.environ.items() if name not in ("CFLAGS", "CXXFLAGS", "DESTDIR")}
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, input=requests,
                             env={**inherited, **environment})
    if process.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{process.stdout}{process.stderr}")
    return process.stdout


def build(source, folder, *settings):
    output_of(TOOLS["cmake"], "-G", TOOLS["generator"], "-S", source, "-B", folder, *settings)
    output_of(TOOLS["cmake"], "--build", folder, "--parallel", "2")


class Standalone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="google_benchmark_c-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.copy = cls.work / "copy"
        shutil.copytree(SHIM, cls.copy, ignore=shutil.ignore_patterns("build*", "__pycache__"))
        cls.build = cls.work / "build"
        build(cls.copy, cls.build, *COMPILERS, "-DGOOGLE_BENCHMARK_C_WERROR=ON")
        cls.prefix = cls.work / "prefix"
        output_of(TOOLS["cmake"], "--install", cls.build, "--prefix", cls.prefix)

    def answers_requests(self, program, series):
        self.assertEqual(output_of(program, "--worker", series, requests="block\n").count('"error":null'), 1)
        self.assertIn("discarded=0", output_of(program))

    def test_its_tests_pass(self):
        tests = ("--test-dir", self.build, "-E", "overhead|standalone", "--no-tests=error")
        output_of(TOOLS["ctest"], *tests)
        listed = output_of(TOOLS["ctest"], *tests, "-N")
        self.assertLessEqual({"shim.interface", "shim.series", "shim.worker"}, set(re.findall(r"shim\.\w+", listed)))

    def test_what_is_installed(self):
        installed = {path.name for path in self.prefix.rglob("*") if not path.is_dir()}
        self.assertEqual({name for name in installed if not name.endswith(".cmake")},
                         {"google_benchmark.h", "google_benchmark_series.h", "libgoogle_benchmark_c.a",
                          "google_benchmark_c.pc", "README.md", "LICENSE", "copy.c"})
        for path in self.prefix.rglob("*"):
            if path.suffix in (".cmake", ".pc", ".h"):
                self.assertNotIn(f"{self.work}/", path.read_text(), path)

    def test_others_find_it_also_when_moved(self):
        self.use_installed(self.prefix, self.work / "first")
        place = self.work / "elsewhere/moved"
        place.parent.mkdir()
        self.prefix.rename(place)
        self.use_installed(place, self.work / "second")
        place.rename(self.prefix)

    def use_installed(self, prefix, folder):
        example, = prefix.rglob("copy.c")
        build(SHIM / "tests/consumer", folder, COMPILERS[0], f"-DCMAKE_PREFIX_PATH={prefix}", f"-DSOURCE={example}")
        self.answers_requests(folder / "consumer", "copy/4096")
        if shutil.which("pkg-config"):
            package, = prefix.rglob("google_benchmark_c.pc")
            flags = output_of("pkg-config", "--cflags", "--libs", "google_benchmark_c", PKG_CONFIG_PATH=str(package.parent))
            output_of(TOOLS["c"], "-std=c99", "-Wall", "-Wextra", "-Werror", example, "-o", folder / "program", *flags.split())
            self.answers_requests(folder / "program", "copy/4096")

    def test_the_example_in_the_readme_with_a_copy_of_the_folder(self):
        project = self.work / "project"
        project.mkdir()
        example, = re.findall(r"```c\n(.*?)```", (SHIM / "README.md").read_text(), re.S)
        (project / "copy.c").write_text(example)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.21)\nproject(project C)\n"
            f"add_subdirectory({self.copy} shim)\nadd_executable(copy copy.c)\n"
            "target_link_libraries(copy PRIVATE google_benchmark_c::google_benchmark_c)\n")
        build(project, project / "build", *COMPILERS)
        self.answers_requests(project / "build/copy", "copy")
        output_of(TOOLS["cmake"], "--install", project / "build", "--prefix", project / "prefix")
        self.assertFalse((project / "prefix").exists())

    def test_headers_are_for_cpp_too(self):
        program = self.work / "both.cpp"
        program.write_text("#include <google_benchmark_series.h>\n#include <google_benchmark.h>\n"
                           "gb_sample sample = GB_SAMPLE_INIT;\nint main() { return 0; }\n")
        output_of(TOOLS["cxx"], "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", self.prefix / "include",
                  "-fsyntax-only", program)


if __name__ == "__main__":
    unittest.main()
