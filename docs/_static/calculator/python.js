"use strict";
/* The Python that gives what the page shows: every call written out with its definition. */

globalThis.jiascoresPython = function (D, E, asked) {
  const literal = (value) => (E.missing(value) ? "None" : JSON.stringify(value));
  const truth = (value) => (E.missing(value) ? "None" : value ? "True" : "False");
  const call = (name, ...given) => `jia.${name}(${given.flat().filter(Boolean).join(", ")})`;
  const named = (name, value) => `${name}=${literal(value)}`;
  const joints = (all) => (all.length ? `{${all.map(literal).join(", ")}}` : "set()");
  const dict = (name, entries) =>
    `${name} = {\n${entries.map(([key, value]) => `    ${literal(key)}: ${value},\n`).join("")}}`;

  const examined = (visit) => visit.drawn && Object.keys(visit.marks).length > 0;
  const fromExam = (visit, name) => examined(visit) && name in visit.spans;

  /* An input of a score. An open count goes in as its two ends, and two answers come out. */
  function input(visit, number, name) {
    const below = D.markers.includes(name) && visit.spans[name];
    if (below) return `${name}=[${below.low}, ${below.high}]`;
    if (!fromExam(visit, name)) return named(name, visit.values[name]);
    const count = `joints_${number}.${name}`;
    return `${name}=${E.isOpen(visit.spans[name]) ? `[${count}_min, ${count}_max]` : count}`;
  }

  function scoresAndStates({ category, visits, results, marker }, at) {
    const visit = visits[at];
    const number = at + 1;
    const known = results.scores.filter(({ spans }) => !E.missing(spans[at].low));
    const scores = known.map(({ definition: { name, terms } }) => {
      const inputs = terms.map((term) => (term.either ? marker.name : term.input));
      return [name, call(name, inputs.map((one) => input(visit, number, one)))];
    });
    const courses = {};
    const states = [];
    for (const { definition, sets } of known) {
      for (const { set, visits: by } of sets.filter((one) => one.visits[at].bounds !== null)) {
        const cutoffs = named("cutoffs", set.name);
        let course = "";
        if (by[at].course) {
          // A course is known only where both ends of an open count give the same.
          const { low } = visit.spans.active_joints;
          const count = D.course_rule.by_joints.includes(category) && named("active_joints", low);
          courses[set.name] = call("course", literal(category), cutoffs, count);
          course = `course=courses_${number}[${literal(set.name)}]`;
        }
        const score = `scores_${number}[${literal(definition.name)}]`;
        const measure = named("measure", definition.name);
        const key = `${definition.name} ${set.name}`;
        states.push([key, call("disease_state", score, measure, cutoffs, course)]);
      }
    }
    const parts = [`# Visit ${number}`];
    if (examined(visit)) {
      const exam = ["active", "limited"].map((what) => `${what}=${joints(E.marked(visit.marks, what))}`);
      const open = `not_examined=${joints(E.unseen(visit.marks))}`;
      parts.push(`joints_${number} = ${call("JointExam", exam, open)}`);
    }
    return [
      ...parts,
      dict(`scores_${number}`, scores),
      dict(`courses_${number}`, Object.entries(courses)),
      dict(`states_${number}`, states),
      `print(scores_${number}, states_${number}, sep="\\n")`,
    ];
  }

  function responseAndFlare(found) {
    const { visits, results, marker } = found;
    if (!results.responses.length) return [];
    const sets = visits.map((visit, at) => {
      const variables = [...D.core_variables, marker.name].map((name) =>
        fromExam(visit, name) ? `${name}=joints_${at + 1}.${name}` : named(name, visit.values[name])
      );
      return `visit_${at + 1} = ${call("CoreSet", variables)}`;
    });
    const verdicts = (kind, name, earlier, fever) =>
      asked(found, kind)
        .filter(({ refused }) => !refused)
        .map(({ criteria }) => [
          criteria.name,
          call(name, `${earlier}=visit_1`, "now=visit_2", named("criteria", criteria.name), fever(criteria)),
        ]);
    const { values, fever } = visits[1];
    const temperature = named("highest_temperature", values.highest_temperature);
    return [
      ...sets,
      dict("responses", verdicts("responses", "acr_ped", "baseline", (one) => one.fever_rule && temperature)),
      dict("flares", verdicts("flares", "flare", "reference", (one) =>
        one.fever_above && `flare_fever=${truth(fever)}`)),
      "print({name: f'ACR Pedi {one.level_min} to {one.level_max}' for name, one in responses.items()})",
      "print({name: one.flared for name, one in flares.items()})",
    ];
  }

  function changes({ visits, results }) {
    const known = results.changes.filter(({ change }) => change !== null);
    if (!known.length) return [];
    const entries = known.map(({ criteria: { name, measure, call: [asked, parameter] } }) => {
      const both = ["baseline", "now"].map((when, at) =>
        measure ? `${when}=scores_${at + 1}[${literal(measure)}]` : named(when, visits[at].values.chaq)
      );
      return [name, call(asked, both, named(parameter, name))];
    });
    return [dict("changes", entries), "print(changes)"];
  }

  function python(found) {
    const parts = [
      `import jiascores as jia  # written by the calculator of version ${D.version}`,
      ...found.visits.flatMap((_, at) => scoresAndStates(found, at)),
      ...responseAndFlare(found),
      ...changes(found),
    ];
    return `${parts.join("\n")}\n`;
  }

  return { python };
};
