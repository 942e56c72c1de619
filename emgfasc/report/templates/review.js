// The review: what a person decided, undo, keys, and the corrected table.
// Bokeh draws tables and plots; buttons and lists are the page's own. Arguments of this script:
// data, tables, lines, ranges (see emgfasc/report/review_widgets.py).

const el = (id) => document.getElementById(id);
const { n, categories, numbers } = data;
const FASCICULATION = categories.indexOf("fasciculation");
const REJECTED = categories.indexOf("unclassified");
const SORTS = ["peak_s", "snr", "amplitude_uv", "unit", "category"];
const HISTORY = 200, DRAWN = 80, APART_MS = 25;
const places = new Map(numbers.map((unit, place) => [unit, place]));
const automatic = { unit: Array.from(data.unit), category: Array.from(data.category) };

// ---- What was decided -------------------------------------------------------------------------

let now = { unit: [...automatic.unit], category: [...automatic.category], mark: Array(n).fill("") };
let history = [];
let mode = "units", rows = [], groups = [], at = { units: 0, events: 0 }, target = null;
const store = `emgfasc-review:${data.name}:${data.key}`;

function keep() {
  const changed = [];
  for (let k = 0; k < n; k++)
    if (now.mark[k] || now.unit[k] !== automatic.unit[k] || now.category[k] !== automatic.category[k])
      changed.push([k, now.unit[k], now.category[k], now.mark[k]]);
  try {
    localStorage.setItem(store, JSON.stringify({ changed, history }));
  } catch (error) {
    el("kept").textContent = "This browser keeps no progress here: download before you close the page.";
  }
}

function recall() {
  try {
    const found = JSON.parse(localStorage.getItem(store));
    if (!found) return;
    for (const [k, unit, category, mark] of found.changed)
      [now.unit[k], now.category[k], now.mark[k]] = [unit, category, mark];
    history = found.history;
  } catch (error) {
    el("kept").textContent = "Earlier progress could not be read; the automatic result is shown.";
  }
}

function change(which, said, values) {
  if (!which.length) return;
  const step = { said, rows: which, mode, at: { ...at } };
  for (const name of ["unit", "category", "mark"]) step[name] = which.map((k) => now[name][k]);
  history.push(step);
  if (history.length > HISTORY) history.shift();
  for (const k of which) for (const name in values) now[name][k] = values[name];
  keep();
  say(said);
}

function undo() {
  const step = history.pop();
  if (!step) return say("Nothing to undo.");
  step.rows.forEach((k, place) => {
    for (const name of ["unit", "category", "mark"]) now[name][k] = step[name][place];
  });
  keep();
  at = step.at;
  show(step.mode);
  say(`Undone: ${step.said}`);
}

// ---- What is meant: the unit or the potential in hand ---------------------------------------------

const members = (unit) => {
  const found = [];
  for (let k = 0; k < n; k++) if (now.unit[k] === unit) found.push(k);
  return found;
};
const chosenUnit = () => (mode === "units" ? groups[at.units]?.unit : now.unit[rows[at.events]]);
const chosenRows = () => {
  if (mode === "units") return groups.length ? members(chosenUnit()) : [];
  return rows.length ? [rows[at.events]] : [];
};
const named = (unit) => (unit ? `unit ${unit}` : "unsorted potentials");
const words = (category) => categories[category].replaceAll("_", " ");
const meant = () => (mode === "units" ? named(chosenUnit()) : `potential ${rows[at.events] + 1}`);

function decide(values, verb) {
  const which = chosenRows();
  const stays = mode === "events" && rows.length;
  change(which, `${meant()} ${verb}`, values);
  refresh();
  // A filter may have taken the decided potential off the list: the next one is in its place.
  if (!stays || rows.includes(which[0])) move(1); else draw();
}
const accept = () => decide({ mark: "accepted" }, "accepted");
const reject = () => decide({ category: REJECTED, mark: "rejected" }, "rejected");
const relabel = (category) => decide({ category, mark: "relabelled" }, `called ${words(category)}`);
const takeOut = () => {
  if (mode === "events" && chosenUnit()) decide({ unit: 0 }, "taken out of its unit");
};
function merge() {
  if (!target || target === chosenUnit()) return say("There is no unit to merge into.");
  decide({ unit: target }, `put into unit ${target}`);
}

// Units by likeness to the one in hand, for a merge with one key.
function targets() {
  const alive = new Set(now.unit);
  const own = places.get(chosenUnit());
  const score = (unit) => (own === undefined ? 0 : data.alike[own * numbers.length + places.get(unit)]);
  return numbers
    .filter((unit) => unit !== chosenUnit() && alive.has(unit))
    .map((unit) => ({ unit, like: score(unit) }))
    .sort((a, b) => b.like - a.like || a.unit - b.unit);
}
function offer() {
  const list = targets();
  target = list.length ? list[0].unit : null;
  el("target").replaceChildren(
    ...list.map(({ unit, like }) => new Option(like ? `${unit} (likeness ${like.toFixed(2)})` : unit, unit)));
  el("merge").disabled = el("target").disabled = !list.length;
}

