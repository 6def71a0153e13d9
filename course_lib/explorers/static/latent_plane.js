// The latent plane: drag a point, see what the decoder draws there.
import { disc, stroke } from "./core/canvas.js";
import { button, slider } from "./core/controls.js";
import {
  column,
  columns,
  controls,
  element,
  note,
  pictures,
  stack,
} from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { normals, row } from "./core/numbers.js";
import { pad } from "./core/pad.js";
import { kindOf, paint, picture, thumbnails } from "./core/pictures.js";
import { nearest, plane, scatter } from "./core/plane.js";

const widget = explorer((ui) => {
  let codes, labels, prior;
  const drawn = { z: null, sigma: null, pixels: null };
  const path = { from: null, to: null };
  const kind = kindOf(ui);
  const decoded = picture("decoded at z", { accent: true, large: true, shape: ui.shape });

  const map = plane(ui, {
    label: "Latent plane. Arrow keys move z, with Shift faster, Home goes to the origin.",
    box: [-1, 1, -1, 1],
    background: (context, at, colours) => {
      context.lineWidth = 1;
      context.strokeStyle = context.fillStyle = colours.line;
      const [x0, y0] = at(0, 0);
      for (const radius of prior ? [1, 2, 3] : []) {
        const [x] = at(radius, 0);
        disc(context, x0, y0, x - x0);
        context.stroke();
      }
      scatter(context, at, colours, codes, labels);
    },
    foreground: (context, at, colours) => {
      if (path.from && path.to) {
        context.strokeStyle = colours.accent;
        context.lineWidth = 2;
        stroke(context, at(...path.from), at(...path.to));
      }
      if (!drawn.z) return;
      const [x, y] = at(...drawn.z);
      context.strokeStyle = context.fillStyle = colours.ink;
      context.lineWidth = 2;
      if (drawn.sigma) {
        const [right] = at(drawn.z[0] + drawn.sigma[0], 0);
        const [, top] = at(0, drawn.z[1] + drawn.sigma[1]);
        context.beginPath();
        context.ellipse(x, y, Math.max(2, right - x), Math.max(2, y - top), 0, 0, 7);
        context.stroke();
      }
      context.font = "600 13px system-ui, sans-serif";
      context.textAlign = x > map.node.clientWidth / 2 ? "right" : "left";
      context.fillText(`your ${kind}`, x + (x > map.node.clientWidth / 2 ? -10 : 10), y - 8);
    },
    onMove: show,
  });

  let how = ""; // how z came to be where it is, for a screen reader
  function show(z) {
    ui.network("decode").run(z, (pixels) => {
      decoded.show(pixels, `z = (${z.map((v) => v.toFixed(2)).join(", ")})`);
    });
    ui.report({ z: Array.from(z) });
    const label = labels.values[nearest(codes, z).index];
    const place = z.map((v) => v.toFixed(1)).join(", ");
    const what = kind === "digit" ? `a ${label}` : `class ${label}`;
    ui.say(`${how}z is ${place}; the nearest code is of ${what}`);
    how = "";
  }

  const samples = Array.from({ length: 8 }, () =>
    element("canvas", { width: 28, height: 28, "aria-hidden": "true" }));
  const strip = element("div", { class: "explorer-thumbnails samples", hidden: true }, ...samples);
  let taken = 0;
  const sample = button(ui, "Sample z ~ N(0, I)", () => {
    how = "sampled: ";
    map.set(normals(2));
    strip.hidden = false;
    const keep = (pixels) => paint(samples[taken++ % 8], pixels, ui.shape());
    ui.network("decode").run(map.z, keep, "sample");
  });

  const drawing = pad(ui, {
    onDraw: (pixels) => {
      drawn.pixels = pixels;
      if (pixels) return land();
      drawn.z = null;
      map.draw();
    },
  });
  function land() {
    if (!drawn.pixels) return;
    ui.network("encode").run(drawn.pixels, (code) => {
      drawn.z = [code[0], code[1]];
      drawn.sigma = prior ? [Math.exp(code[2] / 2), Math.exp(code[3] / 2)] : null;
      how = `your ${kind} lands here: `;
      map.set(drawn.z);
      ui.report({ drawn: Array.from(drawn.pixels) });
    });
  }

  const circles = note("The circles have radius 1, 2 and 3.");
  const frame = columns(
    column(map.node),
    column(
      columns(stack(decoded.figure, sample), drawing.node),
      strip,
      circles,
    ),
  );
  ui.root.append(frame);

  /* Two images, and the way between their codes, through each of two models. */
  function comparison() {
    const sides = [
      ["", `between codes of the ${ui.value("model")}`],
      ["compare_", `between codes of the ${ui.value("compare")}`],
    ].map(([prefix, name]) => {
      return { prefix, view: picture(name, { shape: ui.shape }), from: null, to: null };
    });
    const names = ui.value("names");
    const choose = (label, index, key) => {
      const images = ui.value("thumbnails");
      const made = thumbnails(ui, { label, images, names, onChoose: (i) => encode(i, key) });
      made.choose(index);
      return made;
    };
    const from = choose("from", Math.min(1, names.length - 1), "from");
    const to = choose("to", Math.min(8, names.length - 1), "to");
    const way = slider(ui, {
      label: "t, the way from one to the other",
      min: 0,
      max: 1,
      step: 0.01,
      value: 0.5,
      format: (t) => t.toFixed(2),
      onInput: move,
    });
    function encode(i, key) {
      for (const side of sides) {
        const pixels = row(ui.value("thumbnails"), i);
        ui.network(`${side.prefix}encode`).run(pixels, (code) => {
          side[key] = Array.from(code.slice(0, 2));
          if (!side.prefix) path[key] = side[key];
          if (side.from && side.to) move(way.value);
        }, key);
      }
    }
    function move(t) {
      for (const side of sides) {
        if (!side.from || !side.to) return;
        const z = side.from.map((v, k) => (1 - t) * v + t * side.to[k]);
        ui.network(`${side.prefix}decode`).run(z, (pixels) => side.view.show(pixels), "way");
        if (!side.prefix) map.set(z);
      }
    }
    ui.onRefresh(() => {
      encode(from.index, "from");
      encode(to.index, "to");
    });
    return element(
      "div",
      { class: "explorer-body" },
      note("Slide from one image to another: z = (1 − t) · z(from) + t · z(to)."),
      controls(element("span", {}, "from"), from.node),
      controls(element("span", {}, "to"), to.node),
      way.node,
      pictures(...sides.map((side) => side.view.figure)),
    );
  }

  ui.listen("change:z", () => {
    const z = ui.model.get("z");
    if (z.length === 2 && z.some((v, k) => Math.abs(v - map.z[k]) > 1e-6)) {
      map.set(z);
    }
  });
  ui.onRefresh(() => {
    codes = ui.value("codes");
    labels = ui.value("labels");
    prior = ui.value("prior");
    circles.hidden = !prior;
    map.redraw(ui.value("box"));
    map.set(ui.model.get("z"));
    land();
  });
  if (ui.value("compare")) ui.root.append(comparison());
});
export default widget;
