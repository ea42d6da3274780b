"use strict";
/* Draws the charts of the page from the data within it; asks nothing of any network. */
(function () {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const settings = {
    responsive: true, displaylogo: false, scrollZoom: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };
  const drawn = new Set();
  for (const chart of Object.values(charts)) {
    if (chart.same_as) {
      const { data, layout, variants, table } = charts[chart.same_as];
      Object.assign(chart, { data, layout, variants, table });
    }
  }

  function controls(name) {
    return charts[name].choices.map((choice, n) => document.getElementById(name + "-" + n));
  }

  function key(name) {
    return controls(name)
      .map((control, n) => (charts[name].choices[n].slider
        ? charts[name].choices[n].values[Number(control.value)] : control.value))
      .join("|");
  }

  /* A trace with what a variant changes in it, one level into the objects that it holds. */
  function changed(trace, changes) {
    const made = Object.assign({}, trace);
    for (const [name, value] of Object.entries(changes)) {
      const inner = value !== null && typeof value === "object" && !Array.isArray(value);
      made[name] = inner ? Object.assign({}, trace[name], value) : value;
    }
    return made;
  }

  function traces(name) {
    const chart = charts[name];
    const variant = chart.variants[key(name)];
    if (!variant) return chart.choices.length ? [] : chart.data;
    if (variant.data) return variant.data;
    const moved = variant.traces || {};
    return chart.data.map((trace, n) => (n in moved ? changed(trace, moved[n]) : Object.assign({}, trace)));
  }

  /* A text as it was before it was written for plotly, which reads tags. */
  function decoded(text) {
    const area = document.createElement("textarea");
    area.innerHTML = String(text);
    return area.value;
  }

  function cell(kind, text, number) {
    const made = document.createElement(kind);
    made.textContent = decoded(text);
    if (number) made.className = "number";
    if (kind === "th") made.scope = number === undefined ? "row" : "col";
    return made;
  }

  /* What is drawn as a table: a row for every point on the common axis, a column for each trace. */
  function tabulate(name) {
    const place = document.getElementById(name + "-table");
    if (!place) return;
    const shown = traces(name).filter((trace) => trace.name && Array.isArray(trace.x) && trace.x.length);
    const rows = new Map();
    // The last point of stairs is there only to close the last of them.
    const steps = (trace) => (trace.line && trace.line.shape === "hv" ? trace.x.slice(0, -1) : trace.x);
    shown.forEach((trace, n) => steps(trace).forEach((x, i) => {
      if (!rows.has(String(x))) rows.set(String(x), []);
      rows.get(String(x))[n] = trace.y[i];
    }));
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    const axis = charts[name].layout.xaxis;
    head.append(cell("th", (axis && axis.title && axis.title.text) || "", false));
    shown.forEach((trace) => head.append(cell("th", trace.name, true)));
    const body = table.createTBody();
    for (const [x, values] of rows) {
      const row = body.insertRow();
      row.append(cell("th", x));
      shown.forEach((trace, n) => row.append(
        cell("td", typeof values[n] === "number" ? values[n].toLocaleString("en") : "", true)));
    }
    const around = document.createElement("div");
    around.className = "table";
    around.tabIndex = 0;
    around.setAttribute("role", "region");
    around.setAttribute("aria-label", "Table of what the chart shows");
    around.append(table);
    place.replaceChildren(around);
  }

  function tell(name) {
    const told = document.getElementById(name + "-told");
    if (!told) return;
    const variant = charts[name].variants[key(name)];
    told.textContent = variant ? variant.words : "Nothing is there to show for this choice.";
  }

  /* In a narrow window a finger that moves over a chart scrolls the page. */
  function fitted(layout) {
    return window.innerWidth < 640 ? Object.assign({}, layout, { dragmode: false }) : layout;
  }

  function draw(name) {
    const place = document.getElementById(name);
    drawn.add(name);
    tell(name);
    tabulate(name);
    const layout = (charts[name].variants[key(name)] || {}).layout || charts[name].layout;
    place.style.minHeight = (layout.height || 400) + "px";
    return window.Plotly.react(place, traces(name), fitted(layout), settings)
      .then(() => { place.dataset.drawn = key(name) || "once"; });
  }

  function changedControl(event) {
    const control = event.target;
    const name = control.dataset.chart;
    const choice = charts[name].choices[controls(name).indexOf(control)];
    if (choice.slider) {
      const words = choice.words[Number(control.value)];
      control.setAttribute("aria-valuetext", words);
      document.getElementById(control.id + "-shown").textContent = words;
    }
    draw(name);
  }

  function drawAll() {
    Object.keys(charts).filter((name) => !drawn.has(name)).forEach(draw);
  }

  /* One chart after the other, so that the page answers while it draws. */
  function drawNext(names) {
    if (!names.length) {
      document.documentElement.dataset.ready = "yes";
      return;
    }
    const [first, ...rest] = names;
    const step = () => (drawn.has(first) ? Promise.resolve() : draw(first))
      .then(() => window.setTimeout(() => drawNext(rest), 0));
    if (window.requestAnimationFrame && !document.hidden) window.requestAnimationFrame(step);
    else step();
  }

  for (const name of Object.keys(charts)) {
    controls(name).forEach((control) => control.addEventListener("input", changedControl));
  }
  window.addEventListener("beforeprint", drawAll);
  drawNext(Object.keys(charts));
})();
