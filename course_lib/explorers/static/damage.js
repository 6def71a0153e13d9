// Damage: add noise to a picture, scratch it, and see what the denoiser makes of it.
import { chooser } from "./core/chooser.js";
import { button, choices, slider } from "./core/controls.js";
import { column, columns, controls, element, note, pictures } from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { arrows, drag } from "./core/gestures.js";
import { normals, random, squaredError } from "./core/numbers.js";
import { picture } from "./core/pictures.js";

const widget = explorer((ui) => {
  const kinds = ui.value("kinds");
  const levels = {};
  for (const [name, [, , , start]] of Object.entries(kinds)) levels[name] = start;
  const [channels, tall, wide] = ui.shape() ?? [1, 28, 28];
  const size = channels * tall * wide;
  const scratched = new Uint8Array(tall * wide); // in all channels
  let kind = ui.model.get("kind");
  let seed = 1;
  let eps, u; // the noise itself: it stays the same while the level slides
  levels[kind] = ui.model.get("level");

  const clean = picture("clean", { shape: ui.shape });
  const damaged = picture("damaged", { shape: ui.shape });
  const denoised = picture("denoised", { accent: true, shape: ui.shape });

  /* The three kinds of course_lib.noise, with the level as their only knob. */
  const add = {
    gaussian: (x, sigma, i) => Math.min(1, Math.max(0, x + sigma * eps[i])),
    salt_and_pepper: (x, share, i) => (u[i] < share / 2 ? 0 : u[i] < share ? 1 : x),
    masking: (x, share, i) => (u[i] < share ? 0 : x),
  };
  const psnr = (a, b) => -10 * Math.log10(squaredError(a, b) / size);
  const words = (dB) => (dB === Infinity ? "∞ dB" : `${dB.toFixed(1)} dB`);
  const finite = (dB) => (dB === Infinity ? null : dB); // JSON has no infinity

  function show() {
    const x = which.pixels();
    const level = levels[kind];
    const y = x.map((v, i) => (scratched[i % (tall * wide)] ? 0 : add[kind](v, level, i)));
    const before = psnr(x, y);
    clean.show(x, "", which.name());
    damaged.show(y, words(before), `${words(before)}. ${KEYS}`);
    ui.report({ kind, level, psnr_damaged: finite(before) });
    ui.network("encode").run(y, (code) => {
      ui.network("decode").run(code.slice(0, ui.value("latent_dim")), (x_hat) => {
        const after = psnr(x, x_hat);
        denoised.show(x_hat, words(after));
        ui.report({ psnr_denoised: finite(after) });
        ui.say(`damaged ${words(before)}, denoised ${words(after)}`);
      });
    });
  }

  function draw() {
    eps = normals(size, random(seed));
    const uniform = random(seed);
    u = Float32Array.from({ length: size }, uniform);
  }

  /* ---- Controls ---- */

  const noises = choices(ui, {
    label: "noise",
    options: Object.entries(kinds).map(([value, [name]]) => [value, name]),
    value: kind,
    onChange: (chosen) => {
      kind = chosen;
      place();
      show();
    },
  });
  const amount = slider(ui, {
    label: "",
    min: 0,
    max: 1,
    step: 0.01,
    value: levels[kind],
    format: (level) => level.toFixed(2),
    onInput: (level) => {
      levels[kind] = level;
      show();
    },
  });
  function place() {
    [, amount.node.firstChild.textContent, amount.input.max] = kinds[kind];
    amount.set(levels[kind]);
  }
  const which = chooser(ui, {
    label: "choose a picture",
    images: () => ui.value("images"),
    names: ui.value("names"),
    first: 2,
    onChange: show,
  });
  which.thumbnails.node.style.maxWidth = "200px"; // two rows of five

  /* ---- Scratching: a needle three pixels wide turns what it meets black ---- */

  const KEYS =
    "Scratch it with the pointer, or: arrow keys move the needle, Space lowers or lifts it, " +
    "Delete undoes all scratches.";
  const needle = element("span", { class: "explorer-needle", hidden: true });
  needle.style.width = `${300 / wide}%`;
  const frame = element("div", { class: "explorer-damage-frame" });
  damaged.canvas.replaceWith(frame);
  frame.append(damaged.canvas, needle);
  for (const [name, value] of [
    ["tabindex", "0"],
    ["role", "application"],
    ["aria-roledescription", "picture to scratch"],
  ]) damaged.canvas.setAttribute(name, value);
  const undo = button(ui, "Undo scratches", heal, { disabled: true });
  let last = null; // where the pointer's stroke has come to
  let tip = { x: wide / 2, y: tall / 2, down: false };

  /* Turn all pixels black whose centre is within 1.5 of the way from one point to another. */
  function scratch(from, to) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = dx * dx + dy * dy || 1;
    for (let i = 0; i < tall * wide; i++) {
      const [x, y] = [(i % wide) + 0.5 - from.x, Math.floor(i / wide) + 0.5 - from.y];
      const t = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= 2.25) scratched[i] = 1;
    }
    undo.disabled = !scratched.includes(1);
  }
  function heal() {
    if (document.activeElement === undo) damaged.canvas.focus({ preventScroll: true });
    scratched.fill(0);
    undo.disabled = true;
    show();
  }
  function point() {
    needle.hidden = false;
    needle.classList.toggle("down", tip.down);
    needle.style.left = `${(100 * tip.x) / wide}%`;
    needle.style.top = `${(100 * tip.y) / tall}%`;
  }
  drag(
    ui,
    damaged.canvas,
    (_, points) => {
      const scale = wide / damaged.canvas.clientWidth;
      for (const point of points) {
        const [x, y] = point.map((v) => v * scale);
        scratch(last ?? { x, y }, { x, y });
        last = { x, y };
      }
      needle.hidden = true;
      tip.down = false;
      show();
    },
    { end: () => (last = null) },
  );
  arrows(ui, damaged.canvas, (dx, dy) => {
    const keep = (v, side) => Math.min(side - 0.5, Math.max(0.5, v));
    const next = { ...tip, x: keep(tip.x + dx, wide), y: keep(tip.y - dy, tall) };
    if (tip.down) scratch(tip, next);
    tip = next;
    point();
    if (tip.down) show();
  });
  damaged.canvas.addEventListener("keydown", ui.guard((event) => {
    if (event.key === " ") {
      tip.down = !tip.down;
      if (tip.down) {
        scratch(tip, tip);
        show();
      }
      point();
      ui.say(tip.down ? "needle down" : "needle up");
    } else if (event.key === "Delete" || event.key === "Backspace") {
      heal();
      ui.say("scratches undone");
    } else return;
    event.preventDefault();
  }));
  damaged.canvas.addEventListener("blur", () => {
    needle.hidden = true;
    tip.down = false;
  });

  const shown = pictures(clean.figure, damaged.figure, denoised.figure);
  shown.classList.add("explorer-damage");
  const again = button(ui, "New noise", () => {
    seed += 1;
    draw();
    show();
  });
  const how = note("Scratch the damaged picture with the pointer: what you touch turns black.");
  const left = column(noises.node, amount.node, shown, controls(again, undo), how);
  left.style.flex = "2 1 20rem";
  const right = column(
    note("Choose a picture, or draw your own."),
    which.thumbnails.node,
    which.pad.node,
  );
  ui.root.append(columns(left, right));

  for (const name of ["kind", "level"]) {
    ui.listen(`change:${name}`, () => {
      if (ui.model.get(name) === (name === "kind" ? kind : levels[kind])) return;
      kind = ui.model.get("kind");
      levels[kind] = Math.min(kinds[kind][2], Math.max(0, ui.model.get("level")));
      const options = noises.node.querySelectorAll("input");
      options[Object.keys(kinds).indexOf(kind)].checked = true;
      place();
      show();
    });
  }
  draw();
  place();
  ui.onRefresh(show);
});
export default widget;
