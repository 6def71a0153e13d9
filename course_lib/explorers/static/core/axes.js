// Axes: round numbers along a line, and words beside it.
import { stroke } from "./canvas.js";

/** What axes() leaves around a plot, in pixels. */
export const MARGIN = { left: 34, right: 8, top: 22, bottom: 36 };

/** Round numbers from low to high, a few: they make at least so many steps. */
export function ticks(low, high, least = 3) {
  const power = 10 ** Math.floor(Math.log10((high - low) / least));
  const step = power * ([5, 2].find((k) => least * k * power <= high - low) ?? 1);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** A number as an axis shows it, with a true minus. */
export const signed = (value) => String(value).replace("-", "−");

/**
 * Draw an axis at the foot of a plot, and words under it; returns value -> pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {object} options
 * @param {[number, number]} options.range low and high, the values at its ends
 * @param {[number, number]} options.span left and right, where these are
 * @param {number} options.foot
 * @param {string} options.words
 * @param {Record<string, string>} options.colours
 * @param {number[]} [options.values] what is marked on it
 */
export function axis(context, { range, span, foot, words, colours, values = ticks(...range) }) {
  const [[low, high], [left, right]] = [range, span];
  const at = (value) => left + ((value - low) / (high - low)) * (right - left);
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  context.textAlign = "center";
  stroke(context, [left, foot], [right, foot]);
  for (const value of values) {
    stroke(context, [at(value), foot], [at(value), foot + 4]);
    context.fillText(signed(value), at(value), foot + 16);
  }
  context.fillText(words, Math.round((left + right) / 2), foot + 31);
  return at;
}

/**
 * Draw both axes of a plot that fills a canvas; returns (x, y) -> pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} height
 * @param {object} options
 * @param {number[]} options.box left, right, bottom, top: the values at its edges
 * @param {string} options.x words at the lower axis
 * @param {string} options.y words at the upright one
 * @param {Record<string, string>} options.colours
 * @param {number[]} [options.values] what is marked on the lower one
 * @returns {(x: number, y: number) => [number, number]}
 */
export function axes(context, width, height, { box, x, y, values, colours }) {
  const [left, right, bottom, top] = box;
  const foot = height - MARGIN.bottom;
  const across = axis(context, {
    range: [left, right],
    span: [MARGIN.left, width - MARGIN.right],
    foot,
    words: x,
    colours,
    values,
  });
  const up = (value) => foot - ((value - bottom) / (top - bottom)) * (foot - MARGIN.top);
  stroke(context, [MARGIN.left, MARGIN.top], [MARGIN.left, foot]);
  context.textAlign = "right";
  for (const value of ticks(bottom, top)) {
    stroke(context, [MARGIN.left - 4, up(value)], [MARGIN.left, up(value)]);
    context.fillText(signed(value), MARGIN.left - 7, up(value) + 4);
  }
  context.textAlign = "left";
  context.fillText(y, 2, 12);
  return (a, b) => [across(a), up(b)];
}
