"""Write the check values into the package."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.files import FILES, conformance

TARGET = Path(__file__).parents[2] / "src" / "jiascores" / "catalogue" / "check_values"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    for name in FILES:
        (TARGET / f"{name}.csv").write_text(conformance(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
