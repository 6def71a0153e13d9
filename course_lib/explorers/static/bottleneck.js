// The bottleneck: a digit through codes of different sizes, beside PCA.
import { sheet } from "./core/canvas.js";
import { chooser } from "./core/chooser.js";
import { slider } from "./core/controls.js";
import { column, columns, note, pictures, write } from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { squaredError } from "./core/numbers.js";
import { kindOf, picture } from "./core/pictures.js";

const widget = explorer((ui) => {
  let sizes = ui.value("sizes");
  let code = [];
  const original = picture("x, the original", { shape: ui.shape });
  const copy = picture("x̂, the copy", { accent: true, shape: ui.shape });
  const pca = picture("PCA's copy", { shape: ui.shape });

  const size = slider(ui, {
    label: "numbers in the code",
    min: 0,
    max: sizes.length - 1,
    step: 1,
    value: Math.max(0, sizes.indexOf(ui.model.get("latent_dim"))),
    format: (i) => String(sizes[i]),
    onInput: show,
  });
  const bars = sheet(ui, {
    aspect: 0.28,
    attributes: { role: "img", "aria-label": "the code" },
    draw: (context, width, height, colours) => {
      const largest = Math.max(1e-9, ...code.map(Math.abs));
      const slot = Math.min(width / code.length, 40);
      const middle = height / 2;
      context.fillStyle = colours.line;
      context.fillRect(0, middle, slot * code.length, 1);
      context.fillStyle = colours.accent;
      code.forEach((value, i) => {
        const long = (-value / largest) * (middle - 2);
        const thick = Math.max(1, slot * 0.75);
        context.fillRect(slot * i + slot * 0.125, middle, thick, long);
      });
    },
  });
  const digits = chooser(ui, {
    label: `${kindOf(ui) === "digit" ? "Digits" : "Pictures"} to choose from`,
    images: () => ui.value("images"),
    names: ui.value("names"),
    first: 3,
    onChange: () => {
      if (digits.drawn) ui.report({ drawn: Array.from(digits.pixels()) });
      show();
    },
  });

  function show() {
    const k = sizes[size.value];
    const x = digits.pixels();
    original.show(x, `${x.length} numbers`);
    ui.network(`encode ${k}`).run(x, (found) => {
      const z = found.subarray(0, k); // mu, where logvar stands beside it
      code = Array.from(z);
      write(bars.node, null, { "aria-label": `the code, ${k} numbers: ${spoken(code)}` });
      bars.redraw();
      ui.network(`decode ${k}`).run(z, (pixels) => compare(x, pixels, k));
    });
    if (ui.value("components") >= k) {
      ui.network("encode pca").run(x, (z) => {
        ui.network("decode pca").run(z.map((v, i) => (i < k ? v : 0)), (pixels) =>
          pca.show(pixels, `error ${squaredError(x, pixels).toFixed(1)}`));
      });
    }
    ui.report({ latent_dim: k });
  }

  function compare(x, pixels, k) {
    const error = squaredError(x, pixels).toFixed(1);
    copy.show(pixels, `error ${error}`);
    ui.say(`code of ${k}: squared error ${error}`);
  }

  const spoken = (values) =>
    values.slice(0, 8).map((v) => v.toFixed(1)).join(", ") + (values.length > 8 ? ", …" : "");

  const kind = ui.shape()?.[0] === 3 ? "numbers" : "pixels"; // three numbers a pixel
  const entries = `${digits.pixels().length} ${kind}`;
  const views = [original.figure, copy.figure];
  if (ui.value("components")) views.push(pca.figure);
  ui.root.append(
    columns(
      column(digits.thumbnails.node, digits.pad.node),
      column(
        size.node,
        pictures(...views),
        note(`Squared error, summed over the ${entries}. Below, the code itself:`),
        bars.node,
      ),
    ),
  );
  ui.listen("change:latent_dim", () => {
    const i = sizes.indexOf(ui.model.get("latent_dim"));
    if (i < 0 || i === size.value) return;
    size.set(i);
    show();
  });
  ui.onRefresh(() => {
    sizes = ui.value("sizes");
    size.input.max = String(sizes.length - 1);
    size.set(Math.min(size.value, sizes.length - 1));
    show();
  });
});
export default widget;
