"""The columns of every table emgfasc writes: one place for names, units and meanings."""

from __future__ import annotations

from typing import Literal, get_args

from emgfasc.containers.schema import Column, Schema

__all__ = [
    "CATEGORIES",
    "EVENTS",
    "KINDS",
    "REST",
    "STATES",
    "UNITS",
    "UNSORTED",
    "Category",
    "Kind",
    "State",
]

Kind = Literal["needle", "surface", "hdsemg"]
KINDS: tuple[Kind, ...] = get_args(Kind)

State = Literal["rest", "voluntary", "spontaneous", "artifact"]
STATES: tuple[State, ...] = get_args(State)

Category = Literal[
    "fasciculation",
    "voluntary",
    "artifact",
    "ecg",
    "fibrillation",
    "positive_sharp_wave",
    "complex_repetitive",
    "myokymia",
    "neuromyotonia",
    "cramp",
    "unclassified",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)

# Why a potential has no unit; the sorter decides, see emgfasc.sort.unsorted.
UNSORTED: dict[str, str] = {
    "no_potential": "artifact or heart beat: it is not put to the sorter",
    "too_few_in_all": "the recording holds fewer potentials than a unit needs",
    "too_weak": "in what tells shapes apart it is no more than noise",
    "like_no_other": "no other potential has its shape",
    "too_few_alike": "others have its shape, but fewer than a unit needs",
    "between_units": "two units explain a part of it about equally well, neither enough",
    "partly_a_unit": "one unit explains a part of it, but not enough: an overlap that could not "
    "be taken apart, or a changed shape",
    "by_hand": "a person took it out of its unit, or added it without one",
}

EVENTS = Schema(
    "events",
    required=(
        Column("onset", "float", "s", "First moment of the potential, from the recording's start."),
        Column("duration", "float", "s", "From onset to offset."),
        Column("peak_s", "float", "s", "Time of the largest absolute deflection on `channel`."),
        Column("channel", "str", "", "Channel with the largest peak-to-peak amplitude."),
        Column("n_channels", "int", "", "Channels on which the potential stands out of the noise."),
        Column("amplitude_uv", "float", "uV", "Peak-to-peak amplitude on `channel`."),
        Column("snr", "float", "", "Peak-to-peak amplitude over the noise SD there and then."),
        Column("unit", "int", "", "Unit (FP class) the potential belongs to; 0 when unsorted."),
        Column("category", "str", "", "`fasciculation`, or the named reason why it is not one."),
    ),
    optional=(
        Column("reason", "str", "", "The rule that gave the category."),
        Column(
            "twin_peak_s", "float", "s", "In a truth: a deflection as large within 10 %, or nan."
        ),
        Column(
            "waveform",
            "str",
            "",
            "What amplitude to turns are of: the `single` potential, or `denoised` by its unit.",
        ),
        Column("negative_peak_uv", "float", "uV", "Baseline to the largest negative peak."),
        Column("rise_time_ms", "float", "ms", "Positive peak before the main negative peak to it."),
        Column("duration_ms", "float", "ms", "From onset to offset, without satellites."),
        Column("spike_duration_ms", "float", "ms", "First to last positive peak."),
        Column("area_uvms", "float", "uV*ms", "Integral of the rectified potential."),
        Column("thickness_ms", "float", "ms", "Area over amplitude."),
        Column("size_index", "float", "", "2 log10(amplitude in mV) + thickness; needle only."),
        Column("phases", "float", "", "Baseline crossings plus one."),
        Column("turns", "float", "", "Reversals of direction larger than the turn threshold."),
        Column("polyphasic", "bool", "", "More than 4 phases."),
        Column("serrated", "bool", "", "More than 5 turns within at most 4 phases."),
        Column("unsorted", "str", "", "Why the potential has no unit; empty when it has one."),
        Column("confidence", "float", "", "How surely the potential belongs to its unit, 0 to 1."),
        Column("first_phase", "float", "", "Sign of the first phase: 1 positive, -1 negative."),
        Column(
            "truncated", "bool", "", "Cut by a neighbour or an edge: duration is a lower bound."
        ),
        Column("active_channels", "float", "", "Channels with at least half the amplitude; grids."),
        Column("centroid_x_mm", "float", "mm", "Amplitude-weighted centre on the grid, x."),
        Column("centroid_y_mm", "float", "mm", "Amplitude-weighted centre on the grid, y."),
    ),
)

