"""`assess`: fever rules, attended visits, MAS, JSpADA and change of the CHAQ."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import ColumnError, MarkerError, OutOfRangeError, RequestError

VISITS = {
    "patient": ["A", "A", "A", "A", "B", "B"],
    "date": ["2021-01-01", "2021-02-01", "2021-03-01", "2021-04-01", "2021-01-01", "2021-02-01"],
    "physician_global": [8, 4, 4, 4, 8, None],
    "patient_global": [8, 4, 4, 4, 8, None],
    "chaq": [2, 1, 1, 1, 2, None],
    "active_joints": [10, 5, 5, 5, 10, None],
    "limited_joints": [10, 5, 5, 5, 10, None],
    "crp": [100, 50, 50, 50, 100, None],
    "tmax": [39, 37.4, 38.0, None, 39, 38.1],
    "seen": ["Y", "Y", "Y", "Y", "Y", "N"],
}
ASK = {"columns": {"highest_temperature": "tmax"}, "baseline": "first"}


def listed(series: pd.Series) -> list:
    return [None if pd.isna(value) else value for value in series]


def test_fever_rules() -> None:
    names = ("ruperto-2012", "de-benedetti-2012", "giannini-1997")
    requests = [jia.ask.acr_ped(criteria=name) for name in names]
    out = jia.assess(pd.DataFrame(VISITS), measures=requests, **ASK)
    assert listed(out["acr_ped_ruperto_2012_level"]) == [None, 50, 50, None, None, 0]
    assert listed(out["acr_ped_ruperto_2012_level_max"]) == [None, 50, 50, 50, None, 0]
    assert listed(out["acr_ped_de_benedetti_2012_level"]) == [None, 50, 0, None, None, 0]
    assert listed(out["acr_ped_level"]) == [None, 50, 50, 50, None, None]


def test_a_fever_rule_asks_for_its_column() -> None:
    request = jia.ask.acr_ped(criteria="ruperto-2012")
    with pytest.raises(ColumnError, match="highest_temperature"):
        jia.assess(pd.DataFrame(VISITS), measures=[request], baseline="first")


def test_loss_of_a_response_through_fever() -> None:
    request = jia.ask.loss_of_response(50, criteria="de-benedetti-2012")
    out = jia.assess(pd.DataFrame(VISITS), measures=[request], **ASK)
    assert listed(out["acr_ped_de_benedetti_2012_50_lost"]) == [
        None,
        False,
        True,
        None,
        None,
        False,
    ]


def test_visits_that_were_not_attended() -> None:
    def level(**choices: object) -> list:
        request = jia.ask.acr_ped(missing="unchanged", **choices)
        out = jia.assess(pd.DataFrame(VISITS), measures=[request], **ASK)
        return listed(out["acr_ped_unchanged_level"])

    assert level() == [None, 50, 50, 50, None, 0]
    assert level(attended=jia.column("seen")) == [None, 50, 50, 50, None, 0]
    withdrawn = VISITS | {"seen": ["Y", "Y", "N", "N", "Y", "N"]}
    request = jia.ask.acr_ped(missing="unchanged", attended=jia.column("seen"))
    out = jia.assess(pd.DataFrame(withdrawn), measures=[request], **ASK)
    assert listed(out["acr_ped_unchanged_level"]) == [None, 50, 0, 0, None, 0]


def test_attendance_is_a_column_without_gaps() -> None:
    with pytest.raises(RequestError, match="attended= takes a column"):
        jia.ask.acr_ped(missing="unchanged", attended="seen")
    with pytest.raises(RequestError, match="missing='unchanged' alone"):
        jia.ask.acr_ped(attended=jia.column("seen"))
    request = jia.ask.acr_ped(missing="unchanged", attended=jia.column("seen"))
    gap = VISITS | {"seen": ["Y", "Y", None, "Y", "Y", "N"]}
    with pytest.raises(
        RequestError, match=r"seen is missing in row 2 \(patient A, .* in every row"
    ) as caught:
        jia.assess(pd.DataFrame(gap), measures=[request], **ASK)
    assert len(caught.value.where) == 1


def test_change_of_the_chaq_since_baseline() -> None:
    chaq = [2.0, 1.87, 1.875, 2.75, 1.0, None]
    requests = [
        jia.ask.chaq_change(difference=name)
        for name in ("dempster-2001", "dempster-2001-step", "brunner-2005")
    ]
    out = jia.assess(pd.DataFrame(VISITS | {"chaq": chaq}), measures=requests, **ASK)
    assert listed(out["chaq_change_dempster_2001"]) == [
        None,
        "improved",
        "unchanged",
        "worsened",
        None,
        None,
    ]
    assert listed(out["chaq_change_dempster_2001_step"])[2] == "improved"
    assert listed(out["chaq_change_brunner_2005"])[1] == "unchanged"
    with pytest.raises(RequestError, match=r"jia\.ask\.chaq_change\(difference=…\)"):
        jia.assess(pd.DataFrame(VISITS), measures=["chaq_change"], **ASK)


MAS = {
    "patient": ["A", "B", "C"],
    "date": ["2021-01-01"] * 3,
    "febrile": [True, True, None],
    "known_or_suspected_sjia": [1, 1, 1],
    "ferritin": [685, 684, 5000],
    "platelets": [181, 100, 90],
    "ast": [49, 100, 100],
    "triglycerides": [1.7, 2.0, None],
    "fibrinogen": [3.61, 1.0, 1.0],
    "cns": [0, 0, 1],
    "haemorrhage": [0, 0, 0],
    "arthritis": [1, 1, 1],
    "ldh": [800, 300, None],
}


def test_mas_by_bare_names_and_in_other_units() -> None:
    out = jia.assess(
        pd.DataFrame(MAS),
        measures=["mas_2016", "ms_score", "suggests_mas"],
        units={"triglycerides": "mmol/L", "fibrinogen": "g/L"},
    )
    assert listed(out["mas_2016_ravelli_2016"]) == [True, False, None]
    # −1.3 − 0.543 + 0.8 − 1.444 + 0.0685
    assert listed(out["ms_score"])[0] == -2.4185
    assert listed(out["suggests_mas_minoia_2019"]) == [False, True, None]


def test_mas_with_its_items() -> None:
    units = {"triglycerides": "mmol/L", "fibrinogen": "g/L"}
    out = jia.assess(pd.DataFrame(MAS), measures=[jia.ask.mas_2016(components=True)], units=units)
    assert listed(out["mas_2016_ravelli_2016_ferritin"]) == [True, False, True]
    assert listed(out["mas_2016_ravelli_2016_triglycerides"]) == [False, True, None]
    assert listed(out["mas_2016_ravelli_2016_febrile"]) == [True, True, None]
    assert listed(out["mas_2016_ravelli_2016"]) == [True, False, None]


def test_a_trial_with_its_own_ferritin() -> None:
    published = jia.ask.mas_2016().criteria
    own = published.variant(name="ferritin-600", ferritin_above=600)
    out = jia.assess(pd.DataFrame(MAS), measures=[jia.ask.mas_2016(criteria=own)])
    assert listed(out["mas_2016_ferritin_600"]) == [True, True, None]


def test_a_value_that_no_laboratory_gives() -> None:
    with pytest.raises(OutOfRangeError, match="per µL"):
        jia.assess(pd.DataFrame(MAS | {"platelets": [181_000] * 3}), measures=["mas_2016"])


def test_jspada_by_its_marker() -> None:
    visits = {
        "patient": ["A", "B"],
        "date": ["2021-01-01"] * 2,
        "active_joints": [2, 0],
        "entheses": [4, 0],
        "pain": [50, 0],
        "esr": [30, None],
        "crp": [None, 1.1],
        "marker_upper_limit": [20, 5],
        "morning_stiffness": [0.5, 0],
        "sacroiliitis": [True, False],
        "uveitis": [0, 0],
        "abnormal_schober": [False, None],
    }
    ask = {"units": {"pain": "mm", "morning_stiffness": "h", "crp": "mg/dL"}}
    names = ["jspada", "jspada7_no_schober", "jspada6"]
    with pytest.raises(MarkerError):
        jia.assess(pd.DataFrame(visits), measures=names, **ask)
    out = jia.assess(pd.DataFrame(visits), measures=names, marker="esr-else-crp", **ask)
    assert listed(out["jspada"]) == [5.0, None]
    assert listed(out["jspada7_no_schober"]) == [5.0, 1.0]
    assert listed(out["jspada6"]) == [4.5, 0.0]


FORM = pd.DataFrame(
    {
        "patient": ["A", "B", "C"],
        "date": ["2021-01-01"] * 3,
        **{f"q{place}": [0, 1, None] for place in range(1, 31)},
        "reach_aid": ["Y", "N", "N"],
    }
)
THIRTY = [jia.column(f"q{place}") for place in range(1, 31)]


def test_chaq_from_the_columns_of_a_form() -> None:
    form = FORM.assign(q10=[9, 9, None], q11=[9, None, 3])
    request = jia.ask.chaq_di(
        items=THIRTY,
        aids={"reach": jia.column("reach_aid")},
        not_applicable=9,
        components=True,
    )
    out = jia.assess(form, measures=[request])
    # The walking items of A do not apply; those of B are half unanswered.
    assert listed(out["chaq_di"]) == [2 / 7, 1, None]
    assert listed(out["chaq_reach"]) == [2, 1, None]
    assert listed(out["chaq_walking"]) == [None, None, 3]
    assert listed(out["chaq_walking_incomplete"]) == [False, False, False]
    assert listed(out["chaq_grip_incomplete"]) == [False, False, False]
    short = jia.ask.chaq_di(items=THIRTY, not_applicable=9)
    added = set(jia.assess(form, measures=[short]).columns) - set(form.columns)
    assert added == {"chaq_di"}


def test_chaq_from_the_columns_of_its_domains() -> None:
    domains = {
        name: jia.column(f"q{place}")
        for place, name in enumerate(
            ("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities"),
            start=1,
        )
    }
    form = FORM.assign(q1=[1, 4, 2])
    with pytest.raises(OutOfRangeError, match=r"column 'q1'.*= 4 in row 1 \(patient B"):
        jia.assess(form, measures=[jia.ask.chaq_di(domains=domains)])
    out = jia.assess(form, measures=[jia.ask.chaq_di(domains=domains)], invalid="missing")
    assert listed(out["chaq_di"]) == [1 / 8, 1, None]
    assert listed(out["invalid_values"]) == [None, "chaq_item=4", None]


def test_chaq_takes_columns() -> None:
    with pytest.raises(RequestError, match="is not a column"):
        jia.ask.chaq_di(items=[f"q{place}" for place in range(1, 31)])
    with pytest.raises(RequestError, match="is not a column"):
        jia.ask.chaq_di(items=THIRTY, help={"reach": "reach_aid"})
    with pytest.raises(RequestError, match="either items= or domains="):
        jia.ask.chaq_di()
    with pytest.raises(RequestError, match="a list of 29"):
        jia.ask.chaq_di(items=THIRTY[1:])
    with pytest.raises(RequestError, match=r"jia\.ask\.chaq_di\(items=…\)"):
        jia.assess(FORM, measures=["chaq_di"])
