"""The core set of each visit against the baseline."""

from __future__ import annotations

import pytest

import jiascores as jia
from tests.plot.pictures import (
    BASE,
    BETTER,
    GAPS,
    WORSE,
    texts,
    visits_of,
)


def test_the_matrix_shows_changes_and_the_lines():
    ax = jia.plot.response_matrix(visits_of([BASE, BETTER, GAPS, WORSE]))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "day 30\nACR Pedi 50",
        "day 60\nACR Pedi 0–50?",
        "day 90\nbelow ACR Pedi 30",
    ]
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "ESR"
    assert "6 → 2" in texts(ax)
    assert "1.5 → ?" in texts(ax)
    assert texts(ax).count("?") == 2
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[0] == pytest.approx(100 * 4 / 6)
    assert widths[-1] == pytest.approx(-50)
    assert texts(ax).count("30") == texts(ax).count("−30") == 3


def test_the_matrix_of_many_counts_the_known():
    visits = visits_of([BASE, BETTER], [BASE, GAPS], [BASE, WORSE])
    with pytest.raises(jia.errors.RequestError, match="several patients"):
        jia.plot.response_matrix(visits)
    ax = jia.plot.response_matrix(visits, by=jia.column("week"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4\n3 patients"]
    assert texts(ax).count("3 known") == 4
    assert texts(ax).count("2 known, 1 not") == 2
    ax = jia.plot.response_matrix(visits, patient="P2")
    assert "6 → 9" in texts(ax)


@pytest.mark.parametrize("visits", [2, 4, 5])
def test_the_foot_of_the_matrix_is_not_cut(visits):
    table = visits_of(*[[BASE, BETTER, GAPS, WORSE, BETTER][:visits]] * 2)
    ax = jia.plot.response_matrix(table, by=jia.column("week"))
    ax.figure.canvas.draw()
    foot = next(text for text in ax.texts if text.get_text().startswith("change against"))
    box, page = foot.get_window_extent(), ax.figure.bbox
    assert page.x0 <= box.x0
    assert box.x1 <= page.x1
    assert page.y0 <= box.y0
