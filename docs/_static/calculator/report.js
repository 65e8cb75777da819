"use strict";
/* What was entered and found, in words: for the page, for those who listen to it, and as text to
   take along. Nothing is computed here. */

globalThis.jiascoresReport = function (D, E) {
  const OPEN = "not determinable";
  const LABELS = {
    physician_global: "Physician global",
    patient_global: "Patient or parent global",
    active_joints: "Active joints",
    active_joints_27: "Active joints of the 27",
    limited_joints: "Limited joints",
    esr: "ESR",
    crp: "CRP",
    chaq: "CHAQ",
    highest_temperature: "Highest temperature",
  };
  const HEADS = {
    responses: "ACR Pediatric response, visit 2 against visit 1",
    flares: "Flare at visit 2, visit 1 as the reference",
    changes: "Change that matters, visit 1 to visit 2",
  };
  const words = (name) => name.replaceAll("_", " ").replace(" rf ", " RF ");
  const lower = (label) => (/^[A-Z]{2}/.test(label) ? label : label[0].toLowerCase() + label.slice(1));
  /* What a score is called with the reactant that went into it. */
  const label = (definition, marker) =>
    definition.label + (marker.name === "crp" && definition.terms.some((term) => term.either) ? "-CRP" : "");
  const jointLabel = Object.fromEntries(D.joints.map(({ name, label }) => [name, label]));

  // ------------------------------------------------------------------ single findings
  function spanWords(span) {
    if (!E.missing(span.value)) return E.shown(span.value);
    return E.isOpen(span) ? `${E.shown(span.low)} to ${E.shown(span.high)}` : OPEN;
  }

  function stateWords({ state, ends }) {
    if (state !== null) return words(state);
    return ends[0] === null || ends[1] === null ? OPEN : ends.map(words).join(" to ");
  }

  const level = (criteria, reached) =>
    `${reached ? "" : "below "}ACR Pedi ${reached || criteria.levels[0]}`;

  function responseWords({ criteria, level: known, lowest, highest }) {
    if (known !== null) return level(criteria, known);
    return `${OPEN}: from ${level(criteria, lowest)} to ${level(criteria, highest)}`;
  }

  function flareWords({ criteria, refused, flared }) {
    if (refused) return `not asked: ${criteria.title} ${refused}`;
    return flared === null ? `${OPEN}: the gaps could tip it` : flared ? "flare" : "no flare";
  }

  function changeWords({ criteria, change }) {
    if (change !== null) return change;
    return criteria.bands
      ? `${OPEN}: needs ${criteria.measure.toUpperCase()} at both visits, ` +
          `${criteria.bands[0].low} or more at the first`
      : OPEN;
  }

  // ------------------------------------------------------------------ reasons
  function percentWords(earlier, now) {
    if (earlier === 0 && now > 0) return "from 0";
    const percent = E.percentChange(earlier, now);
    if (E.missing(percent)) return "";
    return percent ? `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %` : "0 %";
  }

  function countsAs({ criteria }, one) {
    if (one.asked === false && criteria.improved_allowed === null) return "not asked about";
    if (one.unknown) return "unknown";
    if (one.reached) return `improved by ≥ ${one.reached} %`;
    if (one.worse && one.asked !== false) return "worse";
    if (one.better) return "better";
    if (one.missedFloor) return `rose by less than ${one.floor}: not counted as worse`;
    return "neither";
  }

  /* Variable by variable: its name, both values, the change, and what the criteria make of it. */
  function reasons(result, [first, second]) {
    const value = (visit, name) => {
      const span = visit.spans[name];
      return span && E.isOpen(span) ? spanWords(span) : E.shown(visit.values[name]);
    };
    return result.each.map((one) => [
      LABELS[one.name],
      value(first, one.name),
      value(second, one.name),
      percentWords(first.values[one.name], second.values[one.name]),
      countsAs(result, one),
    ]);
  }

  /* How many of the variables go which way. */
  function tally({ criteria, each }) {
    const improved = each.filter((one) => one.reached || one.better).length;
    // Criteria without a limit of improvement do not ask who got better.
    const better = criteria.improved_allowed === null ? "" : `${improved} better, `;
    const worse = each.filter((one) => one.worse && one.asked !== false).length;
    const unknown = each.filter((one) => one.unknown).length;
    return `${better}${worse} worse, ${unknown} unknown of ${each.length}.`;
  }

  /* What decides besides the six variables. */
  function beside({ criteria }, [, second]) {
    const { highest_temperature: temperature, active_joints: joints } = second.values;
    if (criteria.fever_rule) {
      const known = E.missing(temperature) ? "not recorded" : `${E.shown(temperature)} °C`;
      return `Highest temperature: ${known}.`;
    }
    if (criteria.active_joints_at_visit) return `Active joints at visit 2: ${E.shown(joints)}.`;
    if (!criteria.fever_above) return "";
    const known = E.missing(second.fever) ? "unknown" : second.fever ? "yes" : "no";
    return `Such fever: ${known}.`;
  }

  /* The criteria with a rule on fever are for systemic arthritis, or where fever was recorded. */
  function asked({ category, visits, results }, kind) {
    const second = visits[1];
    const fever = second && !(E.missing(second.fever) && E.missing(second.values.highest_temperature));
    return results[kind].filter(
      ({ criteria }) =>
        category === D.systemic || fever || !(criteria.fever_rule || criteria.fever_above)
    );
  }

  // ------------------------------------------------------------------ gaps
  /* What is still to be filled in, each with what it leaves open: [[inputs, results], …]. */
  function needed({ category, visits, results, marker }) {
    const lines = [];
    visits.forEach((visit, at) => {
      const opens = {};
      const lacks = (name, result) => {
        let what = name === null ? "ESR or CRP" : lower(LABELS[name]);
        if (name !== null && visit.units[name] === null && visit.typed[name]) {
          what = "how globals are recorded: 0–10 or 0–100 mm";
        }
        if (visit.drawn && name !== null && name.includes("joints")) {
          const left = E.unseen(visit.marks).length;
          what = left < D.joints.length ? `the joints (${left} not examined)` : "the joints";
        }
        opens[what] = [...new Set([...(opens[what] || []), result])];
      };
      for (const { definition, spans } of results.scores) {
        if (!E.missing(spans[at].value)) continue;
        for (const name of E.lacks(definition, visit.values, visit.marker)) {
          lacks(name, definition.label);
        }
      }
      if (visits.length > 1) {
        for (const name of [...D.core_variables, marker.name]) {
          if (name === null || E.missing(visit.values[name])) lacks(name, "response and flare");
        }
      }
      const byResult = {};
      for (const [what, left] of Object.entries(opens)) {
        const scores = left.filter((one) => D.scores.some(({ label }) => label === one));
        const rest = left.filter((one) => !scores.includes(one));
        if (scores.length === D.scores.length) rest.unshift("every score");
        else rest.unshift(...scores);
        const key = rest.join(", ");
        byResult[key] = [...(byResult[key] || []), what];
      }
      const visitWords = visits.length > 1 ? `Visit ${at + 1}: ` : "";
      for (const [left, what] of Object.entries(byResult)) {
        const inputs = what.join(", ");
        lines.push([visitWords + (visitWords ? inputs : inputs[0].toUpperCase() + inputs.slice(1)), left]);
      }
    });
    if (!category) lines.push(["ILAR category", "the states"]);
    return lines;
  }

  /* What is to be known of the sets in a category: [[sets, notes], …]. */
  function courseNotes({ category, results }) {
    const sets = new Set(results.scores.flatMap((score) => score.sets.map(({ set }) => set)));
    const said = {};
    for (const { title, course_notes: notes } of sets) {
      // What is said of several sets is said once, each remark with its sets.
      for (const note of (notes[category] || "").split("; ").filter(Boolean)) {
        said[note] = [...(said[note] || []), title];
      }
    }
    const together = {};
    for (const [note, titles] of Object.entries(said)) {
      const names = titles.join(", ");
      together[names] = together[names] ? `${together[names]}; ${note}` : note;
    }
    return Object.entries(together);
  }

  /* A warning where the course, and with it the bounds, differs between the visits. */
  function courseChange({ results }) {
    const courses = results.scores
      .flatMap(({ sets }) => sets)
      .map(({ visits }) => visits.map(({ bounds }) => bounds && bounds.course))
      .find(([first, second]) => first && second && first !== second);
    if (!courses) return "";
    const { title, evidence } = D.course_rule;
    return (
      `The course is ${courses.join(" at visit 1 and ")} at visit 2, by the active joints of each visit ` +
      `(${title}, ${evidence}): the bounds differ, and states of the two visits do not compare.`
    );
  }

  // ------------------------------------------------------------------ everything, line by line
  /* Each result as [key, line]; where a line changes, it is said again. */
  function facts(found) {
    const { results } = found;
    const then = (parts) => parts.join(", then ");
    const lines = results.scores.map(({ definition, spans, sets }) => {
      const states = sets
        .filter(({ visits }) => visits.some(({ bounds }) => bounds !== null))
        .filter(() => spans.some((span) => !E.missing(span.low)))
        .map(({ set, visits }) => `${set.title} ${then(visits.map(stateWords))}`);
      const score = `${label(definition, found.marker)} ${then(spans.map(spanWords))}`;
      return [definition.name, [score, ...states].join("; ")];
    });
    const verdicts = (kind, wording) =>
      asked(found, kind).map((one) => [
        `${kind} ${one.criteria.name}`,
        `${one.criteria.title}: ${wording(one)}`,
      ]);
    return [
      ...lines,
      ...verdicts("responses", responseWords),
      ...verdicts("flares", flareWords),
      ...verdicts("changes", changeWords),
    ];
  }

  /* What a short line can hold: the response, the first known score with a reactant and the first
     without; or else what is needed first. */
  function summary(found) {
    const { results } = found;
    const known = results.scores.filter(({ spans }) => spans.some((span) => !E.missing(span.low)));
    if (!known.length) return [`No score yet. Needed first: ${lower(needed(found)[0][0])}`];
    const withReactant = ({ definition }) => definition.terms.some((term) => term.either);
    const scores = [known.find(withReactant), known.find((one) => !withReactant(one))];
    const lines = scores.filter(Boolean).map(({ definition, spans }) => {
      const short = spans.map((span) => spanWords(span).replace(OPEN, "?"));
      return `${label(definition, found.marker)} ${short.join(" → ")}`;
    });
    const response = results.responses.filter((one) => one.level !== null).slice(0, 1);
    return [...response.map(responseWords), ...lines];
  }

  // ------------------------------------------------------------------ text to take along
  /* One line for a letter: scores, their states by the chosen set, and the response. */
  function line(found, set) {
    const { results } = found;
    const parts = results.scores
      .filter(({ spans }) => spans.some((span) => !E.missing(span.low)))
      .filter(({ definition }) => ["jadas10", "cjadas10"].includes(definition.name))
      .map(({ definition, spans, sets }) => {
        const by = sets.find((one) => one.set === set);
        const known = by && by.visits.some(({ bounds }) => bounds !== null);
        const state = known ? ` (${by.visits.map(stateWords).join(" → ")})` : "";
        return `${label(definition, found.marker)} ${spans.map(spanWords).join(" → ")}${state}`;
      });
    if (set && parts.length) parts.push(`cut-offs ${set.title}`);
    const response = results.responses.slice(0, 1);
    parts.push(...response.map((one) => `${responseWords(one)} (${one.criteria.title})`));
    return `${parts.join("; ") || "No score yet"}. jiascores ${D.version}`;
  }

  /* What was entered at a visit: [[label, value], …]. */
  function entered(visit) {
    const known = Object.keys(LABELS)
      .map((name) => [name, visit.values[name]])
      .filter(([name, value]) => name in visit.values && !E.missing(value) && !(visit.drawn && name.includes("joints")));
    const below = D.markers.filter((name) => visit.spans[name]);
    const lines = known.map(([name, value]) => {
      const { unit } = D.variables[name];
      const asTyped = visit.units[name] === unit ? "" : ` (${visit.typed[name]} ${visit.units[name]})`;
      const shownUnit = /^(\d|joints)/.test(unit) ? "" : ` ${unit}`;
      return [LABELS[name], `${E.shown(value)}${shownUnit}${asTyped}`];
    });
    lines.push(...below.map((name) => [LABELS[name], `${visit.typed[name]} ${visit.units[name]}`]));
    if (visit.drawn) {
      const listed = (names) => names.map((name) => jointLabel[name]).join(", ") || "none";
      const open = E.unseen(visit.marks);
      if (open.length < D.joints.length) {
        lines.push(
          ["Active joints", `${spanWords(visit.spans.active_joints)} (${listed(E.marked(visit.marks, "active"))})`],
          ["Active joints of the 27", spanWords(visit.spans.active_joints_27)],
          ["Limited joints", `${spanWords(visit.spans.limited_joints)} (${listed(E.marked(visit.marks, "limited"))})`]
        );
        if (open.length) lines.push(["Not examined", listed(open)]);
      }
    }
    if (!E.missing(visit.fever)) lines.push(["Such fever", visit.fever ? "yes" : "no"]);
    return lines;
  }

  /* Every definition that answered, once. */
  function used(found) {
    const { results } = found;
    const scores = results.scores
      .filter(({ spans }) => spans.some((span) => !E.missing(span.low)))
      .flatMap(({ definition, sets }) => [definition, ...sets.map(({ set }) => set)]);
    const verdicts = ["responses", "flares", "changes"].flatMap((kind) => asked(found, kind));
    return [...new Set([...scores, ...verdicts.map(({ criteria }) => criteria)])];
  }

  function text(found) {
    const { category, visits, results } = found;
    const lines = [
      `jiascores ${D.version}, calculator. Research software, not a medical device.`,
      `ILAR category: ${category ? words(category) : "not chosen"}`,
    ];
    visits.forEach((visit, at) => {
      lines.push("", `Visit ${at + 1}`);
      const values = entered(visit).map(([label, value]) => `  ${label}: ${value}`);
      lines.push(...(values.length ? values : ["  nothing entered"]));
    });
    const arrow = (parts) => parts.join(" → ");
    lines.push("", "Scores and states");
    for (const { definition, spans, sets } of results.scores) {
      lines.push(`  ${label(definition, found.marker)}: ${arrow(spans.map(spanWords))}`);
      for (const { set, visits: by } of sets) {
        const rules = by.map(({ bounds }) => bounds && `${bounds.course}: ${words(bounds.rule)}`);
        if (rules.every((rule) => rule === null) || spans.every((span) => E.missing(span.low))) continue;
        // Visits that are read by other bounds each say by which.
        const states = new Set(rules).size === 1
          ? `${arrow(by.map(stateWords))} (${rules[0]})`
          : arrow(by.map((one, at) => `${stateWords(one)}${rules[at] ? ` (${rules[at]})` : ""}`));
        lines.push(`    ${set.title}: ${states}`);
      }
    }
    const change = courseChange(found);
    if (change) lines.push(`  ${change}`);
    for (const [names, note] of courseNotes(found)) lines.push(`  ${names}: ${note}`);
    if (results.responses.length) {
      lines.push("", "Core set, visit 1 → visit 2");
      for (const [label, before, after, percent] of reasons(results.responses[0], visits)) {
        lines.push(`  ${label}: ${before} → ${after}${percent && ` (${percent})`}`);
      }
    }
    const section = (kind, wording) => {
      const answers = asked(found, kind);
      if (!answers.length) return;
      lines.push("", HEADS[kind]);
      for (const one of answers) {
        const why = one.each ? ` (${[tally(one), beside(one, visits)].filter(Boolean).join(" ")})` : "";
        lines.push(`  ${one.criteria.title}: ${wording(one)}${why}`);
      }
    };
    section("responses", responseWords);
    section("flares", flareWords);
    section("changes", changeWords);
    lines.push("", "Definitions");
    for (const one of used(found)) {
      // The bounds of a cut-off set stand beside its states.
      const rule = one.bounds ? "" : `${words(one.rule)}. `;
      lines.push(`  ${one.title} (${one.name}): ${rule}${one.reference}; evidence ${one.evidence}.`);
      lines.push(...one.notes.map((note) => `    ${note}`));
    }
    return `${lines.join("\n")}\n`;
  }

  return {
    OPEN, LABELS, HEADS, words, spanWords, stateWords, responseWords, flareWords, changeWords,
    reasons, tally, beside, asked, needed, label, courseChange, courseNotes, facts, summary, entered, used, text, line,
  };
};
