"""Words as people write them: what is read, what is left open, and what is not read."""

from __future__ import annotations

from datetime import datetime

import pytest

import jiascores as jia
from jiascores.core.joints import JOINTS_71, joint_named, joints_like
from jiascores.core.variables import ILAR_CATEGORIES
from jiascores.core.words import category_hint, english_months, meaning, truth
from tests.eager import MAKERS, columns_of

CATEGORIES = {
    "systemic": [
        "Systemic", "sJIA", "SoJIA", "Systemic onset JIA", "systemische JIA", "Morbus Still",
        "Still's disease", "systemische artritis", "arthrite juvénile idiopathique systémique",
        "artrite sistemica", "AIJ sistémica", "M08.2", "M082", "m08.20", "M08.2 G",
    ],
    "oligoarthritis_persistent": [
        "Oligoarthritis, persistent", "persistent oligo", "Persistent oligoarticular JIA",
        "Oligoarthritis, persistierend", "persisterende oligoartritis",
        "oligoarthrite persistante", "oligoartrite persistente", "oligoarticular persistente",
    ],
    "oligoarthritis_extended": [
        "Extended oligoarthritis", "oligoarticular_extended", "eoJIA", "oligo ext.",
        "erweiterte Oligoarthritis", "uitgebreide oligoartritis", "oligoarthrite étendue",
        "oligoartrite estesa", "oligoarticular extendida",
    ],
    "polyarthritis_rf_negative": [
        "RF- polyarthritis", "poly RF−", "Polyarthritis (RF-)", "polyarticular RF-negative",
        "polyarthritis_rf_neg", "Polyarthritis, RF-negativ", "seronegative Polyarthritis",
        "Rheumafaktor-negative Polyarthritis", "reumafactor-negatieve polyartritis",
        "polyarthrite sans facteur rhumatoïde", "polyarthrite FR négatif",
        "poliartrite fattore reumatoide negativo", "poliarticular FR negativa", "M08.3",
    ],
    "polyarthritis_rf_positive": [
        "RF+ polyarthritis", "pJIA, RF pos.", "seropositive polyarthritis",
        "Polyarthritis RF-positiv", "polyartritis RF-positief",
        "polyarthrite avec facteur rhumatoïde", "poliartrite FR positiva",
        "poliarticular con factor reumatoide positivo",
    ],
    "psoriatic": [
        "PsA", "JPsA", "Psoriatic arthritis", "Psoriasisarthritis", "artritis psoriatica",
        "arthrite psoriasique", "artrite psoriasica", "artritis psoriásica", "L40.5", "M09.0*",
    ],
    "enthesitis_related": [
        "ERA", "Enthesitis-related arthritis", "Enthesitis-assoziierte Arthritis",
        "enthesitis-gerelateerde artritis", "arthrite liée aux enthèses",
        "artrite correlata a entesite", "artritis relacionada con entesitis",
    ],
    "undifferentiated": [
        "Undifferentiated", "undifferenzierte Arthritis", "ongedifferentieerde artritis",
        "arthrite indifférenciée", "artrite indifferenziata", "artritis indiferenciada",
    ],
}  # fmt: skip
UNREAD = ["oligo", "poly", "M08.0", "M08.1", "M08.8", "M08.9", "M08.2 V", "L40.0", "systemic lupus",
          "non-systemic", "nicht systemisch", "systemic?", "oligo/poly", "RF-pJIA", "poly, ANA+",
          "systemic, RF-negative", "enthesopathy", "polyarthritis, RF position", "negative", "ext.", "", " ", "3"]  # fmt: skip


def test_every_category_has_words() -> None:
    assert [*CATEGORIES] == [*ILAR_CATEGORIES]
    for category, words in CATEGORIES.items():
        assert {word: meaning("ilar_category", word) for word in (category, *words)} == (
            dict.fromkeys((category, *words), category)
        )


@pytest.mark.parametrize("word", UNREAD)
def test_words_that_do_not_say_which_category(word) -> None:
    assert meaning("ilar_category", word) is None


