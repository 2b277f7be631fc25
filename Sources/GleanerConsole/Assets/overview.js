// The overview's charts, drawn anew by Chart.js over the server's pictures: values at the pointer, a way from a point to its
// exchanges, and PNG. What they show is read from the tables below them; without it the pictures stay.

const place = document.querySelector(".curves[data-script]");
const sections = [...document.querySelectorAll(".curve")];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (text) => (text === "" || text === undefined ? null : Number(text));

// MARK: Reading the page

/** Points of a chart, the oldest first, as its table has them. */
function points(section) {
  return [...section.querySelectorAll("tr[data-at]")].reverse().map((row) => ({
    at: Number(row.dataset.at), value: number(row.dataset.value), low: number(row.dataset.low), high: number(row.dataset.high),
    other: number(row.dataset.other), otherLow: number(row.dataset.otherLow), otherHigh: number(row.dataset.otherHigh),
    cells: [...row.cells].map((cell) => cell.textContent), path: row.querySelector("a").getAttribute("href"), otherPath: row.querySelector("[data-other-path]")?.getAttribute("href") ?? null,
  }));
}

const events = [...document.querySelectorAll("#events li")].map((item) => (
  { at: Number(item.dataset.at), title: item.dataset.title }));

// MARK: Words of axes

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const money = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 3 });

function shown(value, unit) {
  switch (unit) {
    case "share": return `${Number((value * 100).toPrecision(3))} %`;
    case "milliseconds": return value < 10_000 ? `${whole.format(value)} ms` : `${compact.format(value / 1000)} s`;
    case "dollars": return money.format(value);
    default: return compact.format(value);
  }
}

const day = 86_400_000;

/** Days and times in UTC, as the steps are. */
function moment(at, seconds) {
  const text = new Date(at).toISOString();
  return seconds * 1000 >= day || at % day === 0 ? text.slice(5, 10) : text.slice(11, 16);
}

/** Some of the points' own times, so that ticks are where steps begin; of several days, where days do. */
function steps(all, most) {
  const times = all.map((point) => point.at);
  const days = times.filter((at) => at % day === 0);
  const fitting = times.at(-1) - times[0] > 2 * day && days.length ? days : times;
  const every = Math.max(1, Math.ceil(fitting.length / most));
  return fitting.filter((_, index) => index % every === 0);
}

// MARK: Drawing

/** Upright lines where something was changed. */
const marks = {
  id: "gleaner-events",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea: area, scales: { x } } = chart;
    ctx.save();
    ctx.strokeStyle = colour("--quiet");
    ctx.setLineDash([4, 3]);
    for (const event of events) {
      const across = x.getPixelForValue(event.at);
      if (across < area.left || across > area.right) continue;
      ctx.beginPath();
      ctx.moveTo(across, area.top);
      ctx.lineTo(across, area.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
};

/** Pictures that are saved have a ground. */
const ground = {
  id: "gleaner-ground",
  beforeDraw(chart) {
    chart.ctx.save();
    chart.ctx.fillStyle = colour("--surface");
    chart.ctx.fillRect(0, 0, chart.width, chart.height);
    chart.ctx.restore();
  },
};

/** A point without neighbours has no band: an upright stroke holds its interval. */
const strokes = {
  id: "gleaner-strokes",
  afterDatasetsDraw(chart) {
    const { ctx, scales: { x, y } } = chart;
    for (const { kind, backgroundColor, lone } of chart.data.datasets.filter((set) => set.lone)) {
      ctx.save();
      ctx.strokeStyle = backgroundColor;
      ctx.setLineDash(kind === "one" ? [] : [5, 4]);
      for (const point of lone) {
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(point.at), y.getPixelForValue(point.low));
        ctx.lineTo(x.getPixelForValue(point.at), y.getPixelForValue(point.high));
        ctx.stroke();
      }
      ctx.restore();
    }
  },
};

function side(all, label, kind, tone, names) {
  const at = (index) => all[index]?.[names[0]] ?? null;
  const isLone = (index) => at(index) !== null && at(index - 1) === null && at(index + 1) === null;
  const line = { label, kind, data: all.map((point) => ({ x: point.at, y: point[names[0]] })), borderColor: tone, backgroundColor: tone,
    borderWidth: 2, pointRadius: all.map((_, index) => (all.length <= 60 || isLone(index) ? 2.5 : 0)), pointHoverRadius: 5,
    pointHitRadius: 12, spanGaps: false, tension: 0,
    lone: all.filter((point, index) => isLone(index) && point[names[1]] !== null)
      .map((point) => ({ at: point.at, low: point[names[1]], high: point[names[2]] })) };
  const edge = (name, more) => ({ label: "", kind: "edge", data: all.map((point) => ({ x: point.at, y: point[name] })), borderWidth: 0,
    pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0, backgroundColor: faint(tone), spanGaps: false, ...more });
  if (!all.some((point) => point[names[1]] !== null)) return [line];
  return [line, edge(names[2], { fill: "+1" }), edge(names[1], {})];
}

