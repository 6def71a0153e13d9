// What a threshold's alarms come to: counts and rates, in two tables.
import { element, table, write } from "./elements.js";
import { countUpTo } from "./numbers.js";

/** Tables of alarms: {confusion, rates, show(normal, anomalous, t)}.

    show takes the sorted scores of both classes, raises an alarm above t, and returns the
    words of all cells by name. */
export function tally() {
  const cells = {};
  const cell = (name) => (cells[name] = element("td"));
  const head = (text, scope = "row") => element("th", { scope }, text);
  const named = (label) => ({ class: "explorer-tally", "aria-label": label });
  const confusion = table(
    named("alarms by class"),
    [element("td"), head("normal", "col"), head("anomalous", "col")],
    [head("alarm"), cell("falsely"), cell("found")],
    [head("no alarm"), cell("passed"), cell("missed")],
  );
  const rates = table(
    named("rates"),
    [head("true-positive rate"), cell("tpr")],
    [head("false-positive rate"), cell("fpr")],
    [head("precision"), cell("precision")],
  );
  const of = (part, all) => (all ? `${(part / all).toFixed(3)} = ${part} / ${all}` : "no alarms");
  const show = (normal, anomalous, t) => {
    const [passed, missed] = [countUpTo(normal, t), countUpTo(anomalous, t)];
    const [falsely, found] = [normal.length - passed, anomalous.length - missed];
    const words = {
      falsely: `${falsely} false alarms`,
      found: `${found} found`,
      passed: `${passed} passed`,
      missed: `${missed} missed`,
      tpr: of(found, anomalous.length),
      fpr: of(falsely, normal.length),
      precision: of(found, falsely + found),
    };
    for (const [name, text] of Object.entries(words)) write(cells[name], text);
    return words;
  };
  return { confusion, rates, show };
}
