// The threshold: slide it over the scores of normal and of anomalous pictures.
import { ticks } from "./core/axes.js";
import { dot, sheet, stroke } from "./core/canvas.js";
import { slider } from "./core/controls.js";
import { column, columns, element, note, pictures, write } from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { arrows, drag } from "./core/gestures.js";
import { countUpTo, row, squaredError } from "./core/numbers.js";
import { pad } from "./core/pad.js";
import { paint, picture } from "./core/pictures.js";
import { tally } from "./core/tally.js";

const EDGE = 10; // left and right of the histograms
const GUTTER = 20; // between them, for the numbers
const MINE = "your drawing";

const widget = explorer((ui) => {
  let normal, anomalous, scores, end, digits;
  let t = ui.model.get("threshold");
  let drawn = null; // what is on the pad
  let look = {}; // the picture looked at closely: {name, index, score}

  const words = (score) => (Number.isFinite(score) ? score.toFixed(digits) : "∞");
  /* ---- The histograms: normal above the axis and filled, anomalous below and hatched ---- */

  const across = (score, width) => EDGE + Math.min(1, score / end) * (width - 2 * EDGE);
  const histogram = sheet(ui, {
    aspect: 0.5,
    maxWidth: 600,
    attributes: {
      class: "explorer-sheet explorer-histogram",
      tabindex: 0,
      role: "slider",
      "aria-label": "threshold on the histograms of normal and anomalous scores",
    },
    behind: (context, width, height, { ink, muted }) => {
      const [upper, lower] = [new Path2D(), new Path2D()];
      const bars = ui.value("bars");
      const bar = (width - 2 * EDGE) / bars.shape[1];
      for (const [i, path] of [upper, lower].entries()) {
        const up = 1 - 2 * i;
        const heights = row(bars, i);
        const unit = ((height - GUTTER) / 2 - 26) / Math.max(...heights);
        heights.forEach((v, k) => {
          if (v) path.rect(EDGE + k * bar + 1, (height - up * GUTTER) / 2, bar - 2, -up * v * unit);
        });
      }
      context.fillStyle = context.strokeStyle = ink;
      context.fill(upper);
      context.stroke(lower);
      context.textAlign = "right";
      context.fillText(`■ normal: ${normal.length}`, width - EDGE, 17);
      context.fillText(`▨ anomalous: ${anomalous.length}`, width - EDGE, height - 9);
      context.fillStyle = muted;
      context.fillText("more", width - 3, height / 2 + 4); // the last bar holds all beyond
      context.textAlign = "center";
      const free = width - 10 - context.measureText("more").width;
      for (const v of ticks(0, end, 5)) {
        const x = across(v, width);
        if (x + context.measureText(v).width / 2 > free) break;
        context.fillText(v, x, height / 2 + 4);
      }
      context.clip(lower);
      for (let x = -height; x < width; x += 4) stroke(context, [x, height], [x + height, 0]);
    },
    draw: (context, width, height, { accent, ink, surface }) => {
      const x = across(t, width);
      context.fillStyle = accent;
      context.globalAlpha = 0.16;
      context.fillRect(x, 0, width, height);
      context.globalAlpha = 1;
      context.fillRect(x - 1.25, 0, 2.5, height);
      dot(context, x, height / 2, 7);
      if (look.score == null) return;
      Object.assign(context, { strokeStyle: ink, lineWidth: 2 });
      context.setLineDash([5, 4]);
      const place = across(look.score, width);
      stroke(context, [place, 26], [place, height - 26]);
      context.setLineDash([]);
      const wide = context.measureText(look.name).width + 12;
      const left = place > width / 2 ? place - wide : place;
      context.fillStyle = surface;
      context.fillRect(left, 26, wide, 22);
      context.strokeRect(left, 26, wide, 22);
      context.fillStyle = ink;
      context.fillText(look.name, left + 6, 42);
    },
  });
  drag(ui, histogram.node, ([x]) => {
    move(((x - EDGE) / (histogram.node.clientWidth - 2 * EDGE)) * end);
  });
  arrows(ui, histogram.node, (dx, dy) => move(t + (dx + dy) * end / 200), () => move(0));
  const knob = slider(ui, {
    label: "threshold",
    min: 0,
    max: t,
    step: "any",
    value: t,
    format: (v) => words(v),
    onInput: (v) => move(v),
  });

  /* ---- The ROC curve, with room for words on its left and below ---- */

  const at = (width, fpr, tpr) => [22 + fpr * (width - 30), 8 + (1 - tpr) * (width - 30)];
  const roc = sheet(ui, {
    maxWidth: 250,
    attributes: { class: "explorer-sheet", role: "img" },
    behind: (context, width, height, { ink, line: rim, muted }) => {
      context.strokeStyle = rim;
      context.strokeRect(...at(width, 0, 1), width - 30, width - 30);
      context.setLineDash([3, 4]);
      stroke(context, at(width, 0, 0), at(width, 1, 1));
      context.setLineDash([]);
      Object.assign(context, { strokeStyle: ink, lineWidth: 1.5 });
      const curve = ui.value("roc");
      stroke(context, ...Array.from({ length: curve.shape[0] }, (_, i) => at(width, ...row(curve, i))));
      Object.assign(context, { fillStyle: muted, textAlign: "center" });
      context.fillText("false-positive rate", 7 + width / 2, height - 5);
      context.rotate(-Math.PI / 2);
      context.fillText("true-positive rate", 7 - width / 2, 14);
    },
    draw: (context, width, _height, { accent, surface }) => {
      const rate = (sorted) => 1 - countUpTo(sorted, t) / sorted.length;
      const point = at(width, rate(normal), rate(anomalous));
      context.fillStyle = surface;
      dot(context, ...point, 8);
      context.fillStyle = accent;
      dot(context, ...point, 6);
    },
  });

  /* ---- The pictures on either side of the threshold ---- */

  let next = -1; // the first one above it, among those sorted by score
  const slots = Array.from({ length: 8 }, () => {
    const slot = { canvas: element("canvas", { "aria-hidden": "true" }), text: new Text() };
    const onclick = ui.guard(() => {
      inspect(row(ui.value("images"), slot.index), `this ${slot.name} one`, slot.index);
    });
    slot.node = element("button", { type: "button", onclick }, slot.canvas, slot.text);
    return slot;
  });
  const group = (from, text) =>
    element(
      "div",
      { role: "group", "aria-label": text },
      element("p", {}, text),
      ...slots.slice(from, from + 4).map((slot) => slot.node),
    );
  const near = element(
    "div",
    { class: "explorer-near" },
    group(0, "just below the threshold: no alarm"),
    group(4, "just above it: alarm"),
  );
  function showNear() {
    if (next === (next = countUpTo(scores, t))) return;
    slots.forEach((slot, k) => {
      slot.index = next - 4 + k;
      slot.node.style.visibility = slot.index in scores ? "" : "hidden";
      if (!(slot.index in scores)) return;
      const isNormal = ui.value("is_normal").values[slot.index];
      const wrong = isNormal ? k > 3 && "false alarm" : k < 4 && "missed";
      slot.name = isNormal ? "normal" : "anomalous";
      write(slot.text, `${slot.name}\n${words(scores[slot.index])}\n${wrong || ""}`);
      paint(slot.canvas, row(ui.value("images"), slot.index), ui.shape());
    });
  }

  /* ---- One picture looked at closely: the drawing, or one that was clicked ---- */

  const seen = picture("x", { shape: ui.shape });
  const copy = picture("x_hat", { shape: ui.shape });
  const residual = picture("|x − x_hat|", { accent: true, shape: ui.shape });
  const closer = pictures(seen.figure, copy.figure, residual.figure);
  const verdict = element("p");
  function inspect(pixels, name, index = null) {
    look = { name, index, score: index == null ? null : scores[index] };
    ui.network("encode").run(pixels, (code) => {
      ui.network("decode").run(code.slice(0, ui.value("latent_dim")), (x_hat) => {
        if (look.index !== index) return; // the student has looked elsewhere meanwhile
        const ink = ui.value("per_ink") ? squaredError(pixels, new Float32Array(pixels.length)) : 1;
        const score = squaredError(pixels, x_hat) / ink;
        if (index == null) ui.report({ drawn_score: (look.score = score) });
        seen.show(pixels, "", name);
        copy.show(x_hat);
        residual.show(pixels.map((v, i) => Math.abs(v - x_hat[i])));
        show();
      });
    });
  }
  const alarms = tally();
  const drawing = pad(ui, {
    label: "Draw an anomaly",
    onDraw: (pixels) => {
      drawn = pixels;
      if (pixels) return inspect(pixels, MINE);
      look = {};
      ui.report({ drawn_score: null });
      show();
    },
  });

  /* ---- All that follows the threshold ---- */

  function move(to) {
    t = Math.min(end, Math.max(0, to));
    ui.report({ threshold: t });
    show();
  }
  const invitation = "Draw your own anomaly, or choose a picture above to look at it closely.";
  function show() {
    const texts = alarms.show(normal, anomalous, t);
    knob.set(t);
    showNear();
    for (const { node, index } of slots) {
      write(node, null, { "aria-pressed": String(index === look.index) });
    }
    if (closer.hidden !== (look.score == null)) closer.hidden = look.score == null;
    const raised = look.score > t ? "alarm" : "no alarm";
    const side = look.score > t ? "above" : "not above";
    const judged = closer.hidden
      ? invitation
      : `Score of ${look.name}: ${words(look.score)}, ${side} the threshold: ${raised}.`;
    write(verdict, judged);
    const said = `threshold ${words(t)}: ${texts.found}, ${texts.missed}, ${texts.falsely}`;
    write(histogram.node, null, {
      "aria-valuemin": 0,
      "aria-valuemax": end,
      "aria-valuenow": t,
      "aria-valuetext": said,
    });
    const point = `true-positive rate ${texts.tpr}, false-positive rate ${texts.fpr}`;
    write(roc.node, null, { "aria-label": `${area.textContent}; at this threshold ${point}` });
    histogram.redraw();
    roc.redraw();
    ui.say(closer.hidden ? said : `${said}. ${judged}`);
  }

  const [about, mix, area] = [note(""), note(""), element("p")];
  const main = column(about, histogram.node, knob.node);
  main.style.flex = "2 1 20rem";
  closer.classList.add("explorer-closer");
  ui.root.append(
    columns(main, column(area, roc.node)),
    columns(column(alarms.confusion), column(alarms.rates)),
    mix,
    near,
    verdict,
    columns(drawing.node, closer),
  );
  ui.listen("change:threshold", () => {
    if (ui.model.get("threshold") !== t) move(ui.model.get("threshold"));
  });
  ui.onRefresh(() => {
    const values = (name) => ui.value(name).values;
    [normal, anomalous, scores] = [values("normal"), values("anomalous"), values("scores")];
    [end, digits] = [ui.value("end"), ui.value("digits")];
    Object.assign(knob.input, { max: end, step: 10 ** -digits });
    const [n, m] = [normal.length, anomalous.length];
    const [share, others] = m > n ? [1, +(m / n).toFixed(1)] : [+(n / m).toFixed(1), 1];
    about.textContent =
      `A picture's score is ||x − x_hat||²${ui.value("per_ink") ? " / ||x||²" : ""}. ` +
      "On the tinted side of the threshold it raises an alarm. Each class has its own scale.";
    mix.textContent =
      `Counts are of the ${n} normal and ${m} anomalous pictures here; precision holds for ` +
      `this mix alone, ${share}\u00a0:\u00a0${others}.`;
    area.textContent = `ROC curve: AUROC ${ui.value("auroc").toFixed(3)}`;
    [next, look] = [-1, {}];
    histogram.redrawAll();
    roc.redrawAll();
    move(t);
    if (drawn) inspect(drawn, MINE);
  });
});
export default widget;
