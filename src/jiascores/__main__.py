"""`python -m jiascores`: the command line."""

from __future__ import annotations

from jiascores.cli import main

if __name__ == "__main__":
    main(prog_name="jiascores")
