"""What the command says: progress, every table with its rows, and every fault in full."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from prepare.report import Report
from study.errors import DataError
from tests.prepare.conftest import Prepared
from tests.prepare.toyford import PBF, Toyford


def consoles(*, terminal: bool = False, width: int = 120) -> tuple[Console, Console]:
    return tuple(
        Console(file=io.StringIO(), force_terminal=terminal, width=width, highlight=False) for _ in range(2)
    )


def text(console: Console) -> str:
    return console.file.getvalue()


def row_of(said: str, table: str) -> list[str]:
    """Return the cells of one table's row in the report."""
    (line,) = re.findall(rf"^[│|]\s*{table}\s*[│|].*$", said, flags=re.MULTILINE)
    return [cell.strip() for cell in re.split("[│|]", line)[1:-1]]


def test_every_table_written_is_named_with_rows_source_and_vintage(prepared_toyford: Prepared):
    entries = prepared_toyford.manifest["tables"]
    assert len(entries) == 12
    for name, entry in entries.items():
        expected = [name, f"{entry['rows']:,}", entry["source"], entry["vintage"]]
        assert row_of(prepared_toyford.out, name) == expected
    assert row_of(prepared_toyford.out, "assets")[1] == "12"


def test_notes_checks_and_what_this_place_cannot_have_are_told(prepared_toyford: Prepared):
    said = prepared_toyford.out
    for sentence in (
        "  population: 1,000 residents in 4 LSOAs.\n",
        "  deprivation: IMD 2025: 1 of 4 LSOAs are in the most deprived tenth.\n",
        "  checked: The residents placed at points add up to those of the LSOAs.\n",
        "  not here: connectivity: Toyford has no score.\n",
    ):
        assert sentence in said
    assert re.search(r"shapes for the map: wards [\d,]+ KB, lsoas [\d,]+ KB, green_space [\d,]+ KB", said)


def test_the_last_line_says_where_the_data_is(prepared_toyford: Prepared):
    assert prepared_toyford.out.splitlines()[-1].startswith(
        f"Toyford is prepared: {prepared_toyford.folder} ("
    )


def test_all_is_well_says_nothing_on_standard_error(prepared_toyford: Prepared):
    assert prepared_toyford.err == ""


def test_in_a_log_progress_is_one_line(prepared_toyford: Prepared):
    assert prepared_toyford.out.splitlines()[0] == "Preparing Toyford ..."
    assert "\x1b" not in prepared_toyford.out
    assert "\r" not in prepared_toyford.out


def test_at_a_terminal_progress_is_a_bar_that_names_the_step():
    out, err = consoles(terminal=True)
    report = Report(out=out, err=err)
    with report.progress("Preparing Toyford", 3) as began:
        began("Wards")
        began("Small [areas]")
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text(out))
    # Names from a file are not read as the terminal library's own markup.
    assert "Preparing Toyford: Small [areas]" in said
    assert "━" in said
    assert text(err) == ""


def test_a_fault_is_told_whole_on_one_line_each_and_as_it_stands():
    out, err = consoles(width=40)
    where = "/mirror/[bold]a folder[/bold]/" + "long/" * 40 + "file.csv"
    what = "line 2, row E01000001, column '[red]Total[/red]': '1,234' is not a number; " * 5
    Report(out=out, err=err).fault(DataError(what, where=where, do="Correct it."), label="Residents")
    assert text(err).splitlines() == [f"Residents: {what}", f"  Where: {where}", "  What to do: Correct it."]
    assert text(out) == ""


def test_a_fault_without_a_label_or_a_place_is_one_line():
    out, err = consoles()
    Report(out=out, err=err).fault(DataError("Stopped."))
    assert text(err) == "Stopped.\n"


def test_required_faults_come_before_optional_ones_and_are_counted(
    toyford: Toyford, capsys: pytest.CaptureFixture[str]
):
    toyford.without.add(PBF)
    assert toyford.prepare() == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0] == (
        "Toyford was not prepared: 1 required table could not be made. Earlier data, if any, is untouched."
    )
    labels = [line.split(":")[0] for line in lines[1:] if not line.startswith("  ")]
    assert labels == [
        "Assets",
        "Public green space (optional)",
        "Stops and stations (optional)",
        "Water (optional)",
        "Streets (optional)",
    ]
    assert "Rows" not in said.out


def test_faults_never_show_a_stack_trace(toyford: Toyford, capsys: pytest.CaptureFixture[str]):
    toyford.without.add(PBF)
    toyford.prepare()
    assert "Traceback" not in "".join(capsys.readouterr())
