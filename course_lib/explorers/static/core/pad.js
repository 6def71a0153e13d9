// A pad to draw a digit on.
import { button } from "./controls.js";
import { element, stack } from "./elements.js";
import { arrows, drag } from "./gestures.js";

const PAD = 280;

/** Fit ink, PAD × PAD in [0, 255], as MNIST does: its longer side 20 pixels of 28, its
    centre of mass in the middle. Returns 784 floats in [0, 1], all 0 without ink. */
export function centre(ink) {
  const pixels = new Float32Array(784);
  let [mass, sumX, sumY, left, right, top, bottom] = [0, 0, 0, PAD, -1, PAD, -1];
  for (let y = 0, i = 0; y < PAD; y++) {
    for (let x = 0; x < PAD; x++, i++) {
      if (!ink[i]) continue;
      mass += ink[i];
      sumX += ink[i] * (x + 0.5);
      sumY += ink[i] * (y + 0.5);
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  if (!mass) return pixels;
  // A dot stays a dot: what is under a quarter of the pad is not blown up to 20 pixels.
  const scale = 20 / Math.max(right - left + 1, bottom - top + 1, PAD / 4);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const value = (ink[y * PAD + x] / 255) * scale * scale;
      if (!value) continue;
      // Share it among the four pixels around it, whose centres lie at halves.
      const u = (x + 0.5 - sumX / mass) * scale + 13.5;
      const v = (y + 0.5 - sumY / mass) * scale + 13.5;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      if (i < 0 || j < 0 || i > 26 || j > 26) continue;
      const [a, b] = [u - i, v - j];
      pixels[28 * j + i] += value * (1 - a) * (1 - b);
      pixels[28 * j + i + 1] += value * a * (1 - b);
      pixels[28 * j + 28 + i] += value * (1 - a) * b;
      pixels[28 * j + 29 + i] += value * a * b;
    }
  }
  return pixels.map((v) => Math.min(1, v));
}

/** Whether the pictures are of the kind that a pad makes: grey, 28 × 28. */
export const takesDrawings = (ui) => String(ui.shape() ?? [1, 28, 28]) === "1,28,28";

/** A pad to draw on with pointer, finger or keys: {node, clear()}.

    onDraw(pixels) hears the digit so far, centred and scaled; null once it is cleared.
    Hidden where the pictures are of another kind. */
export function pad(ui, { onDraw, label = "Draw a digit" }) {
  const canvas = element("canvas", {
    width: PAD,
    height: PAD,
    class: "explorer-pad",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "drawing pad",
    "aria-label": `${label}. Arrow keys move the pen, Space lowers or lifts it, Delete clears.`,
  });
  const paper = element("canvas", { width: PAD, height: PAD });
  const drawing = paper.getContext("2d", { willReadFrequently: true });
  Object.assign(drawing, { lineWidth: 24, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
  const context = canvas.getContext("2d");
  const hint = element("p", { class: "explorer-pad-hint", "aria-hidden": "true" }, "draw here");
  let last = null; // the last point of the stroke, and the last middle between two points
  let pen = { x: PAD / 2, y: PAD / 2, down: false, shown: false };

  const show = () => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, PAD, PAD);
    context.drawImage(paper, 0, 0);
    if (!pen.shown) return;
    context.strokeStyle = "#56b4e9";
    context.lineWidth = 3;
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 8 : 13, 0, 2 * Math.PI);
    context.stroke();
  };
  const tell = () => {
    const { data } = drawing.getImageData(0, 0, PAD, PAD);
    const grey = new Uint8Array(PAD * PAD);
    for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i + 3];
    hint.hidden = true;
    show();
    onDraw(centre(grey));
  };
  // A curve through the middles between the points is smooth at every point.
  const inkTo = (x, y) => {
    drawing.beginPath();
    const from = last ?? { x, y, middleX: x, middleY: y };
    const [middleX, middleY] = [(from.x + x) / 2, (from.y + y) / 2];
    drawing.moveTo(from.middleX, from.middleY);
    drawing.quadraticCurveTo(from.x, from.y, middleX, middleY);
    if (!last) drawing.lineTo(x + 0.1, y);
    drawing.stroke();
    last = { x, y, middleX, middleY };
  };
  drag(
    ui,
    canvas,
    (_, points) => {
      const scale = PAD / canvas.clientWidth;
      for (const [x, y] of points) inkTo(x * scale, y * scale);
      pen.shown = false;
      tell();
    },
    {
      end: () => {
        if (!last) return;
        inkTo(last.x, last.y); // from the last middle to the last point
        last = null;
        tell();
      },
    },
  );
  arrows(ui, canvas, (dx, dy) => {
    pen.shown = true;
    pen.x = Math.min(PAD - 14, Math.max(14, pen.x + 7 * dx));
    pen.y = Math.min(PAD - 14, Math.max(14, pen.y - 7 * dy));
    if (pen.down) {
      inkTo(pen.x, pen.y);
      tell();
    } else show();
  });
  const made = {};
  made.clear = () => {
    drawing.clearRect(0, 0, PAD, PAD);
    last = null;
    Object.assign(pen, { down: false });
    hint.hidden = false;
    show();
    onDraw(null);
  };
  canvas.addEventListener("keydown", ui.guard((event) => {
    if (event.key === " ") {
      pen = { ...pen, shown: true, down: !pen.down };
      last = null;
      if (pen.down) {
        inkTo(pen.x, pen.y);
        tell();
      } else show();
      ui.say(pen.down ? "pen down" : "pen up");
    } else if (event.key === "Delete" || event.key === "Backspace") {
      made.clear();
      ui.say("pad cleared");
    } else return;
    event.preventDefault();
  }));
  canvas.addEventListener("blur", () => {
    pen.shown = false;
    show();
  });
  show();
  const frame = element("div", { class: "explorer-pad-frame" }, canvas, hint);
  made.node = stack(frame, button(ui, "Clear the pad", () => made.clear()));
  ui.onRefresh(() => {
    made.node.hidden = !takesDrawings(ui);
    if (made.node.hidden && hint.hidden) made.clear();
  });
  return made;
}