// ---- Lists ------------------------------------------------------------------------------------

const median = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const short = (value) => (Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : "—");

function group() {
  const by = new Map();
  for (let k = 0; k < n; k++) {
    if (!by.has(now.unit[k])) by.set(now.unit[k], []);
    by.get(now.unit[k]).push(k);
  }
  groups = [...by].map(([unit, list]) => {
    const counts = categories.map(() => 0);
    for (const k of list) counts[now.category[k]]++;
    const most = counts.indexOf(Math.max(...counts));
    return {
      unit, list, most, whole: counts[most] === list.length,
      open: list.filter((k) => !now.mark[k]).length,
      amplitude_uv: median(list.map((k) => data.amplitude_uv[k])),
      snr: median(list.map((k) => data.snr[k])),
    };
  });
  groups.sort((a, b) => (a.unit === 0) - (b.unit === 0) || b.list.length - a.list.length || a.unit - b.unit);
}

function listed() {
  const only = { unit: el("only-unit").value, category: el("only-category").value, state: el("only-state").value };
  const least = { snr: Number(el("least-snr").value), amplitude: Number(el("least-uv").value) };
  const found = [];
  for (let k = 0; k < n; k++) {
    if (only.unit !== "" && now.unit[k] !== Number(only.unit)) continue;
    if (only.category !== "" && now.category[k] !== Number(only.category)) continue;
    if (only.state !== "" && (only.state === "open") !== !now.mark[k]) continue;
    // A figure that is not known is not below a limit: nothing is dropped silently.
    if (data.snr[k] < least.snr || data.amplitude_uv[k] < least.amplitude) continue;
    found.push(k);
  }
  const name = el("sort").value, back = el("descending").checked ? -1 : 1;
  const values = name === "unit" || name === "category" ? now[name] : data[name];
  const value = (k) => (Number.isNaN(values[k]) ? -Infinity : values[k]);
  return found.sort((a, b) => back * (value(a) - value(b)) || a - b);
}

function refresh() {
  group();
  const units = [...new Set(now.unit)].sort((a, b) => a - b);
  const before = el("only-unit").value;
  el("only-unit").replaceChildren(
    new Option("all", ""), ...units.map((unit) => new Option(unit || "unsorted", unit)));
  el("only-unit").value = units.includes(Number(before)) ? before : "";
  rows = listed();
  at.units = Math.min(at.units, Math.max(groups.length - 1, 0));
  at.events = Math.min(at.events, Math.max(rows.length - 1, 0));
  if (mode === "units") fillUnits(); else fillEvents();
  tell();
}

function fillUnits() {
  const like = (unit) => {
    const own = places.get(unit);
    let best = null;
    for (const other of numbers) {
      const r = own === undefined || other === unit ? -1 : data.alike[own * numbers.length + places.get(other)];
      if (groups.some((g) => g.unit === other) && (best === null || r > best.r)) best = { other, r };
    }
    return best && best.r > 0 ? `unit ${best.other} (${best.r.toFixed(2)})` : "—";
  };
  tables.units.source.data = {
    unit: groups.map((g) => (g.unit ? String(g.unit) : "unsorted")),
    n: groups.map((g) => g.list.length),
    open: groups.map((g) => g.open),
    category: groups.map((g) => (g.whole ? words(g.most) : `${words(g.most)}, mixed`)),
    amplitude_uv: groups.map((g) => short(g.amplitude_uv)),
    snr: groups.map((g) => short(g.snr)),
    like: groups.map((g) => like(g.unit)),
  };
}

function fillEvents() {
  tables.events.source.data = {
    number: rows.map((k) => k + 1),
    peak_s: rows.map((k) => data.peak_s[k].toFixed(4)),
    unit: rows.map((k) => now.unit[k] || "—"),
    category: rows.map((k) => words(now.category[k])),
    amplitude_uv: rows.map((k) => short(data.amplitude_uv[k])),
    snr: rows.map((k) => short(data.snr[k])),
    channel: rows.map((k) => data.channel[k]),
    mark: rows.map((k) => now.mark[k] || (now.unit[k] === automatic.unit[k] ? "" : "moved")),
  };
}

// ---- Pictures ------------------------------------------------------------------------------------

const points = data.wave_ms.length, bins = data.near_ms.length;
const steps = { wave: new Int16Array(data.wave), near: new Int8Array(data.near) };
const wave = (k) => Float64Array.from(
  steps.wave.subarray(k * points, (k + 1) * points), (v) => v * data.wave_uv[k]);
