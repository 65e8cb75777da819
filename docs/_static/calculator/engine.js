"use strict";
/* What the library computes, in plain JavaScript. Every clinical number comes from the definitions
   that are handed in; this file holds the arithmetic and no number of a paper. NaN is missing.
   A function here bears the name of the Python function that it repeats. */

globalThis.jiascoresEngine = function (D) {
  const { tolerance, score_decimals: decimals, per_cent: perCent } = D.exact;
  const scale = 10 ** decimals;

  // ------------------------------------------------------------------ exact comparison
  const missing = (x) => x !== x;
  const count = (items, test) => items.filter(test).length;
  const atMost = (x, bound) => x <= bound + tolerance;
  const atLeast = (x, bound) => x >= bound - tolerance;
  const above = (x, bound) => x > bound + tolerance;
  const below = (x, bound) => x < bound - tolerance;

  function rint(x) {
    const low = Math.floor(x);
    const rest = x - low;
    const even = low % 2 === 0;
    return rest > 0.5 || (rest === 0.5 && !even) ? low + 1 : low;
  }
  const nearestDecimal = (x) => rint(x * scale) / scale;

  // ------------------------------------------------------------------ what was typed
  /* Returns {value} (NaN where nothing was typed) or {value: NaN, error}. A reactant below the limit
     of its assay has no value and a span. */
  function read(name, text, unit) {
    const variable = D.variables[name];
    const typed = String(text).trim().replace("−", "-");
    if (typed === "") return { value: NaN };
    const refused = (error) => ({ value: NaN, error: `${typed} ${error}` });
    const limit = D.markers.includes(name) && /^(?:<=?|≤)\s*(?=[\d.,])(.*)$/.exec(typed);
    if (limit) {
      const { value, error } = read(name, limit[1], unit);
      return error ? { value: NaN, error } : { value: NaN, span: { low: variable.low, high: value, value: NaN } };
    }
    if (/^[<>≤≥]/.test(typed)) return refused("is a limit and not a value");
    if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/.test(typed)) return refused("is not a number");
    if (!(unit in variable.units)) return refused("has no unit yet: choose it first");
    const high = variable.high === null ? Infinity : variable.high;
    if (high === Infinity && /^[+-]?\d+,\d{3}$/.test(typed)) {
      return refused("can be read in two ways: write it with a point or without the comma");
    }
    const factor = variable.units[unit];
    const number = Number(typed.replace(",", "."));
    const value = factor === 1 ? number : nearestDecimal(number * factor);
    if (!(variable.low <= value && value <= high) || value === Infinity) {
      const [from, to] = [variable.low, high].map((end) => shown(end / factor));
      const allowed = high === Infinity ? `${from} or more ${unit}` : `${from}–${to} ${unit}`;
      return refused(`is out of range: ${factor === 1 ? variable.allowed : allowed}`);
    }
    if (variable.whole && !Number.isInteger(value)) {
      return refused("is not a whole number, as a count is");
    }
    return { value };
  }

  // ------------------------------------------------------------------ scores
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

  function termValue(term, values, marker) {
    if (term.either) {
      const item = term.either[marker];
      if (item === undefined) return NaN;
      return (clamp(values[marker], item.from, item.to) - item.from) / item.per;
    }
    const value = values[term.input];
    return term.cap === null ? value : Math.min(value, term.cap);
  }

  function score(definition, values, marker) {
    let total = termValue(definition.terms[0], values, marker);
    for (const term of definition.terms.slice(1)) total += termValue(term, values, marker);
    return nearestDecimal(total);
  }

  /* The names of the inputs that are missing. */
  function lacks(definition, values, marker) {
    const names = definition.terms.map((term) => (term.either ? marker : term.input));
    return names.filter((name) => name === null || missing(values[name]));
  }

  /* The score for the fewest and the most active joints that an examination leaves open. */
  function scoreSpan(definition, values, spans, marker) {
    const [low, high] = ["low", "high"].map((end) => {
      const at = { ...values };
      for (const [name, span] of Object.entries(spans)) at[name] = span[end];
      return score(definition, at, marker);
    });
    return { low, high, value: low === high ? low : NaN };
  }

  // ------------------------------------------------------------------ states
  function boundsOf(set, measure, course) {
    const found = set.bounds.filter((one) => one.measure === measure);
    return (
      found.find((one) => one.course === D.any_course) ||
      found.find((one) => one.course === course) ||
      null
    );
  }

  const passed = (bounds, value) =>
    count(bounds.steps, ({ upper, inclusive }) =>
      inclusive ? !atMost(value, upper) : !below(value, upper)
    );

  /* The state, or null where score or course is missing. */
  function state(set, measure, course, value) {
    const bounds = boundsOf(set, measure, course);
    return bounds === null || missing(value) ? null : bounds.states[passed(bounds, value)];
  }

  function course(set, category, activeJoints) {
    const rule = D.course_rule;
    let found = null;
    if (rule.oligo.includes(category)) found = "oligo";
    else if (rule.poly.includes(category)) found = "poly";
    else if (category === D.systemic) found = set.systemic_as;
    else if (rule.by_joints.includes(category) && !missing(activeJoints)) {
      found = atMost(activeJoints, rule.oligo_at_most) ? "oligo" : "poly";
    }
    return set.courses.includes(found) ? found : null;
  }

  /* The state that both ends of a score share, where the joints leave the course no choice. */
  function stateSpan(set, measure, category, scores, spans) {
    const courses = ["low", "high"].map((end) => course(set, category, spans.active_joints[end]));
    const by = courses[0] === courses[1] ? courses[0] : null;
    const ends = [scores.low, scores.high].map((value) => state(set, measure, by, value));
    return {
      course: by,
      bounds: boundsOf(set, measure, by),
      ends,
      state: ends[0] === ends[1] ? ends[0] : null,
    };
  }

  /* How far along its states a score lies, from 0 to 1, each state taking an equal part. */
  function place(bounds, high, value) {
    const ends = [0, ...bounds.steps.map((step) => step.upper), high];
    const at = passed(bounds, value);
    return (at + (value - ends[at]) / (ends[at + 1] - ends[at])) / bounds.states.length;
  }

  // ------------------------------------------------------------------ change
  function percentChange(earlier, now) {
    if (earlier === 0) return now === 0 ? 0 : NaN;
    return nearestDecimal((now - earlier) / earlier / perCent);
  }

  function improvedBy(earlier, now, percent, inclusive) {
    const fall = earlier - now;
    const limit = earlier * (percent * perCent);
    return earlier > 0 && (inclusive ? fall + tolerance >= limit : above(fall, limit));
  }

  function worsenedBy(earlier, now, percent, inclusive) {
    const rise = now - earlier;
    const limit = earlier * (percent * perCent);
    return inclusive ? rise + tolerance >= limit && above(now, earlier) : above(rise, limit);
  }

  function unknownOrWorse(earlier, now, percent, inclusive, fromZero) {
    let unknown = missing(earlier) || missing(now);
    let worse = worsenedBy(earlier, now, percent, inclusive);
    if (fromZero !== "worsened" && earlier === 0 && now > 0) {
      worse = false;
      unknown = unknown || fromZero === "missing";
    }
    return { unknown, worse };
  }

  const names = (marker) => [...D.core_variables, marker];

  // ------------------------------------------------------------------ ACR Pediatric response
  function responseOf(criteria, earlier, now) {
    const found = unknownOrWorse(
      earlier, now, criteria.worsening, criteria.worsening_from, criteria.zero_baseline
    );
    const reached = criteria.levels.filter((level) => improvedBy(earlier, now, level, true));
    return { ...found, reached: reached.length ? reached[reached.length - 1] : 0 };
  }

  function acrPed(criteria, earlier, now, marker, temperature) {
    const each = names(marker).map((name) => ({
      name, ...responseOf(criteria, earlier[name], now[name]),
    }));
    const unknown = count(each, (one) => one.unknown);
    const worse = count(each, (one) => one.worse);
    let reached = 0;
    let possible = 0;
    for (const level of criteria.levels) {
      const better = count(each, (one) => one.reached >= level);
      if (better >= criteria.improved_needed) reached = level;
      if (better + unknown >= criteria.improved_needed) possible = level;
    }
    let lowest = worse + unknown <= criteria.worsened_allowed ? reached : 0;
    let highest = worse <= criteria.worsened_allowed ? possible : 0;
    if (criteria.fever_limit !== null) {
      const compare = criteria.fever_from ? atLeast : above;
      const fever = compare(temperature, criteria.fever_limit);
      if (fever || missing(temperature)) lowest = 0;
      if (fever) highest = 0;
    }
    return { each, lowest, highest, level: lowest === highest ? lowest : null };
  }

  // ------------------------------------------------------------------ flare
  const pair = (pairs, name) => (pairs.find(([key]) => key === name) || [null, null])[1];

  function flareOf(criteria, name, earlier, now) {
    const named = criteria.all_of.length > 0;
    const percent = named ? pair(criteria.all_of, name) : criteria.worsening;
    const asked = percent !== null;
    let { unknown, worse } = asked
      ? unknownOrWorse(
          earlier, now, percent, named || criteria.worsening_from, criteria.zero_reference
        )
      : { unknown: missing(earlier) || missing(now), worse: false };
    const floor = pair(criteria.floors, name);
    const missedFloor = worse && floor !== null && !atLeast(now - earlier, floor);
    if (missedFloor) worse = false;
    const better =
      criteria.improvement !== null &&
      improvedBy(earlier, now, criteria.improvement, criteria.improvement_from);
    return { name, unknown, worse, better, asked, floor, missedFloor };
  }

  /* Why these criteria cannot be asked with this reactant, or null. */
  function refuses(criteria, marker) {
    const named = [...criteria.floors, ...criteria.all_of].map(([name]) => name);
    const other = named.find((name) => D.markers.includes(name) && name !== marker);
    return other === undefined ? null : `names ${other.toUpperCase()}`;
  }

  /* fever: 1 yes, 0 no, NaN unknown. */
  function flare(criteria, earlier, now, marker, fever) {
    const each = names(marker).map((name) =>
      flareOf(criteria, name, earlier[name], now[name])
    );
    const unknown = count(each, (one) => one.unknown);
    const worse = count(each, (one) => one.worse);
    const better = count(each, (one) => one.better);
    let certain = true;
    let possible = true;
    const and = (surely, maybe) => {
      certain = certain && surely;
      possible = possible && maybe;
    };
    if (criteria.all_of.length) {
      for (const one of each.filter((found) => found.asked)) {
        and(one.worse, one.worse || one.unknown);
      }
    }
    if (criteria.worsened_needed !== null) {
      and(worse >= criteria.worsened_needed, worse + unknown >= criteria.worsened_needed);
    }
    if (criteria.improved_allowed !== null) {
      and(better + unknown <= criteria.improved_allowed, better <= criteria.improved_allowed);
    }
    if (criteria.active_joints_at_visit !== null) {
      const enough = atLeast(now.active_joints, criteria.active_joints_at_visit);
      and(enough, enough || missing(now.active_joints));
    }
    if (criteria.fever_above !== null) {
      certain = certain || fever === 1;
      possible = possible || fever === 1 || missing(fever);
    }
    return { each, certain, possible, flared: certain ? true : possible ? null : false };
  }

  // ------------------------------------------------------------------ change that matters
  /* True, false, or null where a score is missing or its baseline is in no band. */
  function jadasImprovement(criteria, earlier, now) {
    const last = criteria.bands[criteria.bands.length - 1];
    const band = criteria.bands.find(
      (one) =>
        atLeast(earlier, one.low) &&
        (one === last ? atMost(earlier, one.high) : below(earlier, one.high))
    );
    return band === undefined || missing(now) ? null : atLeast(earlier - now, band.fall);
  }

  function jadasChange(criteria, earlier, now) {
    const rise = now - earlier;
    if (missing(rise)) return null;
    if (atMost(rise, -criteria.improvement)) return "improved";
    return atLeast(rise, criteria.worsening) ? "worsened" : "unchanged";
  }

  function chaqChange(difference, earlier, now) {
    const rise = now - earlier;
    if (missing(rise)) return null;
    if (atLeast(rise, difference.worsening)) return "worsened";
    return atMost(rise, difference.improvement) ? "improved" : "unchanged";
  }

  // ------------------------------------------------------------------ joints
  /* marks: name → {active, limited}; a joint without a mark was not examined. */
  function counts(marks) {
    const span = (joints, what) => {
      const low = count(joints, (joint) => marks[joint.name] && marks[joint.name][what]);
      const high = low + count(joints, (joint) => !marks[joint.name]);
      return { low, high, value: low === high ? low : NaN };
    };
    return {
      active_joints: span(D.joints, "active"),
      active_joints_27: span(D.joints.filter((joint) => joint.in27), "active"),
      limited_joints: span(D.joints, "limited"),
    };
  }

  const unseen = (marks) => D.joints.map(({ name }) => name).filter((name) => !marks[name]);
  const marked = (marks, what) =>
    D.joints.map(({ name }) => name).filter((name) => marks[name] && marks[name][what]);
  const isOpen = (span) => span.low !== span.high && !missing(span.low);

  /* Why the two counts of active joints cannot both be right, or null. */
  function inconsistent(of71, of27) {
    if (missing(of71) || missing(of27)) return null;
    const rest = count(D.joints, (joint) => !joint.in27);
    if (of27 > of71) return `${of27} of the 27 cannot be more than ${of71} of the 71`;
    if (of71 - of27 > rest) return `only ${rest} joints lie outside the 27`;
    return null;
  }

  // ------------------------------------------------------------------ everything
  /* What one or two visits give. A visit is {values, spans, marker, fever}, fever as for `flare`. */
  function assess(visits, category) {
    const scores = D.scores.map((definition) => {
      const name = definition.name;
      const spans = visits.map((one) =>
        scoreSpan(definition, one.values, one.spans, one.marker)
      );
      const sets = D.cutoff_sets
        .filter((set) => set.bounds.some((bounds) => bounds.measure === name))
        .map((set) => ({
          set,
          visits: visits.map((one, at) => stateSpan(set, name, category, spans[at], one.spans)),
        }));
      return { definition, spans, sets };
    });
    if (visits.length === 1) return { scores, responses: [], flares: [], changes: [] };

    const [first, second] = visits;
    const { marker } = first;
    // Without a reactant chosen there is no core set to compare.
    const responses = (marker === null ? [] : D.response_criteria).map((criteria) => {
      const temperature = second.values.highest_temperature;
      return { criteria, ...acrPed(criteria, first.values, second.values, marker, temperature) };
    });
    const flares = (marker === null ? [] : D.flare_criteria).map((criteria) => {
      const refused = refuses(criteria, marker);
      if (refused !== null) return { criteria, refused };
      return { criteria, ...flare(criteria, first.values, second.values, marker, second.fever) };
    });
    const of = (measure) => {
      const spans = scores.find((one) => one.definition.name === measure).spans;
      return spans.map((span) => span.value);
    };
    const changes = [
      ...D.jadas_improvement_criteria.map((criteria) => {
        const better = jadasImprovement(criteria, ...of(criteria.measure));
        return { criteria, change: better === null ? null : better ? "improved" : "not improved" };
      }),
      ...D.jadas_change_criteria.map((criteria) => ({
        criteria, change: jadasChange(criteria, ...of(criteria.measure)),
      })),
      ...D.chaq_differences.map((criteria) => ({
        criteria, change: chaqChange(criteria, first.values.chaq, second.values.chaq),
      })),
    ];
    return { scores, responses, flares, changes };
  }

  const shown = (value) => (missing(value) ? "missing" : String(nearestDecimal(value)));

  return {
    missing, read, score, scoreSpan, lacks, boundsOf, state, stateSpan, place, course,
    percentChange, acrPed, refuses, flare, jadasImprovement, jadasChange, chaqChange, counts,
    unseen, marked, isOpen, inconsistent, assess, shown,
  };
};
