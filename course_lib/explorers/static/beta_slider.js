// Beta: trained VAEs along the rate-distortion curve, and what is inside each.
import { axes, MARGIN } from "./core/axes.js";
import { sheet, stroke } from "./core/canvas.js";
import { slider } from "./core/controls.js";
import {
  column,
  columns,
  controls,
  element,
  note,
  pictures,
  write,
} from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { row } from "./core/numbers.js";
import { fill, picture, thumbnails } from "./core/pictures.js";

const widget = explorer((ui) => {
  const ACTIVE = 0.1; // nats above which a dimension counts as used
  let marks, index, chooser;
  const bare = ({ beta, own }) => `${beta}${own ? ", yours" : ""}`;
  const same = (a) => (b) => a.beta === b.beta && a.own === b.own;

  // What the current model makes of image k: mu and sigma in two dimensions.
  function posterior(k) {
    const start = 4 * (index * ui.value("names").length + k);
    return ui.value("posteriors").values.subarray(start, start + 4);
  }

  /* ---- Drawing ---- */

  // The width and height within the axes.
  const room = (width, tall) => [
    width - MARGIN.left - MARGIN.right,
    tall - MARGIN.top - MARGIN.bottom,
  ];
  const shown = (draw) => sheet(ui, { aspect: 0.9, attributes: { role: "img" }, draw });

  const bars = shown((context, width, tall, colours) => {
    const sizes = marks[index].dimensions;
    const most = 1.05 * Math.max(0.5, ...marks.map((mark) => mark.dimensions[0]));
    const words = { x: "dimensions of z, largest first", y: "nats", values: [] };
    const at = axes(context, width, tall, { box: [0, sizes.length, 0, most], ...words, colours });
    const [start, foot] = at(0, 0);
    const wide = at(1, 0)[0] - start;
    context.textAlign = "center";
    sizes.forEach((size, i) => {
      const [x, y] = at(i, size);
      context.fillStyle = i < 2 ? colours.accent : colours.muted;
      context.fillRect(x + 0.15 * wide, y, 0.7 * wide, foot - y);
      if (i < 2) context.fillText(i + 1, x + wide / 2, foot + 14);
    });
  });

  const plane = shown((context, width, tall, colours) => {
    const { values } = ui.value("posteriors");
    const reach = 1.1 * values.reduce((most, v) => Math.max(most, Math.abs(v)), 2.8);
    const [across, up] = room(width, tall);
    const side = (reach * across) / up; // circles stay round
    const words = { x: "dimension 1", y: "dimension 2" };
    const at = axes(context, width, tall, { box: [-side, side, -reach, reach], ...words, colours });
    const unit = at(1, 0)[0] - at(0, 0)[0];
    const ellipse = ([x, y, right, up]) => {
      context.beginPath();
      const size = [right, up].map((sigma) => Math.max(1.5, sigma * unit));
      context.ellipse(...at(x, y), ...size, 0, 0, 7);
      context.stroke();
    };
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    ellipse([0, 0, 1, 1]);
    context.setLineDash([]);
    context.textAlign = "center";
    ui.value("names").forEach((name, k) => {
      const chosen = k === chooser.index;
      context.strokeStyle = context.fillStyle = chosen ? colours.accent : colours.muted;
      context.lineWidth = chosen ? 2.5 : 1.2;
      ellipse(posterior(k));
      const [x, y, right] = posterior(k);
      const [u, v] = at(x, y);
      const aside = right * unit > 9 ? 0 : right * unit + 7; // where a digit does not fit in
      context.fillText(name.split(" ").pop(), u + aside, v + 4);
    });
  });

  const curve = shown((context, width, tall, colours) => {
    const [rates, losses] = ["rate", "distortion"].map((k) => marks.map((mark) => mark[k]));
    const [low, high] = [Math.min(...losses), Math.max(...losses)];
    const margin = 0.1 * (high - low) + 1;
    const right = 1.1 * Math.max(...rates) + 1;
    const box = [0, right, low - margin, high + margin];
    const words = { x: "rate: KL, nats", y: "distortion: recon, nats" };
    const at = axes(context, width, tall, { box, ...words, colours });
    const place = (mark) => at(mark.rate, mark.distortion);
    const here = marks[index];
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, ...room(width, tall));
    context.clip();
    context.strokeStyle = colours.accent;
    context.setLineDash([5, 4]);
    const total = here.distortion + here.beta * here.rate;
    stroke(context, at(0, total), at(right, total - here.beta * right));
    context.restore();
    context.strokeStyle = colours.muted;
    stroke(context, ...marks.filter((mark) => !mark.own).map(place));
    context.textAlign = "left";
    let last = [Infinity, 0];
    for (const mark of marks) {
      const [x, y] = place(mark);
      context.fillStyle = mark === here ? colours.accent : colours.ink;
      context.beginPath();
      if (mark.own) context.rect(x - 5, y - 5, 10, 10);
      else context.arc(x, y, mark === here ? 6 : 4, 0, 7);
      context.fill();
      // Room for the words beside the current dot, and for these.
      if (near(place(mark), place(here), 84) || near(place(mark), last, 22)) continue;
      last = [x, y];
      beside(context, bare(mark), x, y, width, colours.muted, colours);
    }
    context.font = "600 13px system-ui, sans-serif";
    beside(context, `beta ${bare(here)}`, ...place(here), width, colours.ink, colours);
  });

  /**
   * Whether a point is so near another, on its left, that words would meet.
   * @param {number[]} a
   * @param {number[]} b
   * @param {number} wide
   */
  function near([x, y], [u, v], wide) {
    return x - u > -22 && x - u < wide && Math.abs(y - v) < 22;
  }

  // Words up and right of a point, or as far right as there is room.
  function beside(context, words, x, y, width, colour, { surface }) {
    const start = Math.min(x + 9, width - context.measureText(words).width - 1);
    Object.assign(context, { fillStyle: colour, strokeStyle: surface, lineWidth: 4 });
    context.strokeText(words, start, y - 8);
    context.fillText(words, start, y - 8);
  }

  /* ---- Pictures and words ---- */

  const [original, copy] = [
    picture("x", { shape: ui.shape }),
    picture("x_hat", { accent: true, shape: ui.shape }),
  ];
  const ACROSS = 8; // samples in a row
  const samples = element("canvas", { role: "img", style: "aspect-ratio: auto" });
  const sampled = element(
    "figure",
    { style: "width: 460px; max-width: 100%" },
    samples,
    element("figcaption", {}, "samples: z ~ N(0, I), the same z for every beta"),
  );
  const [summary, caption] = [element("p"), note("")];

  // The samples in rows, on one canvas.
  function mosaic() {
    const { shape, values } = ui.value("samples");
    const count = shape[0] / marks.length;
    const of = ui.shape();
    const [right, down] = [of[2] + 2, of[1] + 2]; // from one to the next
    samples.width = ACROSS * right - 2;
    samples.height = Math.ceil(count / ACROSS) * down - 2;
    const context = samples.getContext("2d");
    const image = context.createImageData(of[2], of[1]);
    for (let k = 0; k < count; k++) {
      fill(image, values, of, shape[1] * (index * count + k), 1);
      context.putImageData(image, (k % ACROSS) * right, Math.floor(k / ACROSS) * down);
    }
  }

  function show() {
    const [mark, k] = [marks[index], chooser.index];
    const names = ui.value("names");
    const [recon, kl] = [mark.recon[k], mark.kl[k]];
    original.show(row(ui.value("thumbnails"), k), names[k]);
    copy.show(
      row(ui.value("copies"), index * names.length + k),
      `recon ${recon.toFixed(0)}, kl ${kl.toFixed(0)}`,
      `recon ${recon.toFixed(1)} nats, kl ${kl.toFixed(1)} nats`,
    );
    mosaic();
    for (const drawn of [bars, plane, curve]) drawn.redraw();
    tell(mark);
  }

  function tell(mark) {
    const name = `beta ${bare(mark)}`;
    const { length } = mark.dimensions;
    const active = mark.dimensions.filter((size) => size > ACTIVE).length;
    const where = `rate ${mark.rate.toFixed(1)}, distortion ${mark.distortion.toFixed(1)} nats`;
    const used = `${active} of ${length} dimensions above ${ACTIVE} nat`;
    write(summary, `R${where.slice(1)} an image; ${used}.`);
    const label = (node, words) => write(node, null, { "aria-label": words });
    const sizes = mark.dimensions.map((size) => size.toFixed(2)).join(", ");
    label(bars.node, `KL of each dimension in nats, ${name}: ${sizes}`);
    const rounded = (value) => (Number(value.toFixed(2)) || 0).toFixed(2); // no "-0.00"
    const [x, y, right, up] = Array.from(posterior(chooser.index), rounded);
    const q = `mu (${x}, ${y}), sigma (${right}, ${up})`;
    label(plane.node, `Posteriors over the prior, ${name}; of the chosen image: ${q}`);
    label(curve.node, `Rate-distortion curve of ${marks.length} models; ${name}: ${where}`);
    label(samples, `samples of the model, ${name}`);
    ui.say(`${name}: ${where}; ${used}`);
  }

  /* ---- Controls ---- */

  const knob = slider(ui, {
    label: "beta",
    min: 0,
    max: 0,
    step: 1,
    value: 0,
    format: (i) => (marks ? bare(marks[i]) : ""),
    onInput: (i) => {
      index = i;
      show();
      ui.report({ beta: marks[i].beta });
    },
  });
  knob.node.style.flex = "1 1 18rem";
  const names = ui.value("names");
  const images = ui.value("thumbnails");
  chooser = thumbnails(ui, { label: "image", images, names, onChoose: show });
  chooser.choose(0);
  const titled = (title, { node }) => {
    const head = element("p", { style: "font-weight: 600" }, title);
    const made = column(element("div", {}, head, node));
    made.style.flex = "1 1 13rem"; // three fit side by side in a notebook's cell
    return made;
  };
  ui.root.append(
    controls(knob.node, chooser.node),
    summary,
    pictures(original.figure, copy.figure, sampled),
    columns(
      titled("KL of each dimension", bars),
      titled("Posteriors: mu ± sigma", plane),
      titled("Rate against distortion", curve),
    ),
    caption,
  );

  // A model that has just been added comes on screen; otherwise what is there stays.
  ui.onRefresh(() => {
    const [before, last] = [marks, marks?.[index]];
    marks = ui.value("marks");
    const fresh = before ? marks.findIndex((m) => m.own && !before.some(same(m))) : -1;
    if (fresh >= 0) index = fresh;
    else index = last ? marks.findIndex(same(last)) : find(ui.model.get("beta"));
    index = Math.max(0, index);
    knob.input.max = String(marks.length - 1);
    knob.set(index);
    caption.textContent =
      `Measured on ${ui.value("measured")}, with one draw of z for each. Bars 1 and 2 are the ` +
      "dimensions of the plane, where the dashed circle is the prior, mu = 0 and sigma = 1. On " +
      "the curve, recon + beta·kl is the same all along the dashed line; training pushes it down.";
    show();
  });
  ui.listen("change:beta", () => {
    const found = find(ui.model.get("beta"));
    if (found < 0 || marks[index].beta === marks[found].beta) return;
    index = found;
    knob.set(index);
    show();
  });
  // A model of the student's own comes after ours of the same beta, and before it here.
  function find(beta) {
    return marks.findLastIndex((mark) => mark.beta === beta);
  }
});
export default widget;