/** A tone that what is behind it shines through; variables are written as #rrggbb. */
function faint(tone) {
  const hex = tone.replace("#", "");
  const [red, green, blue] = [0, 2, 4].map((place) => parseInt(hex.slice(place, place + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, 0.2)`;
}

function draw(Chart, section) {
  const all = points(section);
  if (!all.length) return null;
  const { unit, first, second } = section.dataset;
  const heading = section.querySelector("h3").textContent;
  // One point alone is in the middle.
  const beside = all.length > 1 ? 0 : Number(section.dataset.seconds) * 500;
  const [one, two, quiet, line] = ["--accent", "--warn", "--quiet", "--line"].map(colour);
  const sides = [...side(all, first || heading, "one", one, ["value", "low", "high"])];
  if (second) sides.push(...side(all, second, "two", two, ["other", "otherLow", "otherHigh"]));

  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${heading}; the numbers are in the table below`);
  const frame = document.createElement("div");
  frame.className = "canvas";
  frame.append(canvas);
  section.querySelector("[data-drawn]").replaceChildren(frame);

  const chart = new Chart(canvas, {
    type: "line", data: { datasets: sides }, plugins: [ground, marks, strokes],
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, parsing: true,
      interaction: { mode: "index", intersect: false }, layout: { padding: 4 },
      scales: {
        x: { type: "linear", min: all[0].at - beside, max: all.at(-1).at + beside, grid: { color: line },
          ticks: { color: quiet, maxTicksLimit: 7, maxRotation: 0, callback: (at) => moment(at, Number(section.dataset.seconds)) },
          afterBuildTicks: (axis) => { axis.ticks = steps(all, 7).map((value) => ({ value })); } },
        y: { beginAtZero: ["count", "dollars", "tokens"].includes(unit), grid: { color: line },
          ticks: { color: quiet, maxTicksLimit: 5, callback: (value) => shown(value, unit) } },
      },
      plugins: {
        legend: { display: false },
        tooltip: { filter: (item) => item.dataset.kind !== "edge", callbacks: {
          title: (items) => (items.length ? `${all[items[0].dataIndex].cells[0].trim()} UTC` : ""),
          label: (item) => says(section, all[item.dataIndex], item.dataset) } },
      },
      onHover: (event, items) => { canvas.style.cursor = items.length ? "pointer" : "default"; },
      onClick: (event, items, drawn) => {
        const path = behind(all, drawn, event, items);
        if (path) location.assign(path);
      },
    },
  });
  return chart;
}

/** The exchanges of the nearest of the points at one time: each side has its own. */
function behind(all, chart, event, items) {
  const sides = items.map((item) => ({ ...item, kind: chart.data.datasets[item.datasetIndex].kind }))
    .filter((item) => item.kind !== "edge" && !item.element.skip)
    .sort((a, b) => Math.abs(a.element.y - event.y) - Math.abs(b.element.y - event.y));
  if (!sides.length) return null;
  return sides[0].kind === "two" ? all[sides[0].index].otherPath : all[sides[0].index].path;
}

/** What a point is, in the words of its row. */
function says(section, point, set) {
  const hasIntervals = section.querySelectorAll("thead th").length > (section.dataset.second ? 4 : 3);
  const cell = set.kind === "one" ? 1 : hasIntervals ? 4 : 3;
  const interval = hasIntervals && point.cells[cell + 1] ? ` (95 %: ${point.cells[cell + 1]})` : "";
  return `${set.label}: ${point.cells[cell]}${interval}`;
}

// MARK: Saving

function offerPicture(section, chart) {
  const button = section.querySelector("[data-png]");
  button.hidden = false;
  button.onclick = () => chart.canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${section.id}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

let charts = [];
function drawAll(Chart) {
  for (const chart of charts) chart.destroy();
  charts = sections.map((section) => {
    const chart = draw(Chart, section);
    if (chart) offerPicture(section, chart);
    return chart;
  }).filter(Boolean);
  document.documentElement.dataset.drawn = charts.length;
}

if (place && sections.length) {
  try {
    await import(place.dataset.script);
    const Chart = globalThis.Chart;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawAll(Chart);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(Chart));
  } catch (error) {
    console.warn("charts stay pictures:", error);
  }
}
