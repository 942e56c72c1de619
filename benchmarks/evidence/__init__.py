"""How ``evidence.weigh`` answers on groups drawn from published group statistics.

``python -m benchmarks.evidence`` writes ``results.csv`` beside this file; ``--slice`` runs a small
part and writes nothing. `groups.csv` holds the figures the groups are drawn from, each with its
study and its tag: S read in an abstract or table page, K recalled, ``assumed`` chosen here.

The study is circular on purpose: the groups come from the same publications as the comparisons, so
it shows how the rule behaves if these are right, and where it must fail. It says nothing about
patients. No public recordings of benign fasciculations exist, so clinical performance is unknown.
"""
