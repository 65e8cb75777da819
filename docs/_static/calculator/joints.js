"use strict";
/* The joints of one visit on a drawing: marked with the mouse, a thumb or the keyboard, in groups
   or from a list. `marks` holds what was found; a joint without a mark was not examined. */

globalThis.jiascoresJoints = function (D, tools, { number, marks, changed, remember, undo, undoButton }) {
  const { el, svg, button, chips } = tools;
  const MARKS = [
    ["active", "active", { active: true, limited: false }],
    ["limited", "limited", { active: false, limited: true }],
    ["both", "active and limited", { active: true, limited: true }],
    ["normal", "normal", { active: false, limited: false }],
    ["none", "not examined", null],
  ];
  const KEYS = { a: "active", l: "limited", b: "both", n: "normal", Delete: "none", Backspace: "none" };
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const WHOLE = "whole body";
  const TARGET = 24; // CSS pixels; where joints are closer, a tap enlarges their part too
  const LETTERS = 14; // CSS pixels high, in whatever part is shown
  const SMALL = 10; // the same, for the names of all joints of an enlarged part
  const MARGIN = 9; // around an enlarged part, in the units of the drawing

  const joints = Object.fromEntries(D.joints.map((joint) => [joint.name, joint]));
  const distance = (one, other) => Math.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]);
  for (const joint of D.joints) {
    joint.room = Math.min(...D.joints.filter((one) => one !== joint).map((one) => distance(joint, one)));
  }
  const groups = {};
  const lists = {};
  let brush = "active";
  let region = WHOLE;
  let current = D.joints[0].name;
  let pointer = "mouse";

  // ------------------------------------------------------------------ marks
  const wordsOf = (key) => MARKS.find(([mark]) => mark === key)[1];
  function keyOf(mark) {
    if (!mark) return "none";
    if (mark.active) return mark.limited ? "both" : "active";
    return mark.limited ? "limited" : "normal";
  }
  const described = (name) => `${joints[name].label}: ${wordsOf(keyOf(marks[name]))}`;

  /* Everything that marks comes through here, so everything can be undone. */
  function mark(what, names, key) {
    const before = { ...marks };
    for (const name of names) {
      const found = MARKS.find(([known]) => known === key)[2];
      if (found) marks[name] = { ...found };
      else delete marks[name];
    }
    remember(what, () => replace(before));
    paint();
    changed();
  }
  function replace(others) {
    for (const name of Object.keys(marks)) delete marks[name];
    Object.assign(marks, others);
    paint();
  }
  function touch(name) {
    const again = keyOf(marks[name]) === brush && brush !== "none";
    mark(joints[name].label, [name], again ? "normal" : brush);
  }
  function paint() {
    unname(); // what it says may be another now
    others.textContent = `All other joints are normal (${unmarked().length})`;
    others.setAttribute("aria-disabled", String(!unmarked().length));
    const listed = (what) => D.joints.filter(({ name }) => marks[name] && marks[name][what]).map((one) => one.label);
    found.textContent = ["active", "limited"]
      .map((what) => [what, listed(what)])
      .filter(([, those]) => those.length)
      .map(([what, those]) => `${what[0].toUpperCase()}${what.slice(1)}: ${those.join(", ")}.`)
      .join(" ");
    for (const { name } of D.joints) {
      const key = keyOf(marks[name]);
      groups[name].setAttribute("class", `jia-joint jia-is-${key}`);
      groups[name].setAttribute("aria-label", described(name));
      lists[name].value = key;
    }
  }

  // ------------------------------------------------------------------ the drawing
  const { width, height, head, strokes, sides } = D.drawing;
  const picture = svg("svg", {
    role: "group",
    "aria-label": `Joints at visit ${number}`,
    "aria-describedby": `jia-keys-${number}`,
    class: "jia-body",
  });
  const shape = svg("g", { class: "jia-shape" });
  for (const [thick, points] of strokes) {
    const line = points.map((point) => point.join(",")).join(" ");
    shape.append(svg("polyline", { points: line, "stroke-width": thick }));
  }
  const [headX, headY, headWide, headHigh] = head;
  shape.append(svg("ellipse", { cx: headX, cy: headY, rx: headWide, ry: headHigh }));
  picture.append(shape);
  for (const [side, [x, y]] of Object.entries(sides)) {
    picture.append(svg("text", { x, y, class: "jia-side", "text-anchor": "middle" }, side));
  }
  const label = svg("text", { class: "jia-label", "text-anchor": "middle", "aria-hidden": "true" });
  const names = svg("g", { class: "jia-names", "text-anchor": "middle", "aria-hidden": "true" });
  /* How large letters of so many CSS pixels are in the units of the part that is shown. */
  const sized = (pixels) => (pixels * view().width) / (picture.clientWidth || width);
  const view = () => picture.viewBox.baseVal;

  /* Names a joint beside it. */
  function callOut(joint, text) {
    const { x, y, width: wide } = view();
    const [cx, cy, r] = joints[joint].at;
    const size = sized(LETTERS);
    label.textContent = text || described(joint);
    label.setAttribute("font-size", size);
    const half = label.getComputedTextLength() / 2;
    label.setAttribute("x", Math.min(Math.max(cx, x + half), x + wide - half));
    label.setAttribute("y", cy - r - size > y + size ? cy - r - size / 2 : cy + r + size * 1.3);
  }
  const unname = () => (label.textContent = "");

  function show(part) {
    region = part;
    views.choose(part);
    unname();
    let box = [0, 0, width, height];
    if (part !== WHOLE) {
      const places = D.regions[part].map((one) => joints[one].at);
      const [left, top] = [0, 1].map((axis) => Math.min(...places.map((at) => at[axis])) - MARGIN);
      const [right, bottom] = [0, 1].map((axis) => Math.max(...places.map((at) => at[axis])) + MARGIN);
      box = [left, top, right - left, bottom - top];
      if (!D.regions[part].includes(current)) focusable(D.regions[part][0]);
    }
    picture.setAttribute("viewBox", box.join(" "));
    nameAll(part === WHOLE ? [] : D.regions[part].map((one) => joints[one]));
  }
  /* Writes on each joint of an enlarged part what it is; its side is that of the part. */
  function nameAll(those) {
    const size = sized(SMALL);
    const written = those.map(({ label: text, at: [x, y] }) =>
      svg("text", { x, y: y + size / 3, "font-size": size }, text.replace(/^(left|right) /, ""))
    );
    names.replaceChildren(...written);
  }
  const shownJoints = () => (region === WHOLE ? D.joints : D.regions[region].map((one) => joints[one]));

  function focusable(name) {
    groups[current].setAttribute("tabindex", "-1");
    current = name;
    groups[current].setAttribute("tabindex", "0");
  }
  function focusOn(name) {
    focusable(name);
    groups[name].focus();
  }
  /* The nearest joint in a direction; sideways steps count double. */
  function neighbour(from, [dx, dy]) {
    let best = { far: Infinity, name: from };
    for (const joint of shownJoints()) {
      const x = joint.at[0] - joints[from].at[0];
      const y = joint.at[1] - joints[from].at[1];
      const along = x * dx + y * dy;
      const far = along + 2 * (Math.abs(x * dy) + Math.abs(y * dx));
      if (along > 0 && far < best.far) best = { far, name: joint.name };
    }
    return best.name;
  }
  /* Which part of the body a tap enlarges, because a thumb cannot tell its joints apart. */
  function partToEnlarge(joint) {
    const narrow = (joint.room * picture.clientWidth) / view().width < TARGET;
    if (pointer === "mouse" || region !== WHOLE || !narrow) return undefined;
    return Object.keys(D.regions).find((one) => D.regions[one].includes(joint.name));
  }

  picture.addEventListener("pointerdown", (event) => (pointer = event.pointerType));
  for (const joint of D.joints) {
    const [cx, cy, r] = joint.at;
    const reach = Math.min(r + 3, Math.max(r, joint.room / 2));
    const group = svg(
      "g",
      { tabindex: joint.name === current ? "0" : "-1", role: "button" },
      svg("circle", { cx, cy, r: reach, class: "jia-hit" }),
      svg("circle", { cx, cy, r, class: "jia-dot" })
    );
    group.addEventListener("click", () => {
      const part = partToEnlarge(joint);
      touch(joint.name);
      if (part) show(part);
      focusOn(joint.name);
      callOut(joint.name);
    });
    group.addEventListener("pointerenter", () => callOut(joint.name));
    group.addEventListener("pointerleave", unname);
    group.addEventListener("focus", () => callOut(joint.name));
    group.addEventListener("blur", unname);
    group.addEventListener("keydown", (event) => {
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (key === "z" && (event.ctrlKey || event.metaKey)) undo();
      else if (event.ctrlKey || event.metaKey || event.altKey) return;
      else if (STEPS[key]) focusOn(neighbour(joint.name, STEPS[key]));
      else if (key === "Enter" || key === " ") touch(joint.name);
      else if (KEYS[key]) mark(joint.label, [joint.name], KEYS[key]);
      else if (key === "Escape" && region !== WHOLE) show(WHOLE);
      else return;
      event.preventDefault();
      callOut(current);
    });
    groups[joint.name] = group;
    picture.append(group);
  }
  picture.append(names, label);

  // ------------------------------------------------------------------ what stands around it
  const swatch = (key) =>
    svg(
      "svg",
      { viewBox: "0 0 14 14", class: "jia-key", "aria-hidden": "true" },
      svg("rect", { width: 14, height: 14, rx: 3, class: "jia-skin" }),
      svg("g", { class: `jia-joint jia-is-${key}` }, svg("circle", { cx: 7, cy: 7, r: 3.6, class: "jia-dot" }))
    );
  const brushes = chips({
    name: `jia-brush-${number}`,
    legend: "A click marks",
    options: MARKS.map(([key, text]) => [key, key === "both" ? key : text, swatch(key)]),
    chosen: brush,
    act: (key) => {
      brush = key;
      together.textContent = `Mark: ${wordsOf(brush)}`;
    },
  });
  const views = chips({
    name: `jia-view-${number}`,
    legend: "Show",
    options: [WHOLE, ...Object.keys(D.regions)].map((part) => [part, part]),
    chosen: WHOLE,
    act: show,
  });
  const group = el(
    "select",
    { id: `jia-group-${number}` },
    ...Object.keys(D.groups).map((text) => el("option", { value: text }, text))
  );
  const together = button(`Mark: ${wordsOf(brush)}`, () => mark(group.value, D.groups[group.value], brush));

  const list = el("div", { class: "jia-list" });
  for (const joint of D.joints) {
    const id = `jia-${joint.name}-${number}`;
    const select = el("select", { id }, ...MARKS.map(([key, text]) => el("option", { value: key }, text)));
    select.addEventListener("change", () => mark(joint.label, [joint.name], select.value));
    lists[joint.name] = select;
    list.append(el("div", {}, el("label", { for: id }, joint.label, joint.in27 ? " *" : ""), select));
  }
  const counted = el("p", { class: "jia-counted" });
  const found = el("p", { class: "jia-named" });
  const unmarked = () => D.joints.map((one) => one.name).filter((one) => !marks[one]);
  const others = button("", () => mark("all others normal", unmarked(), "normal"));
  const box = el(
    "div",
    { class: "jia-drawing" },
    views.box,
    brushes.box,
    counted,
    picture,
    el("p", { class: "jia-caption" }, `Joints at visit ${number}. Filled: active; blue ring: limited; dashed: not examined.`),
    found,
    el(
      "div",
      { class: "jia-actions" },
      others,
      button("Clear joints", () => mark("clear joints", Object.keys(joints), "none")),
      undoButton
    ),
    el("div", { class: "jia-actions" }, el("label", { for: group.id }, "All of"), group, together),
    el(
      "p",
      { class: "jia-hint jia-keys", id: `jia-keys-${number}` },
      "By keyboard: the arrow keys move from joint to joint and space marks; A, L, B and N mark " +
        "active, limited, both and normal; delete makes it not examined again; escape shows the " +
        "whole body."
    ),
    el(
      "p",
      { class: "jia-hint" },
      "A second click on a mark makes the joint normal. Where joints lie close together, a tap " +
        "marks one and enlarges the part: check its name, and correct it there."
    ),
    el(
      "details",
      {},
      el("summary", {}, "The joints as a list"),
      el("p", { class: "jia-hint" }, "* belongs to the 27-joint count."),
      list
    )
  );

  function tell(spans, text) {
    const open = D.joints.filter((joint) => !marks[joint.name]).length;
    counted.textContent =
      open === D.joints.length
        ? "No joint is marked as examined yet."
        : `Active ${text(spans.active_joints)} of ${D.joints.length}, ` +
          `${text(spans.active_joints_27)} of the 27; limited ${text(spans.limited_joints)}.` +
          (open ? ` Not examined: ${open}.` : "");
    return counted.textContent;
  }
  show(WHOLE);
  paint();
  return { box, tell, replace };
};
