// Pictures, alone and in rows to choose from.
import { element, write } from "./elements.js";
import { row } from "./numbers.js";

/** @typedef {import("./numbers.js").Numbers} Numbers */
/** @typedef {import("./numbers.js").Shape} Shape */

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const painted = new WeakMap(); // the pixels behind each canvas

/** What a picture is called: a digit where it is grey and 28 × 28, as MNIST's. */
export const kindOf = (ui) =>
  String(ui.shape() ?? [1, 28, 28]) === "1,28,28" ? "digit" : "picture";

/**
 * Write a picture's numbers, from a start, into an ImageData of its size.
 * @param {ImageData} image
 * @param {Numbers} pixels
 * @param {Shape} shape
 * @param {number} [start]
 * @param {number} [scale] 255 for floats in [0, 1], 1 for bytes
 */
export function fill({ data }, pixels, [channels, height, width], start = 0, scale = 255) {
  const size = height * width;
  const [green, blue] = channels === 3 ? [start + size, start + 2 * size] : [start, start];
  for (let i = 0, k = 0; i < size; i++, k += 4) {
    data[k] = scale * pixels[start + i]; // clamped, so that 255 × 1.1 is white
    data[k + 1] = scale * pixels[green + i];
    data[k + 2] = scale * pixels[blue + i];
    data[k + 3] = 255;
  }
}

/**
 * Put a picture, floats in [0, 1] as torch gives them, (c, h, w), on a canvas of its size.
 * @param {HTMLCanvasElement} canvas
 * @param {Numbers} pixels
 * @param {Shape} [shape] c 1 for grey or 3 for red, green, blue; by default square and grey
 */
export function paint(canvas, pixels, shape) {
  const [channels, height, width] = shape ?? square(pixels.length);
  const size = height * width;
  if (pixels.length !== channels * size || (channels !== 1 && channels !== 3)) {
    const wanted = `(${channels}, ${height}, ${width})`;
    throw new Error(`${pixels.length} numbers are no picture of shape ${wanted}`);
  }
  const context = canvas.getContext("2d");
  let image = painted.get(canvas);
  if (image?.width !== width || image.height !== height) {
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      canvas.style.aspectRatio = `${width} / ${height}`;
    }
    image = context.createImageData(width, height);
    painted.set(canvas, image);
  }
  fill(image, pixels, [channels, height, width]);
  context.putImageData(image, 0, 0);
}

/**
 * @param {number} length
 * @returns {Shape}
 */
function square(length) {
  const side = Math.round(Math.sqrt(length));
  return [1, side, side];
}

/**
 * A picture with words under it: {figure, canvas, show(pixels, words, spoken)}.
 * @param {string} name
 * @param {object} [options]
 * @param {boolean} [options.accent] with a rim
 * @param {boolean} [options.large]
 * @param {() => Shape | undefined} [options.shape] asked at each show, such as ui.shape
 */
export function picture(name, { accent = false, large = false, shape } = {}) {
  const canvas = element("canvas", { width: 28, height: 28, role: "img", "aria-label": name });
  const words = element("span", { class: "explorer-figure-value" }, "\u00a0");
  const caption = element("figcaption", {}, element("span", {}, name), words);
  const kind = `${accent ? "accent" : ""} ${large ? "large" : ""}`;
  const figure = element("figure", { class: kind }, canvas, caption);
  const show = (pixels, text = "", spoken = text) => {
    paint(canvas, pixels, shape?.());
    write(words, text || "\u00a0");
    write(canvas, null, { "aria-label": spoken ? `${name}: ${spoken}` : name });
  };
  return { figure, canvas, show };
}

/** A row of small pictures to choose from, one at a time: {node, choose(i), index}.

    images: (n, c·h·w); their shape [c, h, w] is the data's "picture". */
export function thumbnails(ui, { label, images, names, onChoose }) {
  const made = { index: -1 };
  const buttons = names.map((name, i) => {
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paint(canvas, row(images, i), ui.shape());
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
