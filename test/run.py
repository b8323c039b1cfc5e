"""Runs GoogleTest programs, lit and pytest on a build folder and counts them together.

usage: run.py --build BUILD [--only gtest|lit|pytest]
The last line is 'N passed, N failed'; exit 1 if anything failed.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent

# Sanitizer builds link LLVM's and MLIR's shared libraries, which are not instrumented: what crosses that border looks like overflowing
# containers, poisoned arenas (LLD's allocator) and leaks (registries that live as long as the process). Other builds ignore this.
os.environ.setdefault("ASAN_OPTIONS",
                      "detect_container_overflow=0:detect_odr_violation=0:detect_leaks=0:allow_user_poisoning=0")
os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self


def run_gtest(build, temporary):
    """Every program of build/unittests; one that stops without a report counts as one failure."""
    total = Count()
    for program in sorted((build / "unittests").glob("*")):
        if not (program.is_file() and os.access(program, os.X_OK)):
            continue
        report = temporary / f"{program.name}.json"
        ran = subprocess.run([program, f"--gtest_output=json:{report}", "--gtest_brief=1"])
        if not report.exists():
            print(f"{program.name} stopped with status {ran.returncode} before it wrote a report")
            total.failed += 1
            continue
        tests = json.loads(report.read_text())
        skipped = sum(case.get("result") == "SKIPPED" for suite in tests["testsuites"] for case in suite["testsuite"])
        total.failed += max(tests["failures"] + tests["errors"], int(ran.returncode != 0))
        total.skipped += skipped
        total.passed += tests["tests"] - tests["failures"] - tests["errors"] - skipped
    return total


def run_lit(build, temporary):
    total, report = Count(), temporary / "lit.json"
    # The module lit.main does nothing by itself; the script `lit` may not be on PATH.
    subprocess.run([sys.executable, "-c", "import lit.main; lit.main.main()", "-q", "-o", report, build / "test"])
    if not report.exists():
        total.failed += 1
        return total
    for test in json.loads(report.read_text())["tests"]:
        if test["code"] in ("PASS", "FLAKYPASS"):
            total.passed += 1
        elif test["code"] in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"):
            total.skipped += 1
        else:
            total.failed += 1
    return total


def run_pytest(build, temporary):
    total, report = Count(), temporary / "pytest.xml"
    environment = dict(os.environ, QUERN_BUILD=str(build.resolve()))
    # Whole files to each core: the tests of one share compiled models.
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", "--dist", "loadfile",
                          f"--junitxml={report}", HERE], env=environment)
    if not report.exists():
        total.failed += 1
        return total
    for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        total.failed += number["failures"] + number["errors"]
        total.skipped += number["skipped"]
        total.passed += number["tests"] - number["failures"] - number["errors"] - number["skipped"]
    if ran.returncode not in (0, 1, 5):
        total.failed += 1
    return total


RUNNERS = {"gtest": run_gtest, "lit": run_lit, "pytest": run_pytest}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", choices=RUNNERS)
    arguments = parser.parse_args()
    total = Count()
    with tempfile.TemporaryDirectory() as folder:
        for name, runner in RUNNERS.items():
            if arguments.only in (None, name):
                begin = time.monotonic()
                count = runner(arguments.build, pathlib.Path(folder))
                print(f"{name}: {count.passed} passed, {count.failed} failed, {count.skipped} skipped, "
                      f"{time.monotonic() - begin:.0f} s", flush=True)
                total += count
    print(f"{total.passed} passed, {total.failed} failed")
    sys.exit(total.failed > 0)


if __name__ == "__main__":
    main()
