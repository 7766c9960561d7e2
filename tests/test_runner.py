"""What decides whether all is well (scripts/lint.py, scripts/test.py): it must not be fooled."""

import sys
from pathlib import Path

import pytest

from scripts import lint
from scripts import test as runner
from scripts.test import Count, Part, judge, run_part

SUITE = """
import pytest

def test_passes(): pass

def test_passes_too(): pass

def test_fails(): assert 0

@pytest.fixture
def broken_start(): raise RuntimeError

def test_never_starts(broken_start): pass

@pytest.fixture
def broken_end():
    yield
    raise RuntimeError

def test_fails_twice(broken_end): assert 0

@pytest.mark.skip
def test_skipped(): pass
"""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder whose tests run without this project's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:django")
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def run_suite(folder: Path, text: str, name: str = "test_it.py", seconds: float = 60) -> Count:
    (folder / "tests" / name).write_text(text, encoding="utf-8")
    return run_part(Part("part", "not nothing"), {}, folder, seconds)


def test_each_test_counts_once(alone: Path) -> None:
    count = run_suite(alone, SUITE)
    assert count == Count(passed=2, failed=3, skipped=1)
    assert str(count) == "2 passed, 3 failed, 1 skipped"


def test_all_well(alone: Path) -> None:
    count = run_suite(alone, "def test_passes(): pass")
    assert count == Count(passed=1)
    assert str(count) == "1 passed, 0 failed"


@pytest.mark.parametrize(
    "text",
    [
        "import nothing_of_that_name\n\ndef test_passes(): pass",
        "raise SystemExit(0)",
        "",
        "import pytest\n\n@pytest.mark.skip\ndef test_skipped(): pass",
        "import os\n\ndef test_ends_it_all(): os._exit(0)",
    ],
    ids=["import error", "exit", "no tests", "only skipped", "killed"],
)
def test_a_run_in_which_no_test_passed_or_failed_has_failed(alone: Path, text: str) -> None:
    count = run_suite(alone, text)
    assert (count.passed, count.failed) == (0, 1)


def test_a_run_that_hangs_is_stopped_and_has_failed(alone: Path) -> None:
    count = run_suite(alone, "import time\n\ndef test_hangs(): time.sleep(600)", seconds=5)
    assert count == Count(failed=1)


def test_a_bad_exit_code_fails_a_clean_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text("<testsuites><testcase name='a'/></testsuites>", encoding="utf-8")
    assert judge(0, report) == Count(passed=1)
    assert judge(3, report) == Count(passed=1, failed=1)


def test_counts_add_up() -> None:
    assert Count(1, 2, 3).plus(Count(10, 20, 30)) == Count(11, 22, 33)


def test_every_check_runs_and_those_that_fail_are_named(capfd: pytest.CaptureFixture[str]) -> None:
    def check(name: str, code: str) -> lint.Check:
        return lint.Check(name, (sys.executable, "-c", code), {})

    checks = (
        check("first", "raise SystemExit(2)"),
        lint.Check("missing", ("no-such-program",), {}),
        check("last", "print('I ran')"),
    )
    assert lint.failed_checks(checks) == ["first", "missing"]
    output = capfd.readouterr().out
    assert "first: failed" in output
    assert "I ran" in output
    assert "last: ok" in output


@pytest.mark.parametrize(
    ("total", "code"),
    [(Count(5), 0), (Count(5, 0, 2), 0), (Count(5, 1), 1), (Count(0, 0, 2), 1), (Count(), 1)],
)
def test_exit_code_and_last_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: Count, code: int
) -> None:
    monkeypatch.setattr(runner, "run_everything", lambda names: total)
    monkeypatch.setattr(runner, "stop_on_signals", lambda: None)
    assert runner.main([]) == code
    assert capsys.readouterr().out.splitlines()[-1] == str(total)


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        runner.main(["sqlite", "oracle"])
    assert "there is no oracle" in capsys.readouterr().err