def test_a_code_that_leaves_the_category_open() -> None:
    assert meaning("ilar_category", "M08.4") == ""
    assert jia.course("M08.4", cutoffs="consolaro-2014") is None
    assert jia.course("Systemische JIA", cutoffs="trincianti-2021", active_joints=9) is None
    assert jia.course("Systemic", cutoffs="consolaro-2014", active_joints=9) == "poly"


def test_hints_name_what_a_word_leaves_open() -> None:
    both = "oligoarthritis_persistent or oligoarthritis_extended"
    assert category_hint("Oligoarthritis") == f" Write {both} for 'Oligoarthritis'."
    assert category_hint("non-systemic") == ""


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_categories_in_a_table(make) -> None:
    words = ["Oligoarthritis, persistent", "RF+ poly", "M08.4", "systemische JIA", None]
    visits = {"physician_global": [2.0] * 5, "patient_global": [2.0] * 5, "active_joints": [2] * 5}
    ask = jia.ask.state(
        "cjadas10", cutoffs="consolaro-2014", course=jia.from_category("ILAR"), name="state"
    )
    out = columns_of(jia.assess(make({**visits, "ILAR": words}), measures=[ask]))
    assert out["course_consolaro_2014"] == ["oligo", "poly", None, "poly", None]
    found = columns_of(jia.check(make({**visits, "ilar_category": words}), measures=["cjadas10"]))
    assert list(zip(found["finding"], found["variable"], found["value"], strict=True)) == [
        ("missing", "ilar_category", "1")
    ]
    with pytest.raises(
        jia.errors.NotCoveredError,
        match=r"'Oligo' in row 1.*Write oligoarthritis_persistent or oligoarthritis_extended",
    ) as caught:
        jia.assess(make({**visits, "ILAR": ["ERA", "Oligo", "ERA", None, "M08.3"]}), measures=[ask])
    assert caught.value.where == ("row 1",)


def test_yes_and_no() -> None:
    assert {
        truth(word) for word in ("Yes", " y ", "TRUE", "1", "1.0", "ja", "J", "Oui", "sì", "sí")
    } == {1}
    assert {truth(word) for word in ("No", "n", "False", "0", "0.0", "nein", "Nee", "non")} == {0}
    assert {truth(word) for word in ("", "k.A.", "unknown", "2", "?", "maybe", "no?")} == {None}