UNITS = Schema(
    "units",
    required=(
        Column("unit", "int", "", "Number of the unit, from 1."),
        Column("category", "str", "", "What kind of discharge the unit makes."),
        Column("n", "int", "", "Potentials in the unit."),
        Column("channel", "str", "", "Channel with the unit's largest average."),
        Column("amplitude_uv", "float", "uV", "Peak-to-peak amplitude of the average potential."),
        Column("snr", "float", "", "Median SNR of the unit's potentials."),
        Column("rate_per_min", "float", "/min", "Potentials at rest per minute of rest."),
    ),
    optional=(
        Column("reason", "str", "", "The rule that gave the category."),
        Column("n_rest", "int", "", "Potentials of the unit within rest."),
        Column("rate_per_min_lo95", "float", "/min", "Lower 95 % Poisson limit of the rate."),
        Column("rate_per_min_hi95", "float", "/min", "Upper 95 % Poisson limit of the rate."),
        Column("amplitude_iqr_uv", "float", "uV", "Interquartile range of the amplitudes."),
        Column("duration_ms", "float", "ms", "Median duration."),
        Column("area_uvms", "float", "uV*ms", "Median area."),
        Column("phases", "float", "", "Median number of phases."),
        Column("turns", "float", "", "Median number of turns."),
        Column("pct_polyphasic", "float", "%", "Share of polyphasic potentials."),
        Column("idi_median_s", "float", "s", "Median inter-discharge interval."),
        Column("idi_cov", "float", "", "SD over mean of the inter-discharge intervals."),
        Column("average_amplitude_uv", "float", "uV", "Amplitude of the average, by the rules."),
        Column("average_duration_ms", "float", "ms", "Duration of the average."),
        Column("average_area_uvms", "float", "uV*ms", "Area of the average."),
        Column("average_phases", "float", "", "Phases of the average."),
        Column("average_turns", "float", "", "Turns of the average."),
        Column("n_satellites", "int", "", "Time-locked parts beyond flat baseline."),
        Column("cad_pct", "float", "%", "Consecutive amplitude difference (instability)."),
        Column("cad_pct_lo95", "float", "%", "Lower 95 % limit of CAD."),
        Column("cad_pct_hi95", "float", "%", "Upper 95 % limit of CAD."),
        Column("ccc", "float", "", "Consecutive correlation coefficient (instability)."),
        Column("ccc_lo95", "float", "", "Lower 95 % limit of CCC."),
        Column("ccc_hi95", "float", "", "Upper 95 % limit of CCC."),
        Column("ccc_if_stable", "float", "", "CCC that the noise would leave of no change at all."),
        Column("jitter_us", "float", "us", "Consecutive difference of component intervals (MCD)."),
        Column("jitter_us_lo95", "float", "us", "Lower 95 % limit of the jitter."),
        Column("jitter_us_hi95", "float", "us", "Upper 95 % limit of the jitter."),
        Column("blocking_pct", "float", "%", "Share of components that are missing."),
        Column("blocking_pct_lo95", "float", "%", "Lower 95 % limit of the blocking."),
        Column("blocking_pct_hi95", "float", "%", "Upper 95 % limit of the blocking."),
        Column("speed_m_s", "float", "m/s", "Conduction speed along the fibres; grids."),
        Column("speed_m_s_lo95", "float", "m/s", "Lower 95 % limit of the speed."),
        Column("speed_m_s_hi95", "float", "m/s", "Upper 95 % limit of the speed."),
        Column("endplate_mm", "float", "mm", "Where the waves leave from, along the fibres."),
        Column("endplate_mm_lo95", "float", "mm", "Lower 95 % limit of the place."),
        Column("endplate_mm_hi95", "float", "mm", "Upper 95 % limit of the place."),
        Column("not_measured", "str", "", "What of the above has no value, and why."),
    ),
)

REST = Schema(
    "rest",
    required=(
        Column("start_s", "float", "s", "Start of the stretch."),
        Column("stop_s", "float", "s", "End of the stretch."),
        Column("state", "str", "", "`rest`, `voluntary`, `spontaneous` or `artifact`."),
        Column("reason", "str", "", "Why the stretch has its state."),
    ),
)
