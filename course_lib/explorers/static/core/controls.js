// Controls: sliders, choices, buttons.
import { element, write } from "./elements.js";

/**
 * A labelled slider: {node, input, value, set(value)}.
 * @param {import("./frame.js").Ui} ui
 * @param {object} options
 * @param {string} options.label
 * @param {number} options.min
 * @param {number} options.max
 * @param {number | "any"} options.step
 * @param {number} options.value
 * @param {(value: number) => string} [options.format] the words shown
 * @param {(value: number) => void} options.onInput
 */
export function slider(ui, { label, min, max, step, value, format = String, onInput }) {
  // An output is a live region, but the slider says its value itself.
  const output = element("output", { "aria-live": "off" }, format(value));
  const input = element("input", { type: "range", min, max, step });
  const node = element("label", { class: "explorer-slider" }, element("span", {}, label), input, output);
  const made = { node, input, value };
  made.set = (next) => {
    made.value = Number(next);
    input.value = next;
    write(output, format(made.value));
    write(input, null, { "aria-valuetext": format(made.value) });
  };
  input.addEventListener("input", ui.guard(() => {
    made.set(input.value);
    onInput(made.value);
  }));
  made.set(value);
  return made;
}

/** A few options side by side, one of them chosen: {node, value}. options: [value, words]. */
export function choices(ui, { label, options, value, onChange }) {
  const made = { value };
  const name = `${ui.id}-${label}`;
  const items = options.map(([option, words]) => {
    const input = element("input", { type: "radio", name, checked: option === value });
    input.addEventListener("change", ui.guard(() => {
      made.value = option;
      onChange(option);
    }));
    return element("label", {}, input, element("span", {}, words));
  });
  made.node = element(
    "fieldset",
    { class: "explorer-choices" },
    element("legend", {}, label),
    ...items,
  );
  return made;
}

export function button(ui, label, onClick, attributes = {}) {
  return element(
    "button",
    { type: "button", class: "explorer-button", onclick: ui.guard(onClick), ...attributes },
    label,
  );
}

/** A button that is in or out: {node, on, set(on)}. */
export function toggle(ui, label, onChange, on = false) {
  const made = {};
  made.node = button(ui, label, () => {
    made.set(!made.on);
    onChange(made.on);
  });
  made.set = (next) => {
    made.on = next;
    made.node.setAttribute("aria-pressed", String(next));
  };
  made.set(on);
  return made;
}
