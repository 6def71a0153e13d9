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

    behind: draws, in the same way, what changes seldom: kept, and copied under each draw.
    aspect: its height as a share of its width. attributes: of the canvas; a canvas that
    only shows has role "img" and a label. Redrawn on a new size or theme:
    {node, redraw, redrawAll}; redrawAll draws what is behind anew as well. */
export function sheet(ui, { aspect = 1, attributes, behind, draw, maxWidth = 420 }) {
  const canvas = element("canvas", { class: "explorer-sheet", ...attributes });
  canvas.style.aspectRatio = String(1 / aspect);
  canvas.style.maxWidth = `${maxWidth}px`;
  const context = canvas.getContext("2d");
  const kept = behind && element("canvas");
  let [colours, stale] = [null, true];
  const made = { node: canvas, width: 0, height: 0 };
  const on = (paper, f) => {
    const ratio = canvas.width / made.width;
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    paper.clearRect(0, 0, made.width, made.height);
    paper.font = "12px system-ui, sans-serif";
    f(paper);
  };
  made.redraw = () => {
    if (!made.width) return;
    colours ??= ui.colours();
    if (kept && stale) {
      Object.assign(kept, { width: canvas.width, height: canvas.height });
      on(kept.getContext("2d"), (paper) => behind(paper, made.width, made.height, colours));
      stale = false;
    }
    on(context, () => {
      if (kept) context.drawImage(kept, 0, 0, made.width, made.height);
      draw(context, made.width, made.height, colours);
    });
  };
  made.redrawAll = () => {
    stale = true;
    made.redraw();
  };
  const observer = new ResizeObserver(ui.guard(([{ contentRect: { width } }]) => {
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    Object.assign(made, { width, height: width * aspect });
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(width * aspect * ratio);
    made.redrawAll();
  }));
  observer.observe(canvas);
  ui.closers.push(() => observer.disconnect());
  ui.painters.push(() => {
    colours = null;
    made.redrawAll();
  });
  return made;
}
