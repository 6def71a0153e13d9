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
