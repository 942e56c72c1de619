"""Frozen containers that own the units and the column schema."""

from emgfasc.containers.columns import (
    CATEGORIES,
    EVENTS,
    KINDS,
    REST,
    STATES,
    UNITS,
    UNSORTED,
    Category,
    Kind,
    State,
)
from emgfasc.containers.events import Events, Sensitivity
from emgfasc.containers.findings import Findings
from emgfasc.containers.recording import ArraySource, Recording, Source
from emgfasc.containers.rest import Rest, RestStatus
from emgfasc.containers.schema import Column, Schema
from emgfasc.containers.units import Units

__all__ = [
    "CATEGORIES",
    "EVENTS",
    "KINDS",
    "REST",
    "STATES",
    "UNITS",
    "UNSORTED",
    "ArraySource",
    "Category",
    "Column",
    "Events",
    "Findings",
    "Kind",
    "Recording",
    "Rest",
    "RestStatus",
    "Schema",
    "Sensitivity",
    "Source",
    "State",
    "Units",
]
