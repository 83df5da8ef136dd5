"""What is installed can be used: install_test.py BUILD NAME=VALUE …

Installs into a temporary folder, builds the project in consumer/ against it by every way there is, moves the
folder, and does so again. The values are what the library was built with: cmake, generator, c, cxx, nm,
readelf, toolchain, emulator, static (OFF or ON: no shared library). An empty one is not there.
"""

import contextlib
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS.parent / "manual"))

import headers  # noqa: E402

TOOLS = dict(argument.split("=", 1) for argument in sys.argv[2:])
BUILD = Path(sys.argv[1])
STATIC = TOOLS["static"] == "ON"
COMPILERS = {"C": TOOLS["c"]} if STATIC or not TOOLS["cxx"] else {"C": TOOLS["c"], "CXX": TOOLS["cxx"]}
SOURCES = {"C": TESTS / "consumer/consumer.c", "CXX": TESTS / "consumer/consumer.cpp"}
del sys.argv[1:]


def output_of(*command, **environment):
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                             env={**os.environ, "LC_ALL": "C", **environment})
    if process.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{process.stdout}{process.stderr}")
    return process.stdout


def output_of_program(program, **environment):
    return output_of(*([TOOLS["emulator"]] if TOOLS["emulator"] else []), program, **environment)


def files_below(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="mapwise-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.prefix = cls.work / "prefix"
        output_of(TOOLS["cmake"], "--install", BUILD, "--prefix", cls.prefix)
        cls.include = cls.prefix / "include"
        cls.functions = headers.exported(cls.include)
        numbers = re.findall(r"^#define MW_VERSION_(?:MAJOR|MINOR|PATCH) +(\d+)",
                             (cls.include / "mapwise/version.h").read_text(), re.M)
        cls.numbers = tuple(map(int, numbers))
        cls.version = ".".join(numbers)

    def library(self, name):
        found = list(self.prefix.rglob(name))
        self.assertEqual(len(found), 1, name)
        return found[0]

    def symbols(self, *arguments):
        lines = output_of(TOOLS["nm"], "--defined-only", *arguments).splitlines()
        return [line.split()[1:] for line in lines if re.match(r"[0-9a-f]+ [A-Z] ", line)]

    @unittest.skipIf(STATIC, "there is no shared library")
    def test_the_shared_library_exports_the_interface_alone(self):
        major, minor, _ = self.numbers
        version = f"MAPWISE_{major}" if major else f"MAPWISE_0.{minor}"
        symbols = [(kind, name) for kind, name in self.symbols("-D", self.library("libmapwise.so")) if kind != "A"]
        self.assertEqual(symbols, [("T", f"{name}@@{version}") for name in sorted(self.functions)])

    @unittest.skipIf(STATIC, "there is no shared library")
    def test_soname(self):
        dynamic = output_of(TOOLS["readelf"], "-d", self.library("libmapwise.so"))
        self.assertEqual(re.findall(r"SONAME\).*\[(.*)\]", dynamic), [f"libmapwise.so.{self.numbers[0]}"])

    def test_the_static_library_takes_no_other_names(self):
        names = {name for _, name in self.symbols("-g", self.library("libmapwise.a"))
                 if "." not in name}  # the compiler's own, __x86.get_pc_thunk.bx say
        self.assertLessEqual(self.functions, names)
        self.assertEqual([name for name in names if not name.startswith("mw_")], [])
        public = {name for name in names if not name.startswith("mw__")}
        self.assertEqual(public, self.functions)

    def test_headers_compile_as_every_language(self):
        output_of(TOOLS["cmake"], f"-DINCLUDE={self.include}", f"-DWORK={self.work / 'headers'}",
                  f"-DC_COMPILER={TOOLS['c']}", f"-DCXX_COMPILER={COMPILERS.get('CXX', '')}",
                  "-P", TESTS / "headers.cmake")

    def test_manual_is_installed(self):
        self.assertEqual({page.stem for page in self.prefix.glob("share/man/man3/mw_*.3")}, self.functions)

    def test_a_staged_installation_is_the_same_one(self):
        stage = self.work / "stage"
        output_of(TOOLS["cmake"], "--install", BUILD, DESTDIR=str(stage))
        staged, = (path.parent.parent for path in stage.rglob("include/mapwise.h"))
        self.assertEqual(files_below(staged), files_below(self.prefix))
        for path in files_below(staged):
            self.assertTrue(filecmp.cmp(staged / path, self.prefix / path, shallow=False), path)

    def test_no_text_holds_a_folder_of_this_machine(self):
        for path in files_below(self.prefix):
            if path.suffix in (".cmake", ".pc", ".h", ".3", ".7"):
                text = (self.prefix / path).read_text()
                for folder in (self.work, BUILD, TESTS.parent.parent):
                    self.assertNotIn(f"{folder}/", text, path)

    @contextlib.contextmanager
    def moved(self):
        place = self.work / "elsewhere/moved"
        place.parent.mkdir(exist_ok=True)
        self.prefix.rename(place)
        try:
            yield place
        finally:
            place.rename(self.prefix)

    def test_cmake_finds_it_also_when_moved(self):
        self.use_by_cmake(self.prefix, self.work / "first")
        with self.moved() as place:
            self.use_by_cmake(place, self.work / "second")

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_pkg_config_finds_it_also_when_moved(self):
        self.use_by_pkg_config(self.prefix)
        with self.moved() as place:
            self.use_by_pkg_config(place)

    def use_by_cmake(self, prefix, build):
        major, minor, patch = self.numbers
        settings = {
            "CMAKE_PREFIX_PATH": prefix,
            "CMAKE_FIND_ROOT_PATH": prefix,
            "LANGUAGES": ";".join(COMPILERS),
            "ACCEPTED": f"{major}.{minor};{self.version}",
            "REFUSED": f"{major}.{minor}.{patch + 1};{major}.{minor + 1};{major + 1}.0",
            "CMAKE_TOOLCHAIN_FILE": TOOLS["toolchain"],
            "CMAKE_EXE_LINKER_FLAGS": "-static" if STATIC else "",
            **{f"CMAKE_{language}_COMPILER": compiler for language, compiler in COMPILERS.items()},
        }
        output_of(TOOLS["cmake"], "-G", TOOLS["generator"], "-S", TESTS / "consumer", "-B", build,
                  *(f"-D{name}={value}" for name, value in settings.items() if value))
        output_of(TOOLS["cmake"], "--build", build)
        for language in COMPILERS:
            for library in ("mapwise", "mapwise_static"):
                self.assertEqual(output_of_program(build / f"{library}_{language}"), f"{self.version}\n")
            if not STATIC:
                needed = {name: "libmapwise.so" in output_of(TOOLS["readelf"], "-d", build / f"{name}_{language}")
                          for name in ("mapwise", "mapwise_static")}
                self.assertEqual(needed, {"mapwise": True, "mapwise_static": False})

    def use_by_pkg_config(self, prefix):
        folder = next(prefix.rglob("mapwise.pc")).parent

        def pkg_config(*arguments):
            return output_of("pkg-config", *arguments, "mapwise", PKG_CONFIG_LIBDIR=str(folder)).split()

        self.assertEqual(pkg_config("--modversion"), [self.version])
        program = self.work / "program"
        for language, compiler in COMPILERS.items():
            standard = {"C": "-std=c99", "CXX": "-std=c++17"}[language]
            for kind in (["-static"],) if STATIC else ([], ["-static"]):
                flags = pkg_config("--cflags", "--libs", *(["--static"] if kind else []))
                output_of(compiler, standard, "-Wall", "-Wextra", "-Werror", *kind, SOURCES[language], "-o", program,
                          *flags)
                self.assertEqual(output_of_program(program, LD_LIBRARY_PATH=str(folder.parent)), f"{self.version}\n")
        examples = sorted(prefix.rglob("examples/*.c"))
        self.assertGreaterEqual(len(examples), 12)
        for example in examples:
            self.assertTrue(example.with_suffix(".expected").exists(), example)
            output_of(TOOLS["c"], example, "-o", program, *(["-static"] if STATIC else []),
                      *pkg_config("--cflags", "--libs", *(["--static"] if STATIC else [])))


if __name__ == "__main__":
    unittest.main()
