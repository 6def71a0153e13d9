// Draws of z = mu + sigma·eps, and two estimates of d/dmu E[z²] from each of them.
import { axis, signed, ticks } from "./core/axes.js";
import { disc, dot, sheet, stroke } from "./core/canvas.js";
import { button, slider, toggle } from "./core/controls.js";
import { column, columns, controls, element, note, table, write } from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { normals, random } from "./core/numbers.js";

const widget = explorer((ui) => {
  const DRAWS = 400; // behind every figure
  const SHOWN = 40; // as dots on the line of z
  const EDGE = 36; // pixels beside each axis, for the count of what lies beyond it
  const uniform = random(73);
  let eps = normals(DRAWS, uniform);
  let mu, sigma, z;
  const estimates = [
    { name: "pathwise", formula: "pathwise: 2z" },
    { name: "score function", formula: "score function: z²(z − mu)/sigma²" },
  ];

  /* ---- Numbers ---- */

  function compute() {
    [mu, sigma] = [means.value, spreads.value];
    z = eps.map((e) => mu + sigma * e);
    const variance = mu ** 4 / sigma ** 2 + 14 * mu ** 2 + 15 * sigma ** 2;
    measure(estimates[0], z.map((v) => 2 * v), 2 * sigma);
    measure(estimates[1], z.map((v) => (v * v * (v - mu)) / sigma ** 2), Math.sqrt(variance));
  }
  function measure(estimate, values, exact) {
    const mean = values.reduce((sum, v) => sum + v, 0) / DRAWS;
    const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    Object.assign(estimate, { values, mean, sd: Math.sqrt(squares / (DRAWS - 1)), exact });
  }
  const fixed = (value) => signed((Math.abs(value) < 0.005 ? 0 : value).toFixed(2));
  const times = (ratio) =>
    ratio < 100 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString("en-GB");
  // Spread evenly over [0, 1): each dot keeps its height as it slides.
  const heights = Float32Array.from({ length: DRAWS }, (_, i) => (i * 0.6180339887) % 1);

  /* ---- Drawing ---- */

  // From -reach to reach at the foot of a canvas; returns value -> pixel.
  function across(context, { width, foot, reach, steps, words, colours }) {
    return axis(context, {
      range: [-reach, reach],
      span: [EDGE, width - EDGE],
      foot,
      words,
      colours,
      values: ticks(-reach, reach, steps),
    });
  }

  // Values as dots between two heights; those off the axis are counted at its ends.
  function cloud(context, values, { at, reach, top, bottom, size, colours }) {
    const beyond = [0, 0];
    context.fillStyle = colours.ink;
    context.globalAlpha = 0.5;
    const half = size / 2;
    // Four calls to fill, not hundreds: dots of different fours still darken each other.
    for (let first = 0; first < 4; first++) {
      context.beginPath();
      for (let i = first; i < values.length; i += 4) {
        if (Math.abs(values[i]) > reach) {
          beyond[values[i] > 0 ? 1 : 0]++;
          continue;
        }
        const x = at(values[i]);
        const y = top + heights[i] * (bottom - top);
        if (size < 4) context.rect(x - half, y - half, size, size);
        else {
          context.moveTo(x + half, y);
          context.arc(x, y, half, 0, 2 * Math.PI);
        }
      }
      context.fill();
    }
    context.globalAlpha = 1;
    context.textAlign = "right";
    if (beyond[0]) context.fillText(`◂ ${beyond[0]}`, EDGE - 5, (top + bottom) / 2 + 4);
    context.textAlign = "left";
    if (beyond[1]) context.fillText(`${beyond[1]} ▸`, at(reach) + 5, (top + bottom) / 2 + 4);
    if (Math.abs(values[0]) > reach) return;
    context.strokeStyle = colours.accent; // a ring around the draw to follow
    context.lineWidth = 2;
    disc(context, at(values[0]), top, 6);
    context.stroke();
  }

  // A mean with a bar of one standard deviation to each side.
  function bar(context, mean, sd, { at, reach, y, colours }) {
    const clip = (value) => at(Math.max(-reach, Math.min(reach, value)));
    context.strokeStyle = context.fillStyle = colours.ink;
    context.lineWidth = 2;
    stroke(context, [clip(mean - sd), y], [clip(mean + sd), y]);
    for (const end of [mean - sd, mean + sd]) {
      if (Math.abs(end) <= reach) stroke(context, [at(end), y - 4], [at(end), y + 4]);
    }
    if (Math.abs(mean) > reach) return;
    dot(context, at(mean), y, 4.5);
  }

  // A line across the canvas with words over it.
  function rule(context, words, x, foot, colours) {
    context.strokeStyle = context.fillStyle = colours.accent;
    context.lineWidth = 2;
    stroke(context, [x, 18], [x, foot]);
    context.textAlign = "center";
    context.fillText(words, x, 12);
  }

  let [onLine, onGradients] = [null, null]; // value -> pixel, as the axis behind has it
  const line = sheet(ui, {
    aspect: 0.8,
    attributes: { role: "img" },
    behind: (context, width, tall, colours) => {
      const words = `z, ${SHOWN} of the ${DRAWS} draws`;
      onLine = across(context, { width, foot: tall - 40, reach: 8, steps: 5, words, colours });
    },
    draw: (context, width, tall, colours) => {
      const [foot, reach, at] = [tall - 40, 8, onLine];
      const middle = 0.52 * foot;
      curves(context, at, 24, middle, colours);
      rule(context, "mu", at(mu), foot, colours);
      bar(context, mu, sigma, { at, reach, y: middle + 14, colours });
      const place = { top: middle + 30, bottom: foot - 10, size: 7 };
      cloud(context, z.subarray(0, SHOWN), { at, reach, ...place, colours });
    },
  });

  // The density of z, to one height for every sigma, and the cost.
  function curves(context, at, top, middle, colours) {
    const y = (share) => middle - share * (middle - top);
    const points = (from, to, f) =>
      Array.from({ length: 81 }, (_, i) => from + ((to - from) * i) / 80)
        .map((x) => [at(x), y(f(x))]);
    context.fillStyle = colours.soft;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    const [low, high] = [Math.max(-8, mu - 4 * sigma), Math.min(8, mu + 4 * sigma)];
    const bell = points(low, high, (x) => Math.exp(-0.5 * ((x - mu) / sigma) ** 2));
    stroke(context, [at(low), middle], ...bell, [at(high), middle]);
    context.fill();
    context.strokeStyle = context.fillStyle = colours.muted;
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    stroke(context, ...points(-5, 5, (x) => x ** 2 / 25));
    context.setLineDash([]);
    context.textAlign = "left";
    context.fillText("f(z) = z²", at(5) + 2, top + 8);
  }

  const gradients = sheet(ui, {
    aspect: 0.8,
    attributes: { role: "img" },
    behind: (context, width, tall, colours) => {
      const words = `estimates of d/dmu E[z²], ${DRAWS} draws`;
      onGradients = across(context, { width, foot: tall - 40, reach: 20, steps: 3, words, colours });
    },
    draw: (context, width, tall, colours) => {
      const [foot, reach, at] = [tall - 40, 20, onGradients];
      rule(context, `2·mu = ${fixed(2 * mu)}`, at(2 * mu), foot, colours);
      estimates.forEach(({ values, mean, sd, formula }, k) => {
        const start = 22 + (k * (foot - 22)) / 2;
        const end = start + (foot - 22) / 2;
        const place = { top: start + 22, bottom: end - 22, size: 2.6 };
        cloud(context, values, { at, reach, ...place, colours });
        bar(context, mean, sd, { at, reach, y: end - 11, colours });
        context.strokeStyle = colours.surface; // keeps the words off the line behind
        context.lineWidth = 4;
        context.strokeText(formula, 2, start + 10);
        context.fillText(formula, 2, start + 10);
      });
    },
  });

  /* ---- Words ---- */

  const left = { style: "text-align: left" };
  const rows = estimates.map(({ name }) => {
    const head = element("th", { scope: "row", ...left }, name);
    const cells = [0, 1, 2].map(() => element("td"));
    return { head, cells };
  });
  const heads = ["estimate", "mean", "sd", "exact sd"].map((name, i) =>
    element("th", { scope: "col", ...(i ? {} : left) }, name));
  const numbers = table({}, heads, ...rows.map(({ head, cells: found }) => [head, ...found]));
  const figures = element("div", { style: "overflow-x: auto" }, numbers);
  const [ringed, ratio] = [element("p"), element("p")];
  const legend = note(
    "Over the draws: the density of N(mu, sigma²), at one height for every sigma, and the cost. " +
      "Bars: the mean ± one standard deviation (sd).",
  );

  function tell() {
    estimates.forEach(({ mean, sd, exact }, k) => {
      [mean, sd, exact].forEach((v, i) => write(rows[k].cells[i], fixed(v)));
    });
    const [found, exact] = ["sd", "exact"].map((k) => (estimates[1][k] / estimates[0][k]) ** 2);
    write(
      ratio,
      `On these draws the score function has ${times(found)} times the variance of the pathwise ` +
        `estimate; exactly, (r⁴ + 14r² + 15)/4 = ${times(exact)} times, with r = mu/sigma.`,
    );
    const [first, second] = estimates.map(({ values }) => fixed(values[0]));
    const sum = `${fixed(mu)} + ${fixed(sigma)} · (${fixed(eps[0])}) = ${fixed(z[0])}`;
    write(
      ringed,
      `The ringed draw: z = ${sum}, with the estimates ` +
        `${first} (pathwise) and ${second} (score function).`,
    );
    const place = `mu ${fixed(mu)}, sigma ${fixed(sigma)}`;
    const spoken = estimates
      .map((e) => `${e.name}: mean ${fixed(e.mean)}, standard deviation ${fixed(e.sd)}`)
      .join("; ");
    write(line.node, null, { "aria-label": `Draws of z on a number line: ${place}` });
    const truth = `Estimates of the gradient, whose true value is ${fixed(2 * mu)}`;
    write(gradients.node, null, { "aria-label": `${truth}. ${spoken}` });
    ui.say(`${place}, eps ${freeze.on ? "frozen" : "drawn anew"}. ${spoken}`);
  }

  /* ---- Controls ---- */

  function show() {
    compute();
    line.redraw();
    gradients.redraw();
    tell();
  }
  function draw() {
    eps = normals(DRAWS, uniform);
    show();
  }
  const move = () => (freeze.on ? show() : draw());
  const knob = (name, min, max) => {
    const made = slider(ui, {
      label: name,
      min,
      max,
      step: 0.05,
      value: ui.model.get(name),
      format: fixed,
      onInput: (value) => {
        move();
        ui.report({ [name]: value });
      },
    });
    made.node.style.flex = "1 1 15rem"; // the value stays beside its slider
    ui.listen(`change:${name}`, () => {
      if (ui.model.get(name) === made.value) return;
      made.set(ui.model.get(name));
      move();
    });
    return made;
  };
  const [means, spreads] = [knob("mu", -3, 3), knob("sigma", 0.1, 2)];
  const freeze = toggle(ui, "Freeze eps", (frozen) => {
    ui.report({ frozen });
    tell();
  }, ui.model.get("frozen"));
  ui.listen("change:frozen", () => {
    freeze.set(ui.model.get("frozen"));
    tell();
  });

  ui.root.append(
    controls(means.node, spreads.node, freeze.node, button(ui, "Draw anew", draw)),
    columns(column(line.node, ringed, legend), column(gradients.node, figures, ratio)),
  );
  show();
});
export default widget;