const limits = (range, ...curves) => {
  let top = 1e-9;
  for (const curve of curves) for (const v of curve) if (Math.abs(v) > top) top = Math.abs(v);
  [range.start, range.end] = [1.15 * top, -1.15 * top];
};

function draw() {
  const unit = chosenUnit(), list = unit === undefined ? [] : members(unit);
  const step = Math.max(1, list.length / DRAWN);
  const taken = [];
  for (let k = 0; k < list.length; k += step) taken.push(list[Math.floor(k)]);
  const curves = taken.map(wave);
  const x = Array.from(data.wave_ms);
  const mean = x.map((_, i) => median(curves.map((curve) => curve[i])));
  const sorted = unit > 0 && list.length > 0;
  lines.many.data = { xs: curves.map(() => x), ys: curves };
  lines.mean.data = sorted ? { x, y: mean } : { x: [], y: [] };
  const k = mode === "units" ? list[0] : rows[at.events];
  drawOne(k, sorted ? mean : []);
  limits(ranges.shapes, ...(sorted ? [mean.map((v) => 1.7 * v)] : curves));
  el("shapes-title").textContent = unit === undefined
    ? "No unit" : `${named(unit)}: ${taken.length} of ${list.length} drawn, black: median`;
}

function drawOne(k, mean) {
  if (k === undefined) {
    for (const name of ["this", "trace"]) lines[name].data = { x: [], y: [] };
    lines.marks.data = { x: [], y: [], label: [], color: [] };
    el("one-title").textContent = el("around-title").textContent = "No potential";
    return;
  }
  const own = wave(k);
  lines.this.data = { x: Array.from(data.wave_ms), y: Array.from(own) };
  limits(ranges.one, own, mean);
  const trace = Array.from(steps.near.subarray(k * bins, (k + 1) * bins), (v) => v * data.near_uv[k]);
  lines.trace.data = { x: Array.from(data.near_ms), y: trace };
  limits(ranges.around, trace);
  ranges.around.end *= 1.35; // room for the marks
  const half = -data.near_ms[0] / 1e3, near = [];
  for (let j = 0; j < n; j++)
    if (j !== k && Math.abs(data.peak_s[j] - data.peak_s[k]) <= half) near.push(j);
  near.push(k); // drawn last: no other mark hides it
  const height = 0.8 * ranges.around.end;
  // Numbers that would run into each other are left out, never that of the potential in hand.
  let last = -Infinity;
  const free = (j) => {
    const x = 1e3 * (data.peak_s[j] - data.peak_s[k]);
    if (j !== k && (x - last < APART_MS || Math.abs(x) < APART_MS)) return false;
    last = x;
    return true;
  };
  lines.marks.data = {
    x: near.map((j) => 1e3 * (data.peak_s[j] - data.peak_s[k])),
    y: near.map(() => height),
    label: near.map((j) => (free(j) ? (now.unit[j] ? String(now.unit[j]) : "–") : "")),
    color: near.map((j) => data.colors[j === k ? "chosen" : now.category[j] === FASCICULATION ? "ours" : "other"]),
  };
  el("one-title").textContent =
    `Potential ${k + 1} at ${data.peak_s[k].toFixed(4)} s, ${named(now.unit[k])}, ${words(now.category[k])}`;
  el("around-title").textContent =
    `${data.channel[k]}, half a second on each side; marks carry their unit, red: this one`;
}

// ---- Moving about ---------------------------------------------------------------------------------

let selecting = false;
function select() {
  selecting = true;
  const length = mode === "units" ? groups.length : rows.length;
  tables[mode].source.selected.indices = length ? [at[mode]] : [];
  selecting = false;
}
function go(place) {
  const length = mode === "units" ? groups.length : rows.length;
  at[mode] = Math.max(0, Math.min(place, length - 1));
  select();
  offer();
  draw();
}
const move = (by) => go(at[mode] + by);
function show(next) {
  mode = next;
  el("units-panel").hidden = mode !== "units";
  el("events-panel").hidden = mode !== "events";
  el("to-units").setAttribute("aria-pressed", mode === "units");
  el("to-events").setAttribute("aria-pressed", mode === "events");
  el("take-out").disabled = mode === "units";
  refresh();
  go(at[mode]);
}
function lookInto() {
  const unit = chosenUnit();
  if (mode !== "units" || unit === undefined) return;
  at.events = 0;
  mode = "events";
  refresh();
  el("only-unit").value = unit;
  show("events");
}

