"""The command `python -m prepare AREA --mirror FOLDER`."""

from __future__ import annotations

import sys

from prepare.command import main

if __name__ == "__main__":
    sys.exit(main())
