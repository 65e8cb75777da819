"""The mapping: checked as a whole, and its schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import jiascores as jia
from jiascores.core.errors import RequestError
from jiascores.files.mapping import SCHEMA, read_mapping
from tests.files.schema import schema

EXAMPLE = Path(__file__).parents[2] / "examples" / "msc_trial" / "mapping.toml"


def test_the_schema_that_ships_is_that_of_the_classes() -> None:
    # `python -m tests.files` writes it.
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_the_schema_takes_what_is_taken_and_no_more() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(schema())
    import tomllib

    validator.validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    assert not validator.is_valid({"unit": {"crp": "mg/dL"}})
    assert not validator.is_valid({"csv": {"day_first": "false"}})
    assert validator.is_valid({"columns": {"patient": ["site", "subject"]}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[unit]\ncrp = "mg/dL"', ["no table [unit]", "Did you mean [units]?"]),
        ('[csv]\nseperator = ";"', ["[csv] has no key 'seperator'", "Did you mean 'separator'?"]),
        ('[csv]\nday_first = "false"', ['[csv] day_first = "false"', "true or false"]),
        ("[csv]\ndecimal = 1", ["[csv] decimal = 1", '"." or ","']),
        ('[csv]\nmissing = "NA"', ["[csv] missing", "a list of"]),
        ("[csv]\nskip = 1.5", ["[csv] skip = 1.5", "whole number"]),
        ("[csv]\nskip = true", ["[csv] skip = true", "whole number"]),
        ('[csv]\nseparator = "::"', ["[csv] separator", "one character"]),
        ('[csv]\ndecimal = ","\nthousands = ","', ["[csv] thousands", "neither the decimal"]),
        ("[csv]\nday_first = true\nmonth_first = true", ["[csv] day_first and month_first"]),
        ('[csv]\ndate_format = "%m/%Y"', ["a month without a day", "day_of_month = 15"]),
        ('[csv]\ndate_format = "%Y"', ["a date has a day, a month and a year"]),
        ('[csv]\ndate_format = "exel"', ["Did you mean 'excel'?"]),
        ('[study]\nmarker = "ers"', ["[study] marker", "Did you mean 'esr'?"]),
        ('[study]\nmeasures = "jadas10"', ["[study] measures", "a list of text"]),
        ("[units]\ncrp = 3", ["[units] crp = 3", '{column = "your column"}']),
        ('[units]\ncrp = {colum = "u"}', ["[units.crp] has no key 'colum'", "'column'"]),
        ('[infusions]\nfiles = "a.csv"', ["[infusions] has no key 'files'", "'file'"]),
        ('[infusions.csv]\ndecimal = ";"', ["[infusions.csv] decimal"]),
        ('[missing]\npatient = ["999"]', ["[missing] patient", "an id is never a gap"]),
        ("[missing]\nphysican_global = [99]", ["Did you mean 'physician_global'?"]),
        ('[columns]\nesr = "BSG"\n[missing]\nBSG = [99]', ["Use the variable's name: esr"]),
        ('[below]\nesr = "haf"', ["[below] esr", "Did you mean 'half'?"]),
        ("csv = 5", ["csv is a table"]),
        ("confirm = true", ["no key 'confirm'", "Did you mean 'confirmed'?"]),
        ('[csv]\ndecimal = ","\n[csv]\n', ["line 3"]),
        ("[csv]\ndecimal = ,\n", ["line 2"]),
        ('[definitions.mine]\nbased_on = "giannini-1998"', ["Did you mean 'giannini-1997'?"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_table_and_key(tmp_path, text, words) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        _ = read_mapping(path).variants
    for word in (str(path), *words):
        assert word in str(caught.value)


def test_a_second_file_is_written_as_the_first_unless_it_says_otherwise() -> None:
    how = read_mapping(
        {
            "csv": {"decimal": ",", "separator": ";", "day_first": True, "missing": ["NA"]},
            "infusions": {"csv": {"day_first": False, "date_format": "%Y%m%d"}},
        }
    )
    form = how.table("infusions").csv
    assert (form.decimal, form.missing, form.date_format) == (",", ("NA",), "%Y%m%d")
    # What stands between fields is seen in each file's own header.
    assert form.separator is None


def test_a_variant_of_ones_own() -> None:
    changes = {"based_on": "giannini-1997", "worsened_allowed": 2, "levels": [30, 50]}
    (variant,) = read_mapping({"definitions": {"mine": changes}}).variants
    base = jia.definition("giannini-1997", jia.typing.ResponseCriteria)
    assert variant == base.variant(name="mine", worsened_allowed=2, levels=(30, 50))
    with pytest.raises(jia.JiaScoresError, match="worsened_alowed"):
        _ = read_mapping(
            {"definitions": {"mine": {"based_on": "giannini-1997", "worsened_alowed": 2}}}
        ).variants


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"long": {}, "wide": {}}, r"\[long\] and \[wide\] are two shapes"),
        ({"longg": {"variables": {"esr": "ESR"}}}, r"Did you mean \[long\]"),
        ({"redcap": {"event": ["a"]}}, "Did you mean 'events'"),
        ({"joints": {"painful_from": "swollen"}}, 'give "tender"'),
        ({"long": {"by": "week"}}, 'give "date" or "visit"'),
        ({"wide": {"visits": {"v1": "a"}}}, "give a number"),
    ],
)
def test_what_is_wrong_with_a_shape_is_said(mapping, said) -> None:
    with pytest.raises(RequestError, match=said):
        read_mapping(mapping)


def test_a_mapping_of_megabytes_is_refused_and_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text("# a comment\n" * 400_000 + "[units]\nesr = 'mm/h'\n", encoding="utf-8")
    with pytest.raises(jia.JiaScoresError, match="bytes are no mapping"):
        jia.prepare.read(tmp_path / "visits.csv", path)