ANSWERS = {
    "0": ["Without any difficulty", "ohne Schwierigkeiten", "zonder enige moeite", "0 - none",
          "sans aucune difficulté", "senza difficoltà", "sin dificultad"],
    "1": ["With some difficulty", "mit einigen Schwierigkeiten", "met enige moeite",
          "avec quelques difficultés", "con qualche difficoltà", "con alguna dificultad"],
    "2": ["With MUCH difficulty", "mit großen Schwierigkeiten", "met veel moeite",
          "avec beaucoup de difficulté", "con molta difficoltà", "con mucha dificultad"],
    "3": ["Unable to do", "nicht möglich", "onmogelijk", "incapable de le faire", "incapace",
          "incapaz de hacerlo", "3 = unable"],
    "": ["Not applicable", "nicht zutreffend", "niet van toepassing", "non applicabile"],
    None: ["2 - with some difficulty", "difficulty", "sometimes", "much or some", "vielleicht", "no?", ""],
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_of_the_chaq(answer) -> None:
    words = ANSWERS[answer]
    assert {word: meaning("chaq_item", word) for word in words} == dict.fromkeys(words, answer)


NAMES = {
    "knee_left": ["left_knee", "L knee", "LeftKnee", "kneeL", "Knie links", "genou gauche"],
    "knee_right": ["KNEE_RIGHT", "rodilla derecha", "ginocchio dx", "knee (R)"],
    "temporomandibular_left": ["tmj_left", "TMJ L", "Kiefergelenk links"],
    "thumb_ip_left": ["pip1_left", "IP thumb left", "PIP I links"],
    "mcp2_right": ["MCP II re", "2nd MCP right", "right_mcp_02", "mcp2R"],
    "toe_ip1_left": ["hallux IP left", "toe ip 1 l", "IP big toe left"],
    "toe_ip3_right": ["toe pip 3 right", "foot ip3 R"],
    "mtp1_right": ["MTP1 R", "big toe MTP right"],
    "cervical_spine": ["neck", "C-spine", "HWS", "Cervical Spine"],
    "subtalar_left": ["USG links", "unteres Sprunggelenk li"],
    "ankle_right": ["OSG rechts", "enkel rechts"],
}
NO_JOINT = ["knee", "ip1_left", "toe1_left", "thumb_left", "kne_left", "dip1_left", "pip6_left", "mcp_left",
            "Sprunggelenk links", "hip_knee_left", "lumbar spine", "left", "knees_left", ""]  # fmt: skip


def test_joints_by_other_names() -> None:
    for joint, names in NAMES.items():
        assert {name: joint_named(name) for name in names} == dict.fromkeys(names, joint)
    assert {name: joint_named(name) for name in NO_JOINT} == dict.fromkeys(NO_JOINT)
    exam = jia.JointExam(
        active={"left knee", "tmj_left"}, injected={"R hip": 3}, injection_rule="not-assessable"
    )
    assert exam.surely_active == ("temporomandibular_left", "knee_left")
    assert exam.injected == (("hip_right", 3.0),)
    with pytest.raises(jia.errors.UnknownJointError, match="knee_left is named twice"):
        jia.plot.joint_frequency({"knee_left": 0.5, "left knee": 0.2})


def test_every_joint_is_known_with_its_side_first() -> None:
    for joint in JOINTS_71[1:]:
        stem, _, side = joint.rpartition("_")
        for name in (f"{side}_{stem}", f"{side[0].upper()} {stem}", f"{stem}_{side}".title()):
            assert joint_named(name) == joint


def test_all_joints_of_a_stem_are_named_or_none() -> None:
    assert joints_like("knee") == ("knee_left", "knee_right")
    assert joints_like("mcp_left") == tuple(f"mcp{n}_left" for n in range(1, 6))
    assert joints_like("dip1_left") == tuple(f"dip{n}_left" for n in range(2, 6))
    assert joints_like("ip1_left") == ("thumb_ip_left", "toe_ip1_left")
    assert joints_like("kne_left") == joints_like("left") == joints_like("hip_knee_left") == ()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_yes_and_no_in_a_joint_form(make) -> None:
    form = {f"act_{joint}": ["No", "nein"] for joint in JOINTS_71}
    form |= {"act_knee_left": ["Yes", "no"], "act_hip_left": ["ja", None]}
    out = columns_of(jia.prepare.joint_counts(make(form), active="act_"))
    assert out["active_joints"] == [2, None]
    assert out["active_joints_max"] == [2, 1]
    with pytest.raises(jia.errors.NotNumericError, match=r"'swollen' in row 1"):
        jia.prepare.joint_counts(make({**form, "act_hip_left": ["ja", "swollen"]}), active="act_")


def test_a_near_name_is_never_another_joint() -> None:
    """A name with a letter less is another spelling of the same joint, or all of a stem, or nothing."""
    for joint in JOINTS_71:
        for at in range(len(joint)):
            name = joint[:at] + joint[at + 1 :]
            assert joint_named(name) in (None, joint)
            near = joints_like(name)
            # "ip_left" is an interphalangeal joint, whatever letter went lost.
            assert not near or joint in near or name.startswith("ip_")


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("12. März 2024", "%d. %B %Y", "2024-03-12"),
        ("12. Jänner 2024", "%d. %B %Y", "2024-01-12"),
        ("5 Mär 2024", "%d %b %Y", "2024-03-05"),
        ("5 mrt 2024", "%d %b %Y", "2024-03-05"),
        ("1 août 2024", "%d %B %Y", "2024-08-01"),
        ("12 de marzo de 2024", "%d de %B de %Y", "2024-03-12"),
        ("5 gennaio 2024", "%d %B %Y", "2024-01-05"),
        ("3-DEZ-2024", "%d-%b-%Y", "2024-12-03"),
        ("5 April 2024", "%d %B %Y", "2024-04-05"),
        ("05.03.2024", "%d.%m.%Y", "2024-03-05"),
    ],
)
def test_months_of_every_language(text, form, day) -> None:
    read = datetime.strptime(english_months(text, form), form)  # noqa: DTZ007
    assert read.date().isoformat() == day
