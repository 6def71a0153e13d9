// Canvases to draw on, sharp at any size, and what is drawn most.
import { element } from "./elements.js";

/** Draw a line through points [x, y]. */
export function stroke(context, ...points) {
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
}

/** Make a disc the path, to be filled or stroked. */
export function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Fill a disc. */
export function dot(context, x, y, radius) {
  disc(context, x, y, radius);
  context.fill();
}

/** A sharp canvas as wide as its place, drawn by draw(context, width, height, colours).

    aspect: its height as a share of its width. attributes: of the canvas; a canvas that
    only shows has role "img" and a label. Redrawn on a new size or theme: {node, redraw}. */
export function sheet(ui, { aspect = 1, attributes, draw, maxWidth = 420 }) {
  const canvas = element("canvas", { class: "explorer-sheet", ...attributes });
  canvas.style.aspectRatio = String(1 / aspect);
  canvas.style.maxWidth = `${maxWidth}px`;
  const context = canvas.getContext("2d");
  let colours;
  const made = { node: canvas, width: 0, height: 0 };
  made.redraw = () => {
    if (!made.width) return;
    colours ??= ui.colours();
    const ratio = canvas.width / made.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, made.width, made.height);
    context.font = "12px system-ui, sans-serif";
    draw(context, made.width, made.height, colours);
  };
  const observer = new ResizeObserver(ui.guard(([{ contentRect: { width } }]) => {
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    Object.assign(made, { width, height: width * aspect });
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(width * aspect * ratio);
    made.redraw();
  }));
  observer.observe(canvas);
  ui.closers.push(() => observer.disconnect());
  ui.painters.push(() => {
    colours = null;
    made.redraw();
  });
  return made;
}

/** Two sheets, one on the other: what is drawn seldom, and what follows the student.

    behind, front: their draw functions; the rest as for a sheet, attributes of the front.
    {node, canvas, draw(), drawAll()}; draw draws the front alone. */
export function layered(ui, { behind, front, attributes, ...size }) {
  const kept = (draw) => (context, ...rest) => {
    context.save();
    draw(context, ...rest);
    context.restore();
  };
  const hidden = { class: attributes.class, "aria-hidden": "true" };
  const below = sheet(ui, { ...size, draw: kept(behind), attributes: hidden });
  const above = sheet(ui, { ...size, draw: kept(front), attributes });
  const node = element("div", { class: "explorer-layers" }, below.node, above.node);
  return { node, canvas: above.node, draw: above.redraw, drawAll: below.redraw };
}
