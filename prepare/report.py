"""What `prepare` says to the person at the terminal; nothing else in this room prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from prepare.manifest import table_entries
from prepare.run import Outcome
from study.errors import StrongPlacesError

# A log file or pipe has no width of its own.
WIDTH_WITHOUT_TERMINAL = 120


class Report:
    """Progress, tables and faults: findings on standard output, faults on standard error.

    Parameters
    ----------
    out, err : Console, optional
        Where to write; the process's own streams by default.
    """

    def __init__(self, *, out: Console | None = None, err: Console | None = None) -> None:
        self.out = out or _console(stderr=False)
        self.err = err or _console(stderr=True)

    @contextmanager
    def progress(self, title: str, steps: int) -> Iterator[Callable[[str], None]]:
        """Show a progress bar, and give the function that is told each step as it begins.

        Parameters
        ----------
        title : str
            What is going on.
        steps : int
            How many steps there will be.
        """
        if not self.out.is_terminal:
            # A bar that redraws itself is noise in a log.
            self._line(f"{title} ...")
            yield lambda _: None
            return
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.out, transient=True) as bar:
            task = bar.add_task(title, total=steps)
            begun = 0

            def began(step: str) -> None:
                nonlocal begun
                bar.update(task, description=f"{title}: {step}", completed=begun)
                begun += 1

            yield began

    def written(self, outcome: Outcome, folder: Path, *, seconds: float) -> None:
        """Say what was made, table by table, and where it is."""
        entries = table_entries(outcome.shop)
        table = Table("Table", "Rows", "Source", "Vintage", title=None)
        table.columns[1].justify = "right"
        for name, entry in entries.items():
            cells = (name, f"{entry['rows']:,}", entry["source"], entry["vintage"])
            table.add_row(*(Text(cell) for cell in cells))
        self.out.print(table)
        for name, entry in entries.items():
            for note in entry["notes"]:
                self._line(f"  {name}: {note}")
        for made in outcome.shop.made.values():
            for sentence in made.checked:
                self._line(f"  checked: {sentence}")
        sizes = ", ".join(f"{name} {size / 1000:,.0f} KB" for name, size in outcome.display_bytes.items())
        self._line(f"  shapes for the map: {sizes}")
        self._missing(outcome)
        self._line(f"{outcome.shop.area.name} is prepared: {folder} ({seconds:.1f} s)")

    def failed(self, outcome: Outcome) -> None:
        """Say why a study area could not be prepared, all reasons together."""
        count = len(outcome.failures)
        self._complain(
            f"{outcome.shop.area.name} was not prepared: {count} required "
            f"table{'s' if count > 1 else ''} could not be made. Earlier data, if any, is untouched."
        )
        for label, error in outcome.failures.items():
            self.fault(error, label=label)
        for label, error in outcome.faults.items():
            self.fault(error, label=f"{label} (optional)")

    def fault(self, error: StrongPlacesError, *, label: str = "") -> None:
        """Say one fault: what, where, and what to do."""
        lines = str(error).splitlines()
        self._complain(f"{label}: {lines[0]}" if label else lines[0])
        for line in lines[1:]:
            self._complain(f"  {line}")

    def _missing(self, outcome: Outcome) -> None:
        for layer, sentence in outcome.shop.area.not_here.items():
            self._line(f"  not here: {layer}: {sentence}")
        for layer, sentence in outcome.missing.items():
            self._line(f"  missing: {layer}: {sentence}")
        for label, error in outcome.faults.items():
            self.fault(error, label=f"{label} (optional)")

    def _line(self, text: str) -> None:
        # File names and rows must come out whole: no wrapping at a width, no markup read out of [brackets].
        self.out.print(Text(text), soft_wrap=True)

    def _complain(self, text: str) -> None:
        self.err.print(Text(text), soft_wrap=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=stderr, highlight=False, width=WIDTH_WITHOUT_TERMINAL)
    return console
