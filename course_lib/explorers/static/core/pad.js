// A pad to draw a picture on.
import { button } from "./controls.js";
import { asDrawn, centre } from "./drawings.js";
import { element, stack } from "./elements.js";
import { arrows, drag } from "./gestures.js";
import { kindOf } from "./pictures.js";

const PAD = 280;

/** How much ink there is at each place, in [0, 255]. */
function inkOf({ data }) {
  const ink = new Uint8Array(data.length / 4);
  for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3];
  return ink;
}

/** A pad to draw on with pointer, finger or keys: {node, clear()}.

    onDraw(pixels) hears the picture so far, (c, h, w) as the data's own: grey ones centred
    and scaled, those in colour as drawn, with a pen to choose; null once it is cleared. */
export function pad(ui, { onDraw, label = `Draw a ${kindOf(ui)}` }) {
  const shape = ui.shape() ?? [1, 28, 28];
  const coloured = shape[0] === 3;
  // What is not centred is drawn on the picture's own shape.
  const high = coloured ? Math.round((PAD * shape[1]) / shape[2]) : PAD;
  const canvas = element("canvas", {
    width: PAD,
    height: high,
    class: "explorer-pad",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "drawing pad",
    "aria-label": `${label}. Arrow keys move the pen, Space lowers or lifts it, Delete clears.`,
  });
  canvas.style.aspectRatio = `${PAD} / ${high}`;
  const paper = element("canvas", { width: PAD, height: high });
  const drawing = paper.getContext("2d", { willReadFrequently: true });
  Object.assign(drawing, { lineWidth: 24, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
  const context = canvas.getContext("2d");
  const hint = element("p", { class: "explorer-pad-hint", "aria-hidden": "true" }, "draw here");
  let last = null; // the last point of the stroke, and the last middle between two points
  let pen = { x: PAD / 2, y: high / 2, down: false, shown: false };

  const show = () => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, PAD, high);
    context.drawImage(paper, 0, 0);
    if (!pen.shown) return;
    context.strokeStyle = "#56b4e9";
    context.lineWidth = 3;
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 8 : 13, 0, 2 * Math.PI);
    context.stroke();
  };
  const tell = () => {
    const image = drawing.getImageData(0, 0, PAD, high);
    hint.hidden = true;
    show();
    onDraw(coloured ? asDrawn(image, shape) : centre(inkOf(image), shape));
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
    pen.y = Math.min(high - 14, Math.max(14, pen.y - 7 * dy));
    if (pen.down) {
      inkTo(pen.x, pen.y);
      tell();
    } else show();
  });
  const made = {};
  made.clear = () => {
    drawing.clearRect(0, 0, PAD, high);
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
  made.node = stack(frame);
  if (coloured) {
    const colour = element("input", { type: "color", value: "#ff4000" });
    const choose = () => (drawing.strokeStyle = colour.value);
    colour.addEventListener("input", choose);
    choose();
    made.node.append(element("label", { class: "explorer-pen" }, "pen ", colour));
  }
  made.node.append(button(ui, "Clear the pad", () => made.clear()));
  return made;
}
