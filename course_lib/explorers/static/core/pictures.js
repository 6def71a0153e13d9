// Pictures, alone and in rows to choose from.
import { element, write } from "./elements.js";
import { row } from "./numbers.js";

/** Put 28 × 28 grey levels, floats in [0, 1], on a canvas of that size. */
export function paint(canvas, pixels) {
  const side = Math.round(Math.sqrt(pixels.length));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = (canvas.image ??= context.createImageData(side, side));
  const { data } = image; // clamped, so that 255 × 1.1 is white
  for (let i = 0, k = 0; i < pixels.length; i++, k += 4) {
    data[k] = data[k + 1] = data[k + 2] = 255 * pixels[i];
    data[k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** A picture with words under it: {figure, show(pixels, words, spoken)}. */
export function picture(name, { accent = false, large = false } = {}) {
  const canvas = element("canvas", { width: 28, height: 28, role: "img", "aria-label": name });
  const words = element("span", { class: "explorer-figure-value" }, "\u00a0");
  const caption = element("figcaption", {}, element("span", {}, name), words);
  const figure = element("figure", { class: `${accent ? "accent" : ""} ${large ? "large" : ""}` }, canvas, caption);
  const show = (pixels, text = "", spoken = text) => {
    paint(canvas, pixels);
    write(words, text || "\u00a0");
    write(canvas, null, { "aria-label": spoken ? `${name}: ${spoken}` : name });
  };
  return { figure, canvas, show };
}

/** A row of small pictures to choose from, one at a time: {node, choose(i), index}. */
export function thumbnails(ui, { label, images, names, onChoose }) {
  const made = { index: -1 };
  const buttons = names.map((name, i) => {
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paint(canvas, row(images, i));
    const attributes = { type: "button", "aria-label": name, "aria-pressed": "false" };
    attributes.onclick = ui.guard(() => {
      made.choose(i);
      onChoose(i);
    });
    return element("button", attributes, canvas);
  });
  made.node = element(
    "div",
    { class: "explorer-thumbnails", role: "group", "aria-label": label },
    ...buttons,
  );
  made.choose = (i) => {
    made.index = i;
    buttons.forEach((b, k) => b.setAttribute("aria-pressed", String(k === i)));
  };
  return made;
}
