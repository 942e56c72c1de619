"""Many recordings into one table, overnight, with nothing lost.

>>> import emgfasc as ef
>>> ef.batch.Plan(kind="hdsemg").settings.max_false_per_min
0.5
"""

from emgfasc.batch.groups import muscle_groups, read_groups
from emgfasc.batch.inputs import Input, find_inputs
from emgfasc.batch.outcome import Outcome
from emgfasc.batch.plan import Limits, Plan
from emgfasc.batch.result import Batch
from emgfasc.batch.running import run

__all__ = [
    "Batch",
    "Input",
    "Limits",
    "Outcome",
    "Plan",
    "find_inputs",
    "muscle_groups",
    "read_groups",
    "run",
]
