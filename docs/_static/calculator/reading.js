"use strict";
/* Puts the file of definitions, as `jiascores export json` writes it, and what the page adds to it
   into the form that the other scripts read. No number is changed. */

globalThis.JIASCORES_DEFINITIONS = (function (file, page) {
  if (!file || !page) return null;
  const cited = ({ citation, identifier }) =>
    identifier === "none seen" ? citation : `${citation} (${identifier})`;
  const of = (kind, more = {}) =>
    file.definitions
      .filter((one) => one.kind === kind)
      .map((one) => ({
        ...one,
        ...page.about[`${kind} ${one.name}`],
        ...more,
        reference: cited(one.reference),
        evidence: one.evidence_in_words,
      }));
  const scores = of("score");
  return {
    ...page,
    ...file,
    scores: page.scores.map((name) => scores.find((one) => one.name === name)),
    cutoff_sets: of("cut-off set"),
    course_rule: of("course rule").find((one) => one.name === page.course_rule),
    // The page has no fields for what the criteria of systemic symptoms ask for.
    response_criteria: of("response criteria").filter((one) => !one.systemic),
    flare_criteria: of("flare criteria"),
    jadas_improvement_criteria: of("JADAS improvement criteria", { call: ["horneff_improvement", "criteria"] }),
    jadas_change_criteria: of("JADAS change criteria", { call: ["bulatovic_change", "criteria"] }),
    chaq_differences: of("CHAQ important difference", { call: ["chaq_change", "difference"] }),
  };
})(globalThis.JIASCORES_FILE, globalThis.JIASCORES_PAGE);
