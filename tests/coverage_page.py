"""What `make coverage` found, for the documentation.

python -m tests.coverage_page REPORT PAGE     REPORT is the JSON report of coverage
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from jiascores import __version__

PROJECT = Path(__file__).parent.parent / "pyproject.toml"
# A line of `exclude_also`: a pattern, and the reason behind it.
_EXCLUDED = re.compile(r"""^ +(?P<text>".+"|'.+'), +# (?P<reason>.+)$""", re.MULTILINE)


def excluded() -> dict[str, str]:
    """Return the lines that are left out, as patterns, each with its reason."""
    text = PROJECT.read_text(encoding="utf-8")
    patterns = tomllib.loads(text)["tool"]["coverage"]["report"]["exclude_also"]
    part = text.partition("\nexclude_also = [\n")[2].partition("\n]\n")[0]
    reasons = [found["reason"] for found in _EXCLUDED.finditer(part)]
    return dict(zip(patterns, reasons, strict=True))


def page(report: Path) -> str:
    """Return the page: a title, the figures in one sentence, what is left out."""
    found = json.loads(report.read_text(encoding="utf-8"))["totals"]
    missed = found["missing_lines"] + found["missing_branches"]
    lines = [
        "Branch coverage",
        (
            f"Last run on {datetime.now(UTC):%Y-%m-%d}, version {__version__}: "
            f"**{found['num_statements']:,} statements and {found['num_branches']:,} branches, "
            f"{missed:,} of them missed: {found['percent_covered']:.2f} %**. "
            "These lines are left out, by pattern:"
        ),
        "",
        *(f"- `{pattern}`: {reason}" for pattern, reason in excluded().items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(page(Path(sys.argv[1])), encoding="utf-8")
