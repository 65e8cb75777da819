"""The papers, registers and labels that the numbers come from, and how well each was checked.

An identifier stands here only where it was seen; none is completed from memory.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class Evidence(StrEnum):
    """How well a figure was checked against its source.

    Examples
    --------
    >>> import jiascores as jia
    >>> str(jia.definition("giannini-1997", jia.typing.ResponseCriteria).evidence)
    'primary'
    """

    PRIMARY = "primary"
    """Seen in the original paper's abstract, text or table."""
    SECONDARY = "secondary"
    """Seen in another group's paper, a label, a register or a review."""
    DERIVED = "derived"
    """Arithmetic from figures that were seen."""
    UNVERIFIED = "unverified"
    """Recalled, with no source at hand: waits for somebody to check the paper."""


@attrs.frozen
class Reference:
    """A source, as it is cited in the field.

    Parameters
    ----------
    key : str
        Short name used in this package, author and year.
    citation : str
        Author, year, journal, volume and first page as far as they were seen.
    identifier : str
        DOI, PMID or register number, only where it was seen; else empty.

    Examples
    --------
    >>> import jiascores as jia
    >>> print(jia.definition("brunner-2002", jia.typing.FlareCriteria).reference)
    Brunner 2002, J Rheumatol 29:1058 (PMID 12022323)
    """

    key: str
    citation: str
    identifier: str = ""

    def __str__(self) -> str:
        return f"{self.citation} ({self.identifier})" if self.identifier else self.citation


def _index(*references: Reference) -> dict[str, Reference]:
    return {reference.key: reference for reference in references}


REFERENCES = _index(
    Reference("protocol", "the protocol of the study in hand"),
    Reference("bazso-2009", "Bazso 2009, reduced joint counts", "PMID 19208532"),
    Reference("consolaro-2009", "Consolaro 2009, Arthritis Rheum 61:658"),
    Reference("nordal-2012", "Nordal 2012, Ann Rheum Dis 71:1122"),
    Reference("mcerlane-2013", "McErlane 2013, Ann Rheum Dis 72:1983"),
    Reference("tibaldi-2020", "Tibaldi 2020, systemic JADAS"),
    Reference("consolaro-2012", "Consolaro 2012, JADAS cut-offs", "PMID 22231288"),
    Reference(
        "consolaro-2014-high",
        "Consolaro 2014, high disease activity, Ann Rheum Dis 73:1380",
        "PMID 24347571",
    ),
    Reference("consolaro-2014", "Consolaro 2014, Arthritis Care Res 66:1703"),
    Reference("trincianti-2021", "Trincianti 2021, Arthritis Rheumatol 73:1966"),
    Reference(
        "backstrom-2016",
        "Backström 2016, Rheumatology 55:615",
        "doi 10.1093/rheumatology/kev353",
    ),
    Reference("backstrom-2018", "Backström 2018, Rheumatol Adv Pract, rky044"),
    Reference(
        "backstrom-2019",
        "Backström 2019, RMD Open 5:e000888",
        "doi 10.1136/rmdopen-2018-000888",
    ),
    Reference(
        "backstrom-2023",
        "Backström 2023, comparison of the cut-off sets",
        "doi 10.1186/s12969-023-00814-x",
    ),
    Reference(
        "rosina-2024",
        "Rosina 2024, sJADAS10 cut-offs, Arthritis Rheumatol",
        "doi 10.1002/art.42865",
    ),
    Reference(
        "bulatovic-2014",
        "Bulatović Ćalasan 2014, Rheumatology 53:307",
        "PMID 24162034",
    ),
    Reference("horneff-2014", "Horneff & Becker 2014, improvement by JADAS10", "PMID 24599918"),
    Reference("magni-manzoni-2008", "Magni-Manzoni 2008, minimal disease activity"),
    Reference("beukelman-2011", "Beukelman 2011, ACR recommendations, table 5", "PMC3222233"),
    Reference("brunner-2020", "Brunner 2020, chronically uncontrolled JIA"),
    Reference("recapture-jia", "Recapture-JIA study of CARRA, simple inactive disease"),
    Reference("acr-2019", "ACR 2019 guideline, polyarthritis"),
    Reference(
        "swart-2018",
        "Swart 2018, Ann Rheum Dis 77:336",
        "doi 10.1136/annrheumdis-2017-212104, PMID 29138257",
    ),
    Reference(
        "acr-abstract-psa-era-rf",
        "JADAS10 and cJADAS10-based disease activity states for PsA, ERA, and RF+ polyarthritis "
        "(ACR congress abstract)",
    ),
    Reference("naddei", "Naddei, parent version of the JADAS (parJADAS)"),
    Reference("giannini-1997", "Giannini 1997, Arthritis Rheum 40:1202"),
    Reference("singh-1994", "Singh 1994, Childhood HAQ"),
    Reference("dempster-2001", "Dempster 2001, important differences in the CHAQ"),
    Reference("brunner-2005", "Brunner 2005, minimal clinically important differences of the CHAQ"),
    Reference("ntr4146", "NTR4146, trial register entry of the mesenchymal stromal cell trial"),
    Reference("brunner-2002", "Brunner 2002, J Rheumatol 29:1058", "PMID 12022323"),
    Reference("propel", "PROPEL and JUVE-BASIS trials, flare by PRCSG/PRINTO"),
    Reference("lovell-2000", "Lovell 2000, etanercept, N Engl J Med 342:763"),
    Reference("lovell-2008", "Lovell 2008, adalimumab"),
    Reference("ruperto-2008", "Ruperto 2008, abatacept, Lancet 372:383"),
    Reference("abatacept-register", "Trial register entry of the abatacept trial"),
    Reference("ruperto-2012", "Ruperto 2012, canakinumab in systemic JIA, N Engl J Med"),
    Reference(
        "de-benedetti-2012",
        "De Benedetti 2012, tocilizumab in systemic arthritis (TENDER), N Engl J Med 367:2385",
    ),
    Reference("ravelli-2016", "Ravelli 2016, EULAR/ACR/PRINTO criteria for MAS in systemic JIA"),
    Reference("minoia-2019", "Minoia 2019, MS score"),
    Reference("weiss-2014", "Weiss 2014, JSpADA", "PMC4245319"),
    Reference("srinivasalu-2023", "Srinivasalu 2023, modified JSpADA, J Rheumatol 50:532"),
    Reference("wallace-2004", "Wallace 2004, preliminary criteria for inactive disease"),
    Reference("wallace-2011", "Wallace 2011, Arthritis Care Res 63:929"),
    Reference("eular-pres-2024", "EULAR/PReS 2024 recommendations on Still's disease"),
    Reference("reacch-out", "ReACCh-Out cohort, flares in children with JIA (congress abstract)"),
    Reference(
        "swart-2019",
        "Swart 2019, Rheumatology 58:1812",
        "doi 10.1093/rheumatology/kez157, PMID 31070229, PMC6758577",
    ),
)


def reference(key: str) -> Reference:
    """Return the source with this key."""
    return REFERENCES[key]
