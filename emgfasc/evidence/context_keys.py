"""What may be written in a context file: tables, keys, their words and usual investigations.

General medical knowledge, [K]: not checked against a source here, and no advice.
"""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["CAUSES", "CONTRIBUTORS", "ELECTROLYTES", "FLAGS", "TABLES"]

CONTRIBUTORS = MappingProxyType(
    {
        "stress": "stress",
        "anxiety": "anxiety",
        "fatigue": "fatigue",
        "poor_sleep": "poor sleep",
        "caffeine": "caffeine",
        "alcohol": "alcohol",
        "dehydration": "dehydration",
        "recent_exertion": "recent exertion",
        "stimulants": "stimulants",
        "medication": "medication that can cause twitching",
        "magnesium_deficiency": "magnesium deficiency",
    }
)

ELECTROLYTES = MappingProxyType(
    {"potassium": "potassium", "magnesium": "magnesium", "calcium": "calcium"}
)

# Key -> (cause, how it is usually looked into).
CAUSES = MappingProxyType(
    {
        "thyroid": ("thyroid disease", "blood test of thyroid function"),
        "diabetes": ("diabetes", "blood glucose or HbA1c"),
        "autoimmune": ("autoimmune disease", "blood tests for antibodies"),
        "vitamin_deficiency": ("vitamin deficiency", "blood test, among others of vitamin B12"),
        "neuropathy": ("neuropathy or root lesion", "nerve conduction studies and needle EMG"),
        "family_history": (
            "family history of nerve or muscle disease",
            "family history taken by a physician",
        ),
    }
)

FLAGS = MappingProxyType(
    {
        "weakness": "weakness",
        "wasting": "muscle wasting",
        "swallowing": "difficulty swallowing",
        "breathing": "difficulty breathing",
        "sensory_loss": "loss of sensation",
        "progression": "a persistent or worsening course",
        "other_neurological": "other neurological symptoms",
    }
)

TABLES = MappingProxyType(
    {
        "benign_contributors": (*CONTRIBUTORS, *ELECTROLYTES),
        "medical_causes": tuple(CAUSES),
        "red_flags": tuple(FLAGS),
    }
)
