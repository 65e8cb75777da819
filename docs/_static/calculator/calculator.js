"use strict";
/* The page: what is typed and marked goes to the engine, what it finds is shown. Nothing is stored
   and nothing is sent. A gap is never filled: what it leaves open is "not determinable". */

(function () {
  const root = document.getElementById("jia-calculator");
  const D = globalThis.JIASCORES_DEFINITIONS;
  if (!root) return;
  if (!D) {
    root.textContent = "The definitions did not load, so nothing can be computed here.";
    return;
  }
  const E = globalThis.jiascoresEngine(D);
  const R = globalThis.jiascoresReport(D, E);
  const P = globalThis.jiascoresPython(D, E, R.asked);
  const GLOBALS = ["physician_global", "patient_global"];
  const COUNTS = ["active_joints", "active_joints_27", "limited_joints"];
  const MORE = ["chaq", "active_joints_27", "limited_joints"]; // for JADAS27, response and flare alone
  const CATALOGUE = "../generated/catalogue.html";
  const OVERVIEW = ["jadas10", "cjadas10"]; // the scores side by side; the others are folded
  const PAUSE = 600; // ms without a change, after which what changed is said

  // ------------------------------------------------------------------ small helpers
  function attributed(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(Infinity).filter(Boolean));
    return made;
  }
  const el = (tag, attributes = {}, ...children) =>
    attributed(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    attributed(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

  function button(text, act) {
    const made = el("button", { type: "button", class: "jia-button" }, text);
    made.addEventListener("click", act);
    return made;
  }
  /* Radio buttons that look like a row of buttons. */
  function chips({ name, legend, options, chosen = null, act = update }) {
    const inputs = {};
    const labels = options.map(([value, text, picture = null]) => {
      inputs[value] = el("input", { type: "radio", name, value, id: `${name}-${value}`.replaceAll(" ", "-") });
      inputs[value].addEventListener("change", () => act(value));
      return el("label", { class: "jia-chip" }, inputs[value], picture, el("span", {}, text));
    });
    const choose = (value) => {
      for (const [key, input] of Object.entries(inputs)) input.checked = key === value;
    };
    choose(chosen);
    const box = el(
      "div",
      { class: "jia-chips", role: "radiogroup", "aria-label": legend },
      el("div", { class: "jia-legend", "aria-hidden": "true" }, legend),
      el("div", { class: "jia-row" }, ...labels)
    );
    const value = () => Object.keys(inputs).find((key) => inputs[key].checked) || null;
    return { box, choose, value };
  }
  function selection(id, label, options) {
    const select = el("select", { id }, ...options.map(([value, text]) => el("option", { value }, text)));
    select.addEventListener("change", update);
    return { box: el("div", { class: "jia-field" }, el("label", { for: id }, label), select), select };
  }

  // ------------------------------------------------------------------ undo
  const done = [];
  const undoButtons = [];
  function remember(what, back) {
    done.push({ what, back });
    sayUndo();
  }
  function undo() {
    const last = done.pop();
    if (!last) return;
    last.back();
    sayUndo();
    update();
  }
  function sayUndo() {
    for (const one of undoButtons) {
      one.textContent = done.length ? `Undo: ${done[done.length - 1].what}` : "Undo";
      one.setAttribute("aria-disabled", String(!done.length));
    }
  }
  function undoButton() {
    undoButtons.push(button("Undo", undo));
    return undoButtons[undoButtons.length - 1];
  }

  // ------------------------------------------------------------------ both visits
  const markers = D.markers.flatMap((name) =>
    Object.keys(D.variables[name].units).map((unit) => [`${name}|${unit}`, `${name.toUpperCase()} ${unit}`])
  );
  const scales = { "0-10": "0–10", mm: "0–100 mm" };
  const category = selection("jia-category", "ILAR category", [
    ["", "not chosen"],
    ...D.ilar_categories.map((name) => [name, R.words(name)]),
  ]);
  const scale = chips({ name: "jia-scale", legend: "Globals are recorded as", options: Object.entries(scales) });
  const marker = chips({ name: "jia-marker", legend: "Acute-phase reactant", options: markers });
  const setup = el(
    "fieldset",
    { class: "jia-card" },
    el("legend", {}, "For every visit"),
    category.box,
    el("div", { class: "jia-pair" }, scale.box, marker.box)
  );
  function reactant() {
    const [name = null, unit = null] = (marker.value() || "").split("|").filter(Boolean);
    return { name, unit };
  }

  // ------------------------------------------------------------------ one visit
  function visit(number, title, hint) {
    const marks = {};
    const id = (name) => `jia-${name}-${number}`;
    const fields = {};

    function field(name) {
      const input = el("input", {
        id: id(name),
        type: "text",
        inputmode: D.variables[name].whole ? "numeric" : "decimal",
        autocomplete: "off",
        "aria-describedby": `${id(name)}-unit ${id(name)}-error`,
      });
      input.addEventListener("input", update);
      const unit = el("span", { id: `${id(name)}-unit`, class: "jia-unit" });
      const error = el("span", { id: `${id(name)}-error`, class: "jia-error" });
      const label = el("label", { for: id(name) }, R.LABELS[name]);
      const box = el("div", { class: "jia-field" }, label, el("div", { class: "jia-typed" }, input, unit), error);
      fields[name] = { input, unit, error, box };
      return box;
    }
    function refuse(name, why) {
      fields[name].error.textContent = why;
      if (why) fields[name].input.setAttribute("aria-invalid", "true");
      else fields[name].input.removeAttribute("aria-invalid");
    }

    const mode = chips({
      name: id("joints"),
      legend: "Joints",
      options: [["draw", "mark them"], ["type", "type counts"]],
      chosen: "draw",
    });
    const drawing = globalThis.jiascoresJoints(D, { el, svg, button, chips }, {
      number, marks, changed: update, remember, undo, undoButton: undoButton(),
    });
    const counts = el("div", { class: "jia-fields" }, field("active_joints"));
    const further = el("div", { class: "jia-fields" }, ...MORE.map(field));
    const more = el(
      "details",
      { class: "jia-more" },
      el("summary", {}, number === 2 ? "More: CHAQ, counts and fever" : "More: CHAQ and counts, for response, flare and JADAS27"),
      further
    );
    const box = el(
      "fieldset",
      { class: "jia-card", id: id("visit") },
      el("legend", {}, title),
      hint && el("p", { class: "jia-hint" }, hint),
      el("div", { class: "jia-fields" }, ...[...GLOBALS, ...D.markers].map(field)),
      more,
      mode.box,
      counts,
      drawing.box
    );
    const criteria = D.flare_criteria.find((one) => one.fever_above !== null);
    const fever = selection(
      id("fever"),
      `Fever > ${criteria.fever_above} °C on ≥ ${criteria.fever_days} consecutive days, not due to infection`,
      [["", "unknown"], ["1", "yes"], ["0", "no"]]
    );
    if (number === 2) further.append(field("highest_temperature"), fever.box);

    function globalError(name, unit, text, error) {
      if (unit === null) return `${text}: say above how globals are recorded`;
      const fits = unit !== "mm" && E.read(name, text, "mm").error === undefined;
      return fits ? `${error}; if these are millimetres, choose ${scales.mm} above` : error;
    }
    function unitOf(name) {
      if (GLOBALS.includes(name)) return scale.value();
      return D.markers.includes(name) ? reactant().unit : D.variables[name].unit;
    }
    /* What stands behind a field: the unit, and where it is another one, what the number becomes. */
    function unitWords(name, unit, value) {
      if (unit === null || unit === "joints") return "";
      const own = D.variables[name].unit;
      const shown = scales[unit] || unit.replace("-", "–");
      if (unit === own || E.missing(value)) return shown;
      return `${shown} = ${E.shown(value)}${own in scales ? "" : ` ${own}`}`;
    }

    function read() {
      const values = {};
      const units = {};
      const typed = {};
      const below = {};
      const drawn = mode.value() === "draw";
      counts.hidden = drawn;
      drawing.box.hidden = !drawn;
      for (const [name, { input, unit, box: around }] of Object.entries(fields)) {
        const used = !D.markers.includes(name) || name === reactant().name;
        around.hidden = !used || (drawn && COUNTS.includes(name));
        units[name] = unitOf(name);
        typed[name] = input.value.trim();
        const asked = used && !(drawn && COUNTS.includes(name));
        const { value, error = "", span } = asked ? E.read(name, input.value, units[name]) : { value: NaN };
        values[name] = value;
        if (span) below[name] = span;
        refuse(name, error && GLOBALS.includes(name) ? globalError(name, units[name], typed[name], error) : error);
        unit.textContent = unitWords(name, units[name], value);
      }
      const spans = drawn ? E.counts(marks) : {};
      if (!drawn) {
        const why = E.inconsistent(values.active_joints, values.active_joints_27);
        if (why) {
          refuse("active_joints_27", why);
          values.active_joints = values.active_joints_27 = NaN;
        }
      }
      for (const name of COUNTS) {
        if (drawn) values[name] = spans[name].value;
        else spans[name] = { low: values[name], high: values[name], value: values[name] };
      }
      if (MORE.some((name) => fields[name].error.textContent)) more.open = true;
      const counted = drawn ? drawing.tell(spans, R.spanWords) : "";
      const errors = Object.keys(fields).map((name) => [
        `error ${name} ${number}`,
        fields[name].error.textContent && `${R.LABELS[name]}: ${fields[name].error.textContent}`,
      ]);
      return {
        values, units, typed, marks, drawn,
        spans: { ...spans, ...below },
        marker: reactant().name,
        fever: fever.select.value === "" ? NaN : Number(fever.select.value),
        facts: [[`joints ${number}`, counted && `Visit ${number}: ${counted}`], ...errors],
      };
    }

    function snapshot() {
      return {
        typed: Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input.value])),
        fever: fever.select.value,
        marks: { ...marks },
      };
    }
    function restore({ typed, fever: known, marks: found }) {
      for (const [name, { input }] of Object.entries(fields)) input.value = typed[name] || "";
      fever.select.value = known;
      drawing.replace(found);
    }
    return { box, more, read, snapshot, restore };
  }

  // ------------------------------------------------------------------ results
  const opened = new Set();
  /* Details that stay as the reader left them when the results are written anew. */
  function details(key, summary, ...children) {
    const made = el("details", { open: opened.has(key), "data-key": key }, el("summary", {}, summary), ...children);
    made.addEventListener("toggle", () => (made.open ? opened.add(key) : opened.delete(key)));
    return made;
  }
  const link = (definition) =>
    el("a", { href: `${CATALOGUE}#${definition.anchor}`, "data-name": definition.name }, definition.title);
  const badge = (evidence) => el("span", { class: `evidence evidence-${evidence.split(",")[0]}` }, evidence);
  const sign = (inclusive) => (inclusive ? "≤" : "<");

  function gaps(found) {
    const lines = R.needed(found);
    if (!lines.length) return null;
    const folded = D.scores.filter(({ name }) => !OVERVIEW.includes(name)).map(({ label }) => label);
    const isMore = ([, left]) => left.split(", ").every((one) => folded.includes(one));
    const list = (those) =>
      el("ul", {}, ...those.map(([what, left]) => el("li", {}, el("strong", {}, what), ` for ${left}`)));
    const [first, more] = [lines.filter((line) => !isMore(line)), lines.filter(isMore)];
    return el(
      "div",
      { class: "jia-needed" },
      first.length ? [el("h3", {}, "Still needed"), list(first)] : null,
      more.length ? details("needed", "More", list(more)) : null
    );
  }

  /* The states of one set side by side, with the score of one or both visits on them. */
  function band(definition, bounds, on) {
    const width = 100 / bounds.states.length;
    const known = on.flatMap(({ state }) => (state === null ? [] : [state]));
    const parts = bounds.states.map((state) => {
      const { fill, ink } = D.state_colours[state];
      const here = known.includes(state);
      return el("span", {
        class: here ? "jia-state jia-here" : "jia-state",
        "data-state": state,
        style: `--fill: ${fill}; --ink: ${ink}`,
      }, R.words(state));
    });
    const limits = bounds.steps.map(({ upper, inclusive }, at) =>
      el("span", { style: `left: ${(at + 1) * width}%` }, `${sign(inclusive)} ${upper}`)
    );
    // A score on a bound is drawn inside the state that it belongs to.
    const across = (value) => {
      const place = E.place(bounds, definition.high, value) * bounds.states.length;
      const state = E.state({ bounds: [bounds] }, bounds.measure, bounds.course, value);
      const at = bounds.states.indexOf(state);
      return Math.min(Math.max(place, at + 0.04), at + 0.96) * width;
    };
    const pins = on
      .filter(({ span }) => !E.missing(span.low))
      .map(({ span, number }) => {
        const [left, right] = [across(span.low), across(span.high)];
        const style = `left: ${left}%; width: ${right - left}%`;
        return el("span", { class: left < right ? "jia-pin jia-range" : "jia-pin", style }, number);
      });
    const said = on.map(({ number, state, ends }) =>
      `${number ? `visit ${number}: ` : ""}${R.stateWords({ state, ends })}`
    );
    return el(
      "div",
      { class: "jia-band", role: "img", "aria-label": `${said.join(", ")}; ${R.words(bounds.rule)}` },
      el("div", { class: "jia-pins" }, ...pins),
      el("div", { class: "jia-states" }, ...parts),
      el("div", { class: "jia-limits" }, ...limits)
    );
  }

  function setRow({ definition, spans }, { set, visits }) {
    const two = visits.length > 1;
    const on = visits.map(({ bounds, state, ends }, at) => ({
      bounds, state, ends, span: spans[at], number: two ? String(at + 1) : "",
    }));
    // A course by joints may differ between the visits, and so do the bounds.
    const kinds = [...new Set(on.map(({ bounds }) => bounds))].filter((bounds) => bounds !== null);
    return kinds.map((bounds) =>
      el(
        "li",
        { class: "jia-set" },
        el(
          "div",
          {},
          link(set),
          el("small", {}, bounds.course === D.any_course ? "any course" : bounds.course,
            kinds.length > 1 ? `, visit ${on.findIndex((one) => one.bounds === bounds) + 1}` : "", badge(bounds.evidence))
        ),
        band(definition, bounds, on.filter((one) => one.bounds === bounds))
      )
    );
  }

  function scoreBlock(score, marked) {
    const { definition, spans, sets } = score;
    const label = R.label(definition, marked);
    const known = spans.some((span) => !E.missing(span.low));
    const rows = known ? sets.flatMap((one) => setRow(score, one)) : [];
    return el(
      "section",
      { class: "jia-score", "data-score": definition.name },
      el(
        "h3",
        {},
        `${label} `,
        spans.map((span, at) => [
          at ? " → " : "",
          el("span", { class: E.missing(span.value) ? "jia-open" : "jia-value" }, R.spanWords(span)),
        ])
      ),
      rows.length ? el("ul", { class: "jia-sets" }, ...rows) : null
    );
  }

  /* The set that a reader goes by: its row stands out, and it is in the line to copy. The address of
     the page keeps it, so that a bookmark or a reload does. */
  const IN_ADDRESS = "#set=";
  let chosenSet = D.cutoff_sets.find(({ name }) => location.hash === IN_ADDRESS + name) || null;
  function overview(found) {
    const columns = found.results.scores.filter(({ definition }) => OVERVIEW.includes(definition.name));
    const sets = D.cutoff_sets.filter((set) => columns.some(({ sets: those }) => those.some((one) => one.set === set)));
    const value = (spans) => spans.map(R.spanWords).join(" → ");
    const heads = columns.map(({ definition, spans }) => [R.label(definition, found.marker), value(spans)]);
    const cell = ({ sets: those }, set, at) => {
      const one = those.find((each) => each.set === set);
      const known = one && one.visits.some(({ bounds }) => bounds !== null);
      const words = known ? one.visits.map(R.stateWords).join(" → ") : "–";
      return el("td", { "data-label": heads[at][0] }, words);
    };
    return el(
      "table",
      { class: "jia-table jia-overview" },
      el("caption", {}, "States by each cut-off set. ",
        el("span", { class: "jia-screen" }, "Choose the one that you go by.")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Cut-off set"),
        ...heads.map(([label, words]) => el("th", { scope: "col" }, `${label} `, el("span", { class: "jia-value" }, words))))),
      el(
        "tbody",
        {},
        ...sets.map((set) => {
          const input = el("input", { type: "radio", name: "jia-set", value: set.name, id: `jia-set-${set.name}`, checked: set === chosenSet });
          input.addEventListener("change", () => {
            chosenSet = set;
            history.replaceState(null, "", IN_ADDRESS + set.name);
            update();
            document.getElementById(input.id).focus();
          });
          const outside = set.never_seen.includes(found.category) && "made without such children";
          return el(
            "tr",
            { class: set === chosenSet ? "jia-chosen" : null },
            el("th", { scope: "row" }, el("label", { class: "jia-choice" }, input,
              el("span", {}, set.title, outside && el("small", {}, outside)))),
            ...columns.map((column, at) => cell(column, set, at))
          );
        })
      )
    );
  }

  function reasonsTable(one, visits) {
    const heads = ["Variable", "Visit 1", "Visit 2", "Change", "Counts as"];
    return el(
      "table",
      { class: "jia-table" },
      el("caption", {}, `The six variables by ${one.criteria.title}`),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el(
        "tbody",
        {},
        ...R.reasons(one, visits).map(([label, ...cells]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, label),
            ...cells.map((cell, at) => el("td", { "data-label": heads[at + 1] }, cell))
          )
        )
      )
    );
  }
  function verdicts(kind, results, wording, visits) {
    if (!results.length) return null;
    return el(
      "section",
      { class: "jia-verdicts", "data-kind": kind },
      el("h3", {}, R.HEADS[kind]),
      ...results.map((one) => {
        const { criteria } = one;
        const verdict = wording(one);
        const open = verdict.startsWith(R.OPEN) || one.refused;
        const extra = one.each ? R.beside(one, visits) : "";
        return details(
          `${kind} ${criteria.name}`,
          [
            el("span", { class: open ? "jia-open" : "jia-value" }, verdict),
            el("span", { class: "jia-by" }, criteria.title, " ", badge(criteria.evidence)),
          ],
          el("p", {}, link(criteria), `: ${R.words(criteria.rule)}.`),
          one.each && el("p", {}, R.tally(one), extra && ` ${extra}`),
          one.each && reasonsTable(one, visits)
        );
      })
    );
  }

  function sources(found) {
    const used = R.used(found);
    const shown = new Set(found.results.scores.flatMap(({ sets }) => sets.map(({ set }) => set.name)));
    const absent = D.cutoff_sets.filter(({ name }) => !shown.has(name)).map(({ title }) => title);
    return [
      used.length
        ? details(
            "sources",
            "Definitions and sources",
            el(
              "dl",
              {},
              ...used.flatMap((one) => [
                el("dt", {}, link(one), " ", badge(one.evidence)),
                el("dd", {}, el("p", {}, String(one.reference)), ...one.notes.map((note) => el("p", {}, note))),
              ])
            )
          )
        : null,
      el(
        "p",
        { class: "jia-hint" },
        "The published sets conflict on the same score; none of them is preferred here." +
          (absent.length ? ` Not shown, because it needs another score: ${absent.join(", ")}.` : "")
      ),
    ];
  }

  function shownResults(found) {
    const { results, visits } = found;
    const any = results.scores.some(({ spans }) => spans.some((span) => !E.missing(span.low)));
    const notes = any ? R.courseNotes(found) : [];
    const both = ["responses", "flares"].map((kind) => {
      const wording = kind === "responses" ? R.responseWords : R.flareWords;
      const asked = R.asked(found, kind);
      const rest = results[kind].filter((one) => !asked.includes(one));
      const block = verdicts(kind, asked, wording, visits);
      if (block && rest.length) {
        const more = verdicts(kind, rest, wording, visits);
        more.firstChild.remove();
        block.append(details(`fever ${kind}`, "With a rule on fever, for systemic arthritis", more));
      }
      return block;
    });
    const change = any && R.courseChange(found);
    return [
      gaps(found),
      change ? el("p", { class: "jia-needed" }, change) : null,
      any ? overview(found) : null,
      any
        ? details("bounds", "JADAS27 and JADAS71, and the bounds of every set",
            ...results.scores.map((score) => scoreBlock(score, found.marker)))
        : null,
      ...notes.map(([names, note]) => el("p", { class: "jia-hint" }, `${names}: ${note}.`)),
      ...(any ? both : []),
      any ? verdicts("changes", results.changes, R.changeWords, visits) : null,
      ...sources(found),
    ].flat().filter((one) => one !== null);
  }

  // ------------------------------------------------------------------ to take along
  const taken = el("textarea", { id: "jia-taken", rows: 10, readonly: true, spellcheck: "false" });
  const takenLabel = el("label", { for: "jia-taken" });
  const takenBox = el("div", { class: "jia-taken", hidden: true }, takenLabel, taken);
  async function take(what, text) {
    taken.value = text;
    takenBox.hidden = false;
    taken.select();
    let copied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copied = document.execCommand("copy");
    }
    takenLabel.textContent = copied ? `${what}, copied` : `${what}: copy it from here`;
    said.textContent = takenLabel.textContent;
  }
  const takeAlong = el(
    "div",
    { class: "jia-actions jia-take" },
    button("Copy one line", () => take("Line", R.line(latest, chosenSet))),
    button("Copy as text", () => take("Text", R.text(latest))),
    button("Copy as Python", () => take("Python", P.python(latest))),
    button("Print", () => window.print())
  );
  const entered = el("div", { class: "jia-entered" });
  /* What was typed, for paper: the fields themselves are not printed. */
  function writeEntered({ category: name, visits }) {
    entered.replaceChildren(
      el("p", {}, `Printed ${new Date().toLocaleDateString("en-GB", { dateStyle: "long" })}. jiascores ${D.version}. ILAR category: ${name ? R.words(name) : "not chosen"}`),
      ...visits.flatMap((one, at) => [
        el("h3", {}, `Visit ${at + 1}`),
        el("ul", {}, ...R.entered(one).map(([label, value]) => el("li", {}, `${label}: ${value}`))),
      ])
    );
  }

  // ------------------------------------------------------------------ the page
  const first = visit(1, "Visit 1", "");
  const second = visit(2, "Visit 2", "Compared with visit 1, which is its baseline and its reference.");
  second.box.hidden = true;
  const more = button("Add a second visit", () => {
    second.box.hidden = !second.box.hidden;
    more.textContent = second.box.hidden ? "Add a second visit" : "Leave out the second visit";
    more.setAttribute("aria-expanded", String(!second.box.hidden));
    // A response needs what stands there.
    first.more.open = second.more.open = !second.box.hidden;
    update();
    if (!second.box.hidden) second.box.querySelector("input").focus();
  });
  more.setAttribute("aria-expanded", "false");
  more.setAttribute("aria-controls", "jia-visit-2");
  const wipe = button("Clear everything", () => {
    const before = [first.snapshot(), second.snapshot(), category.select.value, scale.value(), marker.value()];
    const set = ([one, two, name, how, what]) => {
      first.restore(one);
      second.restore(two);
      category.select.value = name;
      scale.choose(how);
      marker.choose(what);
    };
    const empty = { typed: {}, fever: "", marks: {} };
    set([empty, empty, "", null, null]);
    remember("clear everything", () => set(before));
    update();
  });
  const results = el("div", { class: "jia-found" });
  const said = el("p", { class: "jia-said", role: "status" });
  const summary = el("p", { class: "jia-summary" });
  const bar = el("div", { class: "jia-bar" }, summary, el("a", { href: "#jia-results" }, "Results"));
  const form = el(
    "form",
    { class: "jia-form", autocomplete: "off" },
    el(
      "div",
      { class: "jia-columns" },
      el(
        "div",
        { class: "jia-input" },
        setup,
        first.box,
        second.box,
        el("div", { class: "jia-actions" }, more, wipe, undoButton())
      ),
      el(
        "section",
        { class: "jia-results", "aria-labelledby": "jia-results" },
        el("h2", { id: "jia-results", tabindex: "-1" }, "Results"),
        bar,
        entered,
        results,
        takeAlong,
        takenBox
      )
    ),
    said
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeprint", () => writeEntered(latest));
  /* Nothing is stored, so a reload loses what was entered. */
  window.addEventListener("beforeunload", (event) => {
    if (latest.visits.some((one) => R.entered(one).length)) event.preventDefault();
  });

  let latest = null;
  let spoken = new Map();
  let waiting = 0;
  /* Says politely, and once, what changed since it was said last. */
  function announce(facts) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const changed = facts.filter(([key, line]) => line && spoken.get(key) !== line);
      spoken = new Map(facts);
      if (changed.length) said.textContent = changed.map(([, line]) => line.replace(/\.?$/, ".")).join(" ");
    }, PAUSE);
  }

  function update() {
    const boxes = second.box.hidden ? [first] : [first, second];
    const visits = boxes.map((one) => one.read());
    const name = category.select.value || null;
    latest = { category: name, marker: reactant(), visits, results: E.assess(visits, name) };
    results.replaceChildren(...shownResults(latest));
    summary.replaceChildren(
      ...R.summary(latest).flatMap((part, at) => [at ? " · " : "", el("span", {}, part)])
    );
    writeEntered(latest);
    takenBox.hidden = true;
    const facts = [...visits.flatMap((one) => one.facts), ...R.facts(latest)];
    if (spoken.size) announce(facts);
    else spoken = new Map(facts);
  }

  root.replaceChildren(form);
  sayUndo();
  update();
})();
