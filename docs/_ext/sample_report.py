"""Write the report that the page on reports shows, by the code that stands on that page."""

import contextlib
import os
import re
from pathlib import Path

HERE = Path(__file__).parent.parent
PAGE = HERE / "how-to" / "report.md"
DATA = HERE.parent / "examples" / "msc_trial"
TARGET = HERE / "generated" / "extra" / "sample-report.html"


def make(app, config):  # noqa: ARG001
    """Run the first block of code beside the data, and keep its page; Sphinx copies it."""
    code = re.search(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)[
        1
    ]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    code = code.replace('"report.html"', repr(os.fspath(TARGET)))
    with contextlib.chdir(DATA):
        exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102  # our own page


def setup(app):
    """Run before Sphinx looks for pages."""
    app.connect("config-inited", make)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
