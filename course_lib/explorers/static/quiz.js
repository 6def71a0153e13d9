// The quiz: every option answers back, the right one too.
import { element, note } from "./core/elements.js";
import { explorer } from "./core/frame.js";

// Options are buttons, not radios: in a group of radios the arrow keys choose as they move,
// so a student with a keyboard would have answered before having read. A button is read
// first and chosen with Space or Enter, and its explanation comes at once, as for a click.
// Pressed is the option chosen last. Explanations stay open, so that they can be compared
// and nothing moves away under the pointer.
const widget = explorer((ui) => {
  const first = {}; // the option chosen first, by the question's id
  const score = element("p", { class: "quiz-score", hidden: true });
  const asked = ui.value("questions").map(ask);
  ui.root.append(
    note(
      "Choose an answer to see why it is right or wrong. " +
        "You may choose again; the first choice counts.",
    ),
    ...asked.map((question) => question.node),
    score,
  );

  function ask({ id, question, options }, index) {
    const offered = options.map((option, i) =>
      offer(option, `${ui.id}-${index}-${i}`, () => {
        const done = allAnswered();
        made.choose(i);
        ui.report({ answers: { ...first } });
        const ended = !done && allAnswered();
        ui.say(`${offered[i].words}${ended ? ` ${score.textContent}` : ""}`);
      }));
    const made = { id };
    made.isRight = () => options[first[id]].correct;
    made.choose = (i) => {
      first[id] ??= i;
      offered.forEach((other, k) => other.press(k === i));
      offered[i].explain(true);
      showScore();
    };
    made.set = (i) => {
      if (i === first[id]) return;
      delete first[id];
      offered.forEach((option) => {
        option.press(false);
        option.explain(false);
      });
      if (offered[i]) made.choose(i);
      showScore();
    };
    const legend = element("legend", {}, `${index + 1}. `, ...marked(question));
    const nodes = offered.map((option) => option.node);
    made.node = element("fieldset", { class: "quiz-question" }, legend, ...nodes);
    return made;
  }

  /* An option and, once it was chosen, its explanation: {node, words, press, explain}. */
  function offer({ text, explanation, correct }, id, onClick) {
    const verdict = correct ? "Correct." : "Not quite.";
    const sign = element("span", { class: "quiz-sign", "aria-hidden": "true" });
    const button = element(
      "button",
      { type: "button", class: "quiz-answer", "aria-pressed": "false", onclick: ui.guard(onClick) },
      sign,
      element("span", {}, ...marked(text)),
    );
    const why = element(
      "p",
      { class: "quiz-explanation", id, hidden: true },
      element("strong", {}, verdict),
      " ",
      ...marked(explanation),
    );
    const node = element("div", { class: "quiz-option" }, button, why);
    const press = (on) => button.setAttribute("aria-pressed", String(on));
    const explain = (on) => {
      sign.textContent = on ? (correct ? "✓" : "✗") : "○";
      why.hidden = !on;
      node.classList.toggle("right", on && correct);
      node.classList.toggle("wrong", on && !correct);
      if (on) button.setAttribute("aria-describedby", id);
      else button.removeAttribute("aria-describedby");
    };
    explain(false);
    return { node, press, explain, words: why.textContent };
  }

  /* A text as nodes, with what stands in backticks as code. */
  function marked(text) {
    const parts = text.split(/`([^`]+)`/);
    return parts.map((part, i) => (i % 2 ? element("code", {}, part) : part));
  }

  function allAnswered() {
    return asked.every(({ id }) => id in first);
  }

  function showScore() {
    score.hidden = !allAnswered();
    if (score.hidden) return;
    const right = asked.filter((question) => question.isRight()).length;
    score.textContent = `${right} of ${asked.length} right at the first try.`;
  }

  // Python may set the answers, and a second view of the quiz follows the first one.
  function follow() {
    const answers = ui.model.get("answers");
    asked.forEach((question) => question.set(answers[question.id]));
  }
  ui.listen("change:answers", follow);
  follow();
});
export default widget;
