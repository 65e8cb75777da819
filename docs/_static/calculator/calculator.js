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
  const OPEN = "not determinable";
  const MARKS = [
    ["active", "active", { active: true, limited: false }],
    ["limited", "limited", { active: false, limited: true }],
    ["both", "active and limited", { active: true, limited: true }],
    ["normal", "examined, normal", { active: false, limited: false }],
    ["none", "not examined", null],
  ];
  const GLOBALS = ["physician_global", "patient_global"];
  const COUNTS = ["active_joints", "active_joints_27", "limited_joints"];
  const SHORT = {
    physician_global: "Physician global (PhGA)",
    patient_global: "Patient or parent global (PtGA)",
    chaq: "CHAQ disability index",
    active_joints: "Active joints of the 71",
    active_joints_27: "Active joints of the 27",
    limited_joints: "Limited joints of the 71",
    esr: "ESR",
    crp: "CRP",
    highest_temperature: "Highest temperature in the preceding days",
  };
  const UNITS = { "0-10": "0–10", "0-100": "0–100", "0-3": "0–3" };
  const unitWords = (unit) => UNITS[unit] || unit;

  // ------------------------------------------------------------------ small helpers
  function el(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }
  function svg(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  const words = (name) => name.replaceAll("_", " ").replace(" rf ", " RF ");
  const fixed = (value) => E.shown(value);
  const badge = (evidence) => el("span", { class: `evidence evidence-${evidence}` }, evidence);
  const openWords = (why) =>
    el("span", { class: "jia-open" }, why ? `${OPEN}: ${why}` : OPEN);

  function choice(id, label, options) {
    const select = el(
      "select",
      { id },
      ...options.map(([value, text]) => el("option", { value }, text))
    );
    select.addEventListener("change", update);
    return el("div", { class: "jia-field" }, el("label", { for: id }, label), select);
  }

  // ------------------------------------------------------------------ both visits
  const markers = D.markers.flatMap((name) =>
    Object.keys(D.variables[name].units).map((unit) => [
      `${name}|${unit}`,
      `${name.toUpperCase()} in ${unit}`,
    ])
  );
  const scales = Object.keys(D.variables.physician_global.units)
    .filter((unit) => unit === "0-10" || unit === "mm")
    .map((unit) => [unit, unit === "mm" ? "0–100 mm" : "0–10 (cm or circles)"]);
  const setup = el(
    "fieldset",
    { class: "jia-card" },
    el("legend", {}, "For every visit"),
    el(
      "div",
      { class: "jia-fields" },
      choice("jia-category", "ILAR category", [
        ["", "not chosen"],
        ...D.ilar_categories.map((name) => [name, words(name)]),
      ]),
      choice("jia-scale", "Globals are recorded as", [["", "choose…"], ...scales]),
      choice("jia-marker", "Acute-phase reactant", [["", "choose…"], ...markers])
    )
  );
  const chosen = (id) => root.querySelector(`#jia-${id}`).value;
  function marker() {
    const [name, unit] = chosen("marker").split("|");
    return { name: name || null, unit };
  }

  // ------------------------------------------------------------------ one visit
  function visit(number, title, hint) {
    const marks = {};
    const id = (name) => `jia-${name}-${number}`;
    const inputs = {};

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
      inputs[name] = { input, unit, error };
      const label = el("label", { for: id(name) }, SHORT[name]);
      inputs[name].label = label;
      const row = el("div", { class: "jia-typed" }, input, unit);
      inputs[name].box = el("div", { class: "jia-field" }, label, row, error);
      return inputs[name].box;
    }

    const mode = (value, text) => {
      const button = el("input", { type: "radio", name: id("joints"), value, id: id(value) });
      button.checked = value === "draw";
      button.addEventListener("change", update);
      return el("label", { class: "jia-radio", for: id(value) }, button, ` ${text}`);
    };
    const typed = el("div", { class: "jia-fields" }, ...COUNTS.map(field));
    const body = drawing(number, marks);
    const box = el(
      "fieldset",
      { class: "jia-card", id: id("visit") },
      el("legend", {}, title),
      hint ? el("p", { class: "jia-hint" }, hint) : null,
      el(
        "div",
        { class: "jia-fields" },
        ...GLOBALS.map(field),
        ...D.markers.map(field),
        field("chaq")
      ),
      el(
        "div",
        { class: "jia-modes", role: "radiogroup", "aria-label": `Joints, visit ${number}` },
        el("span", {}, "Joints:"),
        mode("draw", "mark them"),
        mode("type", "type counts")
      ),
      typed,
      body.box
    );
    if (number === 2) {
      const fever = D.flare_criteria.find((one) => one.fever_above !== null);
      box.append(
        el(
          "details",
          { class: "jia-systemic" },
          el("summary", {}, "Fever, for systemic arthritis"),
          el(
            "div",
            { class: "jia-fields" },
            field("highest_temperature"),
            choice(
              id("fever"),
              `Fever > ${fever.fever_above} °C on ≥ ${fever.fever_days} consecutive days, ` +
                "not due to infection",
              [["", "unknown"], ["1", "yes"], ["0", "no"]]
            )
          )
        )
      );
    }

    function read() {
      const scale = chosen("scale");
      const reactant = marker();
      const values = {};
      const spans = {};
      const drawn = box.querySelector(`#${id("draw")}`).checked;
      typed.hidden = drawn;
      body.box.hidden = !drawn;
      for (const [name, parts] of Object.entries(inputs)) {
        const used = !D.markers.includes(name) || name === reactant.name;
        const unit = GLOBALS.includes(name)
          ? scale
          : D.markers.includes(name)
            ? reactant.unit
            : D.variables[name].unit;
        parts.box.hidden = D.markers.includes(name) && !used;
        const unitShown = unit === "joints" ? "" : unitWords(unit || "");
        parts.unit.textContent = unitShown === "mm" ? "0–100 mm" : unitShown;
        const hidden = COUNTS.includes(name) && drawn;
        let found = { value: NaN };
        if (used && !hidden) found = E.read(name, parts.input.value, unit);
        if (found.error === "choose the unit first" && GLOBALS.includes(name)) {
          found.error = "say above how globals are recorded";
        }
        parts.error.textContent = found.error || "";
        parts.input.toggleAttribute("aria-invalid", Boolean(found.error));
        if (found.error) parts.input.setAttribute("aria-invalid", "true");
        values[name] = found.value;
      }
      if (drawn) {
        Object.assign(spans, E.counts(marks));
        for (const name of COUNTS) values[name] = spans[name].value;
      } else {
        const why = E.inconsistent(values.active_joints, values.active_joints_27);
        if (why) {
          inputs.active_joints_27.error.textContent = why;
          inputs.active_joints_27.input.setAttribute("aria-invalid", "true");
          values.active_joints = values.active_joints_27 = NaN;
        }
        for (const name of COUNTS) {
          spans[name] = { low: values[name], high: values[name], value: values[name] };
        }
      }
      body.tell(spans);
      const fever = box.querySelector(`#${id("fever")}`);
      return {
        values,
        spans,
        marker: reactant.name,
        fever: fever && fever.value !== "" ? Number(fever.value) : NaN,
      };
    }

    function clear() {
      for (const { input } of Object.values(inputs)) input.value = "";
      const fever = box.querySelector(`#${id("fever")}`);
      if (fever) fever.value = "";
      body.clear();
    }
    return { box, read, clear, marks, paint: body.paint };
  }

  // ------------------------------------------------------------------ the drawing
  function drawing(number, marks) {
    const { width, height, head, strokes, sides } = D.drawing;
    const picture = svg("svg", {
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": `Joints at visit ${number}. Arrow keys move, space marks, A active, ` +
        "L limited, N examined and normal, delete not examined.",
      class: "jia-body",
    });
    const shape = svg("g", { class: "jia-shape" });
    for (const [thick, points] of strokes) {
      const line = points.map((point) => point.join(",")).join(" ");
      shape.append(svg("polyline", { points: line, "stroke-width": thick }));
    }
    const [hx, hy, rx, ry] = head;
    shape.append(svg("ellipse", { cx: hx, cy: hy, rx, ry }));
    picture.append(shape);
    for (const [side, [x, y]] of Object.entries(sides)) {
      picture.append(svg("text", { x, y, class: "jia-side", "text-anchor": "middle" }, side));
    }
    let brush = "active";
    const groups = {};
    const lists = {};
    let current = D.joints[0].name;

    const nameOf = (mark) =>
      mark ? (mark.active ? (mark.limited ? "both" : "active") : mark.limited ? "limited" : "normal") : "none";
    const said = (key) => MARKS.find(([mark]) => mark === key)[1];

    function set(name, key) {
      const mark = MARKS.find(([known]) => known === key)[2];
      if (mark) marks[name] = { ...mark };
      else delete marks[name];
      paint(name);
    }
    function touch(name) {
      const key = nameOf(marks[name]);
      set(name, key === brush && brush !== "none" ? "normal" : brush);
      update();
    }
    function paint(name) {
      const key = nameOf(marks[name]);
      const joint = D.joints.find((one) => one.name === name);
      groups[name].setAttribute("class", `jia-joint jia-is-${key}`);
      groups[name].setAttribute("aria-label", `${joint.label}: ${said(key)}`);
      groups[name].querySelector("title").textContent = `${joint.label}: ${said(key)}`;
      lists[name].value = key;
    }
    function focusOn(name) {
      groups[current].setAttribute("tabindex", "-1");
      current = name;
      groups[current].setAttribute("tabindex", "0");
      groups[current].focus();
    }
    /* The nearest joint in a direction; sideways steps count double. */
    function neighbour(name, dx, dy) {
      const from = D.joints.find((one) => one.name === name).at;
      let best = null;
      for (const joint of D.joints) {
        const x = joint.at[0] - from[0];
        const y = joint.at[1] - from[1];
        const along = x * dx + y * dy;
        const aside = Math.abs(x * dy) + Math.abs(y * dx);
        if (along <= 0 || joint.name === name) continue;
        const far = along + aside + aside;
        if (best === null || far < best.far) best = { far, name: joint.name };
      }
      return best ? best.name : name;
    }
    const steps = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    };
    const keys = { a: "active", l: "limited", b: "both", n: "normal", Delete: "none", Backspace: "none" };

    for (const joint of D.joints) {
      const [cx, cy, r] = joint.at;
      const group = svg(
        "g",
        { tabindex: joint.name === current ? "0" : "-1", role: "button" },
        svg("title"),
        svg("circle", { cx, cy, r: r + 1.9, class: "jia-hit" }),
        svg("circle", { cx, cy, r, class: "jia-dot" })
      );
      group.addEventListener("click", () => {
        focusOn(joint.name);
        touch(joint.name);
      });
      group.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        if (steps[key]) focusOn(neighbour(joint.name, ...steps[key]));
        else if (key === "Enter" || key === " ") touch(joint.name);
        else if (keys[key]) {
          set(joint.name, keys[key]);
          update();
        } else return;
        event.preventDefault();
      });
      groups[joint.name] = group;
      picture.append(group);
    }

    const brushes = el(
      "div",
      { class: "jia-brushes", role: "radiogroup", "aria-label": "What a click marks" },
      el("span", {}, "A click marks:"),
      ...MARKS.map(([key, text]) => {
        const button = el("input", { type: "radio", name: `jia-brush-${number}`, value: key });
        button.checked = key === brush;
        button.addEventListener("change", () => (brush = key));
        const dot = svg("svg", { viewBox: "0 0 12 12", class: "jia-key", "aria-hidden": "true" },
          svg("g", { class: `jia-joint jia-is-${key}` }, svg("circle", { cx: 6, cy: 6, r: 3.6, class: "jia-dot" })));
        return el("label", { class: "jia-radio" }, button, dot, text);
      })
    );
    const list = el("div", { class: "jia-list" });
    for (const joint of D.joints) {
      const id = `jia-${joint.name}-${number}`;
      const select = el("select", { id }, ...MARKS.map(([key, text]) => el("option", { value: key }, text)));
      select.addEventListener("change", () => {
        set(joint.name, select.value);
        update();
      });
      lists[joint.name] = select;
      list.append(
        el("div", {}, el("label", { for: id }, joint.label, joint.in27 ? " *" : ""), select)
      );
    }
    const action = (text, act) => {
      const button = el("button", { type: "button", class: "jia-button" }, text);
      button.addEventListener("click", () => {
        act(button);
        update();
      });
      return button;
    };
    const counted = el("p", { class: "jia-counted" });
    const frame = el("div", { class: "jia-frame" }, picture);
    const box = el(
      "div",
      { class: "jia-drawing" },
      brushes,
      el(
        "div",
        { class: "jia-actions" },
        action("All other joints are normal", () => {
          for (const joint of D.joints) if (!marks[joint.name]) set(joint.name, "normal");
        }),
        action("Clear joints", clear),
        action("Larger", (button) => {
          const large = frame.classList.toggle("jia-large");
          button.textContent = large ? "Smaller" : "Larger";
        })
      ),
      counted,
      frame,
      el(
        "p",
        { class: "jia-hint" },
        "By keyboard: the arrow keys move from joint to joint and space marks; A, L, B and N mark " +
          "active, limited, both and normal; delete makes it not examined again. A second click " +
          "on a mark makes the joint normal."
      ),
      el(
        "details",
        {},
        el("summary", {}, "The joints as a list"),
        el("p", { class: "jia-hint" }, "* belongs to the 27-joint count."),
        list
      )
    );
    function clear() {
      for (const joint of D.joints) set(joint.name, "none");
    }
    function tell(spans) {
      const span = ({ low, high }) => (low === high ? `${low}` : `${low} to ${high}`);
      const unseen = D.joints.filter((joint) => !marks[joint.name]).length;
      counted.textContent =
        unseen === D.joints.length
          ? `No joint is marked as examined yet, so every count is ${OPEN}.`
          : `Active ${span(spans.active_joints)} of ${D.joints.length}, ` +
            `${span(spans.active_joints_27)} of the 27; limited ${span(spans.limited_joints)}.` +
            (unseen ? ` Not examined: ${unseen}.` : "");
    }
    for (const joint of D.joints) paint(joint.name);
    return { box, clear, tell, paint };
  }

  // ------------------------------------------------------------------ results
  /* A table whose cells say on a narrow screen what column they are of. */
  function table(heads, rows, caption) {
    return el(
      "table",
      { class: "jia-table" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el(
        "tbody",
        {},
        ...rows.map((cells) =>
          el(
            "tr",
            {},
            ...cells.map((cell, at) =>
              at === 0
                ? el("th", { scope: "row" }, ...[cell].flat())
                : el("td", { "data-label": heads[at] }, ...[cell].flat())
            )
          )
        )
      )
    );
  }
  function source(definition) {
    return el(
      "details",
      { class: "jia-source" },
      el("summary", {}, "source"),
      el("p", {}, definition.rule),
      el("p", {}, `${definition.reference} `, badge(definition.evidence)),
      ...definition.notes.map((note) => el("p", {}, note))
    );
  }

  function scoreCell(definition, found) {
    const span = E.scoreSpan(definition, found.values, found.spans, found.marker);
    if (!E.missing(span.value)) return el("strong", {}, fixed(span.value));
    if (!E.missing(span.low)) {
      return openWords(
        `between ${fixed(span.low)} and ${fixed(span.high)}, because of joints not examined`
      );
    }
    const lacking = E.lacks(definition, found.values, found.marker);
    return openWords(`needs ${lacking.map((name) => (name ? SHORT[name] : "ESR or CRP")).join(", ")}`);
  }

  function stateCell(set, definition, found) {
    const span = E.scoreSpan(definition, found.values, found.spans, found.marker);
    const category = chosen("category") || null;
    const { state, course } = E.stateSpan(set, definition.name, category, span, found.spans);
    const bounds = E.boundsOf(set, definition.name, course);
    const under = bounds
      ? el(
          "small",
          {},
          `${bounds.course === D.any_course ? "any course" : bounds.course}: ${words(bounds.rule)} `,
          badge(bounds.evidence)
        )
      : null;
    if (state !== null) {
      return [el("span", { class: `jia-state jia-state-${state}` }, words(state)), under];
    }
    let why = "the score is";
    if (bounds === null) {
      if (!category) why = "choose the ILAR category";
      else why = set.course_notes[category] || "no course";
    }
    return [openWords(why === "the score is" ? "" : why), under];
  }

  function scoresAndStates(visits) {
    const heads = visits.map((_, at) => `Visit ${at + 1}`);
    const scores = table(
      ["Score", ...heads],
      D.scores.map((definition) => [
        [definition.label + (marker().name === "crp" && definition.terms.some((t) => t.either) ? "-CRP" : ""), source(definition)],
        ...visits.map((found) => scoreCell(definition, found)),
      ]),
      "Scores"
    );
    const rows = [];
    const absent = [];
    for (const set of D.cutoff_sets) {
      const here = D.scores.filter((one) => set.bounds.some((bound) => bound.measure === one.name));
      if (!here.length) absent.push(set.name);
      for (const definition of here) {
        rows.push([
          [`${definition.label} · ${set.name}`, source(set)],
          ...visits.map((found) => stateCell(set, definition, found)),
        ]);
      }
    }
    const states = table(["Score and cut-off set", ...heads], rows, "Disease activity states by each cut-off set");
    const note = el(
      "p",
      { class: "jia-hint" },
      "The published sets conflict on the same score; none of them is preferred here." +
        (absent.length ? ` Not shown, because it needs another score: ${absent.join(", ")}.` : "")
    );
    return [scores, states, note];
  }

  function changeWords(earlier, now) {
    if (earlier === 0 && now > 0) return "from 0";
    const percent = E.percentChange(earlier, now);
    if (E.missing(percent)) return "";
    return percent ? `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %` : "0 %";
  }
  function reasons(each, first, second, say) {
    return el(
      "details",
      { class: "jia-source" },
      el("summary", {}, "each variable"),
      el(
        "ul",
        {},
        ...each.map((one) => {
          const [earlier, now] = [first.values[one.name], second.values[one.name]];
          const change = changeWords(earlier, now);
          const known = (found) => {
            const span = found.spans[one.name];
            const open = span && span.low !== span.high && !E.missing(span.low);
            return open ? `${span.low} to ${span.high}` : fixed(found.values[one.name]);
          };
          return el(
            "li",
            {},
            `${SHORT[one.name]}: ${known(first)} → ${known(second)}${change ? ` (${change})` : ""}: ${say(one)}`
          );
        })
      )
    );
  }

  function response(first, second) {
    const rows = D.response_criteria.map((criteria) => {
      const temperature = second.values.highest_temperature;
      const found = E.acrPed(criteria, first.values, second.values, first.marker, temperature);
      const lowest = criteria.levels[0];
      const named = (level) => (level ? `ACR Ped ${level}` : `below ACR Ped ${lowest}`);
      const verdict =
        found.level === null
          ? openWords(`from ${named(found.lowest)} to ${named(found.highest)}`)
          : el("strong", {}, named(found.level));
      const say = (one) =>
        one.unknown
          ? "unknown"
          : one.reached
            ? `improved by ≥ ${one.reached} %`
            : one.worse
              ? "worsened"
              : "unchanged by the criteria";
      const fever = criteria.fever_rule
        ? el("small", {}, `${criteria.fever_rule}: ${E.missing(temperature) ? "not recorded" : fixed(temperature)}`)
        : null;
      return [
        [criteria.name, source(criteria)],
        [verdict, fever],
        reasons(found.each, first, second, say),
      ];
    });
    return table(["Criteria", "Response", "Reasons"], rows, "ACR Pediatric response at visit 2, against visit 1");
  }

  function flares(first, second) {
    const rows = D.flare_criteria.map((criteria) => {
      const refused = E.refuses(criteria, first.marker);
      if (refused) {
        return [[criteria.name, source(criteria)], openWords(`the definition ${refused}`), ""];
      }
      const found = E.flare(criteria, first.values, second.values, first.marker, second.fever);
      const verdict =
        found.flared === null
          ? openWords("the gaps could tip it")
          : el("strong", {}, found.flared ? "flare" : "no flare");
      const limited = criteria.improved_allowed !== null;
      const say = (one) => {
        if (!one.asked && !limited) return "not asked about";
        if (one.unknown) return "unknown";
        if (one.worse && one.asked) return "worse";
        if (one.better && limited) return "better";
        if (one.missedFloor) return `rose by less than ${one.floor}: does not count as worse`;
        return "unchanged by the criteria";
      };
      return [
        [criteria.name, source(criteria)],
        [verdict, el("small", {}, words(criteria.rule))],
        reasons(found.each, first, second, say),
      ];
    });
    return table(["Definition", "Flare", "Reasons"], rows, "Flare at visit 2, with visit 1 as the reference");
  }

  // ------------------------------------------------------------------ the page
  const first = visit(1, "Visit 1", "");
  const second = visit(2, "Visit 2", "Compared with visit 1, which is its baseline and its reference.");
  second.box.hidden = true;
  const more = el("button", { type: "button", class: "jia-button", "aria-expanded": "false", "aria-controls": "jia-visit-2" }, "Add a second visit");
  more.addEventListener("click", () => {
    second.box.hidden = !second.box.hidden;
    more.textContent = second.box.hidden ? "Add a second visit" : "Leave out the second visit";
    more.setAttribute("aria-expanded", String(!second.box.hidden));
    update();
  });
  const wipe = el("button", { type: "button", class: "jia-button" }, "Clear everything");
  const results = el("div", { class: "jia-results" });
  const summary = el("p", { class: "jia-summary", role: "status" });
  const form = el(
    "form",
    { class: "jia-form", autocomplete: "off" },
    setup,
    first.box,
    second.box,
    el("div", { class: "jia-actions" }, more, wipe),
    el("h2", { id: "jia-results" }, "Results"),
    summary,
    results
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  wipe.addEventListener("click", () => {
    first.clear();
    second.clear();
    for (const id of ["category", "scale", "marker"]) root.querySelector(`#jia-${id}`).value = "";
    update();
  });

  let waiting = 0;
  function summarise(found) {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const parts = found.map((each, at) => {
        const scores = D.scores.map((one) => [
          one.label, E.scoreSpan(one, each.values, each.spans, each.marker).value,
        ]);
        const known = scores.filter(([, value]) => !E.missing(value));
        const listed = known.map(([label, value]) => `${label} ${fixed(value)}`).join(", ");
        return `Visit ${at + 1}: ${listed || `every score is ${OPEN}`}.`;
      });
      const text = parts.join(" ");
      if (summary.textContent !== text) summary.textContent = text;
    }, 400);
  }

  function update() {
    const visits = second.box.hidden ? [first.read()] : [first.read(), second.read()];
    // What a reader has opened stays open.
    const opened = [...results.querySelectorAll("details")].map((one) => one.open);
    const scroll = results.querySelectorAll("details").length;
    results.replaceChildren(...scoresAndStates(visits));
    if (visits.length === 2) {
      results.append(
        ...(visits[0].marker === null
          ? [el("p", {}, openWords("response and flare need one acute-phase reactant: choose it above"))]
          : [response(...visits), flares(...visits)])
      );
    }
    const now = [...results.querySelectorAll("details")];
    if (now.length === scroll) now.forEach((one, at) => (one.open = opened[at]));
    summarise(visits);
  }

  root.replaceChildren(form);
  update();
})();