function tell() {
  const looked = now.mark.filter(Boolean).length;
  const ours = now.category.filter((c) => c === FASCICULATION).length;
  const before = automatic.category.filter((c) => c === FASCICULATION).length;
  const list = mode === "units" ? `${groups.length} unit(s) listed` : `${rows.length} of ${n} potentials listed`;
  el("progress").textContent =
    `${looked} of ${n} potentials looked at. Fasciculations: ${before} automatic, ${ours} now. ${list}.`;
  el("undo").disabled = !history.length;
}
function say(text) { el("said").textContent = text; }

// ---- The corrected table --------------------------------------------------------------------------

function corrected() {
  const lines = data.tsv.replace(/\n$/, "").split("\n");
  const header = lines[0].split("\t");
  const [unit, category, reason] = ["unit", "category", "reason"].map((name) => header.indexOf(name));
  const table = lines.slice(1).map((line, k) => {
    const cells = line.split("\t"), notes = [];
    const same = now.category[k] === automatic.category[k];
    if (same && cells[reason] !== "n/a" && cells[reason] !== "") notes.push(cells[reason]);
    if (now.mark[k]) notes.push(`review: ${now.mark[k]}`);
    if (now.unit[k] !== automatic.unit[k]) notes.push(`review: moved from unit ${automatic.unit[k]}`);
    if (notes.length) cells[reason] = notes.join("; ");
    cells[unit] = String(now.unit[k]);
    cells[category] = categories[now.category[k]];
    return cells.join("\t");
  });
  return [lines[0], ...table].join("\n") + "\n";
}
function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([corrected()], { type: "text/tab-separated-values" }));
  link.download = `${data.name}_events.reviewed.tsv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`${link.download} was handed to the browser.`);
}
function startOver() {
  const which = [];
  for (let k = 0; k < n; k++)
    if (now.mark[k] || now.unit[k] !== automatic.unit[k] || now.category[k] !== automatic.category[k]) which.push(k);
  change(which, "everything set back to the automatic result", {});
  for (const k of which) [now.unit[k], now.category[k], now.mark[k]] = [automatic.unit[k], automatic.category[k], ""];
  keep();
  show(mode);
}

// ---- Keys and buttons -------------------------------------------------------------------------------

function nextTarget() {
  const list = el("target");
  if (!list.options.length) return;
  list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
  target = Number(list.value);
  say(`Merge would go into unit ${target}.`);
}
function nextSort() {
  el("sort").value = SORTS[(SORTS.indexOf(el("sort").value) + 1) % SORTS.length];
  show("events");
  say(`Sorted by ${el("sort").selectedOptions[0].text}.`);
}
const ACTIONS = {
  a: accept, r: reject, m: merge, t: nextTarget, x: takeOut, z: undo, d: download, s: nextSort,
  u: () => show("units"), e: () => show("events"), Enter: lookInto, Escape: () => show("units"),
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
  PageDown: () => move(10), PageUp: () => move(-10), Home: () => go(0), End: () => go(Infinity),
  f: () => { show("events"); el("only-unit").focus(); },
  o: () => { el("only-state").value = el("only-state").value === "open" ? "" : "open"; show("events"); },
};
Array.from("1234567890-").forEach((key, place) => { ACTIONS[key] = () => relabel(place); });

document.addEventListener("keydown", (event) => {
  const inside = event.composedPath()[0];
  const undoing = (event.ctrlKey || event.metaKey) && event.key === "z";
  if ((event.ctrlKey || event.metaKey || event.altKey) && !undoing) return;
  if (inside.closest?.("input, select, textarea")) {
    if (event.key === "Escape") { inside.blur(); event.preventDefault(); event.stopPropagation(); }
    return;
  }
  // A button keeps its own Enter; everything else is a key of the page, wherever the focus is.
  if (event.key === "Enter" && inside.closest?.("button, a, summary")) return;
  const action = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}, true);

const clicks = {
  accept, reject, merge, undo, download, "take-out": takeOut, "start-over": startOver,
  "to-units": () => show("units"), "to-events": () => show("events"), "look-into": lookInto,
};
for (const id in clicks) el(id).addEventListener("click", clicks[id]);
el("target").addEventListener("change", () => { target = Number(el("target").value); });
el("relabel").addEventListener("change", () => {
  const category = el("relabel").value;
  el("relabel").value = "";
  if (category !== "") relabel(Number(category));
});
for (const id of ["only-unit", "only-category", "only-state", "least-snr", "least-uv", "sort", "descending"])
  el(id).addEventListener("change", () => { at.events = 0; show("events"); });
for (const name of ["units", "events"]) {
  const selected = tables[name].source.selected;
  selected.connect(selected.properties.indices.change, () => {
    if (selecting || !selected.indices.length || mode !== name) return;
    at[name] = selected.indices[0];
    offer();
    draw();
  });
}

recall();
show("units");
document.body.dataset.ready = "yes";
