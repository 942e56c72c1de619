"""The electrodiagnostic part of the Awaji and Gold Coast criteria, as a list to inspect.

Awaji: de Carvalho 2008, doi:10.1016/j.clinph.2007.09.143, read in an abstract [S]: fasciculation
potentials count like fibrillations and positive sharp waves; instability is to be looked for.
Gold Coast: as quoted in Turner 2022, doi:10.1136/practneurol-2021-003256 [S]: chronic neurogenic
change and ongoing denervation, which includes fasciculation potentials (last words [K]). How many
muscles make a region is recalled, not verified [K].
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from emgfasc.evidence.anatomy import REGIONS
from emgfasc.evidence.examined import Examined

__all__ = ["checklist", "region_status"]

_COLUMNS = ["criteria", "item", "status", "reason", "source", "source_tag", "verified"]
_AWAJI = "de Carvalho 2008, doi:10.1016/j.clinph.2007.09.143"
_GOLD = "Gold Coast 2019, quoted in doi:10.1136/practneurol-2021-003256"
_LIMB = ("cervical", "lumbosacral")
_HISTORY = ("not assessable", "History and examination are not part of a recording.")
_UNSTABLE = ("not assessable", "See cad_pct and ccc of each recording.")

_Outcome = tuple[str, str]


def region_status(region: str, inside: list[Examined]) -> _Outcome:
    """Return status and reason of lower motor neuron findings in one region.

    A region shows them when a muscle has both ongoing denervation and chronic neurogenic change:
    one muscle in the bulbar or thoracic region, two muscles of different root and nerve in a limb
    region ([K], unverified).
    """
    if not inside:
        return "not assessable", "No muscle that counts was examined."
    sure = [row for row in inside if _both(row) is True]
    possible = [row for row in inside if _both(row) is not False]
    needed = "two muscles of different root and nerve" if region in _LIMB else "one muscle"
    if _enough(region, sure):
        names = ", ".join(_named(row) for row in sure)
        return "met", f"Ongoing denervation and chronic change in {names}."
    if _enough(region, possible) or (region in _LIMB and _unpaired(inside, possible)):
        return "not assessable", f"Needs {needed} with both findings; not all were looked for."
    return "not met", f"Needs {needed} with both findings; absent in the muscles examined."


def checklist(rows: list[Examined]) -> pd.DataFrame:
    """Return the criteria, one row per item."""
    regions = {
        region: region_status(region, [r for r in rows if r.muscle and r.muscle.region == region])
        for region in REGIONS
    }
    denervation = _any([row.denervation for row in rows])
    table = [
        _awaji("Fasciculation potentials or fibrillations in a muscle", denervation, "S"),
        _awaji("Chronic neurogenic change in such a muscle", _any([_both(r) for r in rows]), "K"),
        _awaji("Instability of the potentials looked for", _UNSTABLE, "S"),
    ]
    for region, outcome in regions.items():
        table.append(_awaji(f"Lower motor neuron findings, {region} region", outcome, "K"))
    chronic = _any([row.chronic_change for row in rows])
    table += [
        _awaji("Clinical and upper motor neuron signs", _HISTORY, "K"),
        _gold("Progressive motor impairment after normal function", _HISTORY, "S"),
        _gold("Upper motor neuron signs", _HISTORY, "S"),
        _gold("Chronic neurogenic change in a muscle", chronic, "S"),
        _gold("Ongoing denervation, fasciculation potentials included", denervation, "K"),
        _gold("Lower motor neuron findings in two regions (EMG part)", _two(regions), "K"),
        _gold("Other disease excluded by investigation", _HISTORY, "S"),
    ]
    return pd.DataFrame(table, columns=_COLUMNS)


def _awaji(item: str, outcome: _Outcome, tag: str) -> tuple[object, ...]:
    return ("Awaji", item, *outcome, _AWAJI, tag, tag == "S")


def _gold(item: str, outcome: _Outcome, tag: str) -> tuple[object, ...]:
    return ("Gold Coast", item, *outcome, _GOLD, tag, tag == "S")


def _two(regions: dict[str, _Outcome]) -> _Outcome:
    met = [region for region in REGIONS if regions[region][0] == "met"]
    still_open = [region for region in REGIONS if regions[region][0] == "not assessable"]
    if len(met) >= 2:
        return "met", f"Regions: {', '.join(met)}."
    if len(met) + len(still_open) >= 2:
        return "not assessable", f"Open: {', '.join(still_open)}."
    return "not met", "Absent in the muscles examined."


def _both(row: Examined) -> bool | None:
    """Three-valued and of ongoing denervation and chronic change."""
    pair = (row.denervation, row.chronic_change)
    if False in pair:
        return False
    return None if None in pair else True


def _any(answers: list[bool | None]) -> _Outcome:
    if any(answer is True for answer in answers):
        n = sum(answer is True for answer in answers)
        return "met", f"In {n} of {len(answers)} muscle(s)."
    if not answers or any(answer is None for answer in answers):
        return "not assessable", "Not looked for in every muscle that counts."
    return "not met", "Absent in the muscles examined."


def _enough(region: str, rows: list[Examined]) -> bool:
    if region not in _LIMB:
        return bool(rows)
    return any(_different(one, other) for one, other in combinations(rows, 2))


def _unpaired(inside: list[Examined], possible: list[Examined]) -> bool:
    """Whether a limb region with a candidate has no second muscle to pair it with."""
    return bool(possible) and not _enough("cervical", inside)


def _different(one: Examined, other: Examined) -> bool:
    """Different nerve and not the very same roots."""
    if one.muscle is None or other.muscle is None:
        return False
    return one.muscle.nerve != other.muscle.nerve and one.muscle.roots != other.muscle.roots


def _named(row: Examined) -> str:
    name = row.muscle.name if row.muscle else row.given
    return f"{row.side} {name}".strip()
