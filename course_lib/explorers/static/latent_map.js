// The map of the codes: the nearest image to a point, and what is decoded there.
import { disc, stroke } from "./core/canvas.js";
import { slider } from "./core/controls.js";
import { column, columns, note, pictures } from "./core/elements.js";
import { explorer } from "./core/frame.js";
import { row } from "./core/numbers.js";
import { kindOf, picture } from "./core/pictures.js";
import { nearest, plane, scatter } from "./core/plane.js";

const widget = explorer((ui) => {
  let codes, labels;
  let closest = 0;
  const decoded = picture("decoded at z", { accent: true, large: true, shape: ui.shape });
  const image = picture("nearest image", { large: true, shape: ui.shape });

  const map = plane(ui, {
    label: "Map of the codes. Arrow keys move z, with Shift faster, Home goes to the origin.",
    box: [-1, 1, -1, 1],
    hover: true,
    maxWidth: 520,
    background: (context, at, colours) => scatter(context, at, colours, codes, labels),
    foreground: (context, at, colours) => {
      const code = at(...row(codes, closest));
      context.strokeStyle = colours.ink;
      context.lineWidth = 1.5;
      stroke(context, at(...map.z), code);
      disc(context, ...code, 9);
      context.stroke();
    },
    onMove: show,
  });

  function show([x, y]) {
    const found = nearest(codes, [x, y]);
    closest = found.index;
    const label = labels.values[closest];
    const distance = found.distance.toPrecision(2);
    image.show(row(ui.value("images"), closest), `label ${label}, ${distance} away`);
    const z = [x, y].map((v) => v.toFixed(1)).join(", ");
    ui.network("decode").run([x, y], (pixels) => decoded.show(pixels, `z = (${z})`));
    ui.report({ z: [x, y], picked: closest });
    const what = kindOf(ui) === "digit" ? `a ${label}` : `of class ${label}`;
    ui.say(`z is ${z}; the nearest image is ${what}, ${distance} away`);
  }

  const zoom = slider(ui, {
    label: "zoom",
    min: 0,
    max: 4,
    step: 0.25,
    value: 0,
    format: (v) => `${(2 ** v).toFixed(1)} ×`,
    onInput: look,
  });

  /* At each zoom the point stays where it is in the window, as far as there are codes. */
  function look() {
    const [left, right, bottom, top] = ui.value("box");
    const share = 2 ** -zoom.value;
    const [x, y] = map.z;
    map.redraw([
      x - share * (x - left),
      x + share * (right - x),
      y - share * (y - bottom),
      y + share * (top - y),
    ]);
  }

  ui.root.append(
    columns(
      column(map.node, zoom.node),
      column(
        pictures(decoded.figure, image.figure),
        note(
          "Each mark is the code of one image, drawn as its label. The network never saw the labels.",
        ),
      ),
    ),
  );
  ui.onRefresh(() => {
    codes = ui.value("codes");
    labels = ui.value("labels");
    closest = 0; // until the point is set
    look();
    map.set(ui.model.get("z"));
  });
});
export default widget;
