"""From a recording as it was made to one that detection can work on."""

from emgfasc.preprocess.channels import judge_channels
from emgfasc.preprocess.cleaning import clean, mains_free
from emgfasc.preprocess.filters import Band, band_for
from emgfasc.preprocess.mains import Mains, find_mains

__all__ = ["Band", "Mains", "band_for", "clean", "find_mains", "judge_channels", "mains_free"]
