// A plane of two numbers, and codes on it.
import { disc, sheet } from "./canvas.js";
import { element } from "./elements.js";
import { arrows, drag } from "./gestures.js";

/** A plane of two numbers with a cursor, moved by pointer, finger or arrow keys.

    box: [left, right, bottom, top]. background(context, map, colours) is drawn seldom,
    foreground at each move; map(x, y) gives canvas pixels. onMove([x, y]) hears of each
    move before it is drawn.
    {node, z, set(z), redraw()}; redraw draws the background anew. */
export function plane(ui, { label, box, background, foreground, onMove, hover = false, maxWidth = 420 }) {
  let [left, right, bottom, top] = box;
  const hidden = element("canvas");
  let stale = true;
  const made = { z: [0, 0] };
  const attributes = { tabindex: 0, role: "application", "aria-label": label };
  attributes["aria-roledescription"] = "plane";
  const drawn = sheet(ui, {
    attributes,
    maxWidth,
    draw: (context, width, height, colours) => {
      const map = (x, y) => [
        ((x - left) / (right - left)) * width,
        ((top - y) / (top - bottom)) * height,
      ];
      if (stale || hidden.width !== drawn.node.width) {
        hidden.width = drawn.node.width;
        hidden.height = drawn.node.height;
        const behind = hidden.getContext("2d");
        behind.scale(hidden.width / width, hidden.height / height);
        behind.font = context.font;
        background(behind, map, colours);
        behind.fillStyle = colours.ink;
        behind.font = context.font;
        behind.textAlign = "left";
        behind.fillText("z₂ ↑", 6, 16);
        behind.textAlign = "right";
        behind.fillText("z₁ →", width - 6, height - 8);
        stale = false;
      }
      context.drawImage(hidden, 0, 0, width, height);
      foreground(context, map, colours);
      const [x, y] = map(...made.z);
      cross(context, x, y, colours);
    },
  });
  made.node = drawn.node;
  ui.painters.unshift(() => (stale = true));
  made.redraw = (newBox) => {
    if (newBox) [left, right, bottom, top] = newBox;
    stale = true;
    drawn.redraw();
  };
  made.draw = drawn.redraw;
  made.set = ([x, y]) => {
    made.z = [Math.min(right, Math.max(left, x)), Math.min(top, Math.max(bottom, y))];
    onMove(made.z);
    drawn.redraw();
  };
  const go = (x, y) => made.set([x, y]);
  drag(ui, made.node, ([x, y]) => {
    const { clientWidth: width, clientHeight: height } = made.node;
    go(left + (x / width) * (right - left), top - (y / height) * (top - bottom));
  }, { hover });
  const unit = () => (right - left) / 60;
  arrows(
    ui,
    made.node,
    (dx, dy) => go(made.z[0] + dx * unit(), made.z[1] + dy * unit()),
    () => go(0, 0),
  );
  return made;
}

function cross(context, x, y, colours) {
  for (const [colour, width] of [[colours.surface, 5], [colours.accent, 2.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    disc(context, x, y, 7);
    context.stroke();
  }
}

/** The code (n, 2) nearest to a point: {index, distance}. */
export function nearest({ values }, [x, y]) {
  let [index, least] = [0, Infinity];
  for (let i = 0; 2 * i < values.length; i++) {
    const d = (values[2 * i] - x) ** 2 + (values[2 * i + 1] - y) ** 2;
    if (d < least) [index, least] = [i, d];
  }
  return { index, distance: Math.sqrt(least) };
}

// Colour-blind safe, since each mark is its own label too.
const LIGHT = ["#0072b2", "#b34f00", "#00795a", "#a8448a", "#2a7ca8", "#4d4d4d", "#8a6d00", "#5b5bc7", "#b03030", "#3f7f1f"];
const DARK = ["#6db8ec", "#f0914f", "#3fc79a", "#e39ac6", "#8fd0f2", "#c4c4c4", "#e8d24f", "#a9a9ff", "#ff9090", "#9ed673"];

/** Draw the codes (n, 2) as their labels, in the label's colour. */
export function scatter(context, map, colours, codes, labels, { alpha = 0.8, size = 10 } = {}) {
  const palette = isDark(colours.surface) ? DARK : LIGHT;
  context.save();
  context.globalAlpha = alpha;
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let i = 0; i < labels.values.length; i++) {
    const label = labels.values[i];
    context.fillStyle = palette[label % 10];
    const [x, y] = map(codes.values[2 * i], codes.values[2 * i + 1]);
    context.fillText(String(label), x, y);
  }
  context.restore();
}

export function isDark(colour) {
  const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b < 128;
}
