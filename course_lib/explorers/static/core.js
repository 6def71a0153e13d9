// What every explorer is made of: networks, pictures, controls, drawing, theme.
// An explorer's module imports from here; Python joins the two into one module.

/* ---- Numbers ------------------------------------------------------------------- */

let halves; // every float16 value, by its bits

function halfFloats(bits) {
  if (!halves) {
    halves = new Float32Array(65536);
    for (let i = 0; i < 65536; i++) {
      const sign = i & 0x8000 ? -1 : 1;
      const exponent = (i >> 10) & 31;
      const fraction = i & 1023;
      halves[i] =
        exponent === 31
          ? fraction ? NaN : sign * Infinity
          : exponent
            ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
            : sign * 2 ** -24 * fraction;
    }
  }
  return Float32Array.from(bits, (b) => halves[b]);
}

/** An array that came as {shape, dtype, bytes}: {shape, values}, values a typed array. */
export function tensor({ shape, dtype, bytes }) {
  const { buffer, byteOffset, byteLength } = bytes;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength); // aligned
  if (dtype === "uint8") return { shape, values: new Uint8Array(copy) };
  if (dtype === "float32") return { shape, values: new Float32Array(copy) };
  if (dtype === "float16") return { shape, values: halfFloats(new Uint16Array(copy)) };
  throw new Error(`tensor: unknown dtype ${dtype}`);
}

/** Row i of a tensor; bytes become floats in [0, 1]. */
export function row({ shape, values }, i) {
  const size = values.length / shape[0];
  const part = values.subarray(i * size, (i + 1) * size);
  return values instanceof Uint8Array ? Float32Array.from(part, (v) => v / 255) : part;
}

const ACTIVATIONS = {
  relu: (a) => (a > 0 ? a : 0),
  tanh: Math.tanh,
  silu: (a) => a / (1 + Math.exp(-a)),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** A multilayer perceptron that runs here: 784-400-20 takes about half a millisecond. */
export class Perceptron {
  constructor({ layers }) {
    this.layers = layers.map((layer) => {
      if (layer.kind !== "linear") return { apply: ACTIVATIONS[layer.kind] };
      const weight = tensor(layer.weight);
      return { weight, bias: tensor(layer.bias).values };
    });
  }

  forward(x) {
    for (const { weight, bias, apply } of this.layers) {
      x = apply ? x.map(apply) : linear(weight, bias, x);
    }
    return x;
  }

  run(x, done) {
    done(this.forward(Float32Array.from(x)));
  }
}

function linear({ shape: [outputs, inputs], values: w }, bias, x) {
  if (x.length !== inputs) throw new Error(`network: ${x.length} inputs for ${inputs}`);
  const y = new Float32Array(outputs);
  for (let i = 0, start = 0; i < outputs; i++, start += inputs) {
    let a = bias[i];
    let b = 0;
    let c = 0;
    let d = 0;
    let j = 0;
    for (; j + 3 < inputs; j += 4) {
      a += w[start + j] * x[j];
      b += w[start + j + 1] * x[j + 1];
      c += w[start + j + 2] * x[j + 2];
      d += w[start + j + 3] * x[j + 3];
    }
    for (; j < inputs; j++) a += w[start + j] * x[j];
    y[i] = a + b + c + d;
  }
  return y;
}

/** A network that only Python can run: one question under way, the newest one next. */
class KernelNetwork {
  constructor(ui, name) {
    Object.assign(this, { ui, name, waiting: new Map(), asked: null, count: 0 });
    ui.listen("msg:custom", (answer, buffers) => this.hear(answer, buffers));
  }

  run(x, done, purpose = "") {
    this.waiting.set(purpose, { x, done });
    if (!this.asked || this.asked.late) this.ask();
  }

  ask() {
    const [next] = this.waiting;
    if (!next) return;
    const [purpose, { x, done }] = next;
    this.waiting.delete(purpose);
    const id = `${this.ui.id}-${this.name}-${++this.count}`;
    const asked = { id, done };
    const late = () => {
      clearTimeout(asked.timer);
      asked.late = true; // the next question need not wait for this one's answer
      this.ui.warn(SILENT);
    };
    asked.timer = setTimeout(late, 5000);
    this.asked = asked;
    const bytes = Float32Array.from(x).buffer;
    try {
      this.ui.model.send({ network: this.name, id }, undefined, [bytes]);
    } catch {
      late(); // there is no kernel, or no way to it
    }
  }

  hear(answer, buffers) {
    if (!this.asked || answer.id !== this.asked.id) return;
    const { done, timer } = this.asked;
    clearTimeout(timer);
    this.asked = null;
    this.ui.warn(answer.error ?? "");
    if (!answer.error) {
      const { buffer, byteOffset, byteLength } = buffers[0];
      done(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)));
    }
    this.ask();
  }
}

const SILENT =
  "This model runs in the kernel, and the kernel does not answer. Is it busy, or stopped?";
const IN_KERNEL =
  "This model is not a plain perceptron, so the kernel runs it; its answers take a little longer.";
const NO_KERNEL =
  "This model runs in a kernel, and a saved page has none. Open the lesson in JupyterLab.";

/** A random number generator that repeats itself: mulberry32. */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** n draws from N(0, 1), by Box and Muller, from a generator such as Math.random. */
export function normals(n, uniform = Math.random) {
  return Float32Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** ||a - b||², summed over all entries. */
export function squaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/* ---- The frame around an explorer ---------------------------------------------- */

/** Make an element: attributes, "on..." handlers, then children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const unwritten = new Map(); // what each node is to say, and its attributes

/** Write the words of an element or text node, or attributes, a moment later.

    New words make the browser lay out the page, which in JupyterLab takes longer than to
    decode a picture. So the picture goes first, and the words follow a frame or two later. */
export function write(node, text, attributes = {}) {
  if (!unwritten.size) setTimeout(writeAll, 25);
  const before = unwritten.get(node);
  unwritten.set(node, {
    text: text ?? before?.text,
    attributes: { ...before?.attributes, ...attributes },
  });
}

function writeAll() {
  for (const [node, { text, attributes }] of unwritten) {
    if (text != null && node.textContent !== text) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  }
  unwritten.clear();
  document.body.getBoundingClientRect(); // lay it out now, while nothing waits for it
}

/** An explorer from build(ui), which fills ui.root once. */
export function explorer(build) {
  return {
    render({ model, el }) {
      const ui = new Interface(model);
      el.append(ui.frame);
      const start = () => {
        ui.warn(model.get("problem"));
        if (!ui.built && !model.get("problem")) {
          ui.built = true;
          ui.guard(build)(ui);
        }
      };
      ui.listen("change:problem", start);
      start();
      return () => ui.close();
    },
  };
}

let count = 0;

class Interface {
  constructor(model) {
    this.model = model;
    this.id = `explorer-${++count}-${Math.random().toString(36).slice(2, 8)}`;
    this.closers = [];
    this.parsed = new Map();
    this.root = element("div", { class: "explorer-body" });
    this.trouble = element("p", { class: "explorer-problem", role: "alert", hidden: true });
    this.status = element("p", { class: "explorer-said", role: "status" });
    this.remark = note(IN_KERNEL);
    this.remark.hidden = true;
    this.frame = element(
      "section",
      { class: "explorer", "aria-label": model.get("title") },
      this.trouble,
      this.root,
      this.remark,
      this.status,
    );
    // JupyterLab keeps its shortcuts, such as x and the arrows, off an element that says
    // so. It must be the focused one itself: what stands around it is asked too late.
    this.frame.addEventListener("focusin", ({ target }) =>
      target.setAttribute("data-lm-suppress-shortcuts", "true"));
    let due = false;
    this.refreshers = [];
    const refresh = () => {
      this.parsed.clear();
      this.remark.hidden = true;
      if (due) return;
      due = true; // both may change at once: one refresh for the two
      queueMicrotask(() => {
        due = false;
        if (!this.model.get("problem")) this.refreshers.forEach((f) => this.guard(f)());
      });
    };
    this.listen("change:networks", refresh);
    this.listen("change:data", refresh);
    this.painters = [];
    this.watchTheme(() => this.painters.forEach((f) => this.guard(f)()));
  }

  /** Call a handler for an event of the model, for as long as this view lives. */
  listen(event, handler) {
    const guarded = this.guard(handler);
    this.model.on(event, guarded);
    this.closers.push(() => this.model.off(event, guarded));
  }

  watchTheme(repaint) {
    const observer = new MutationObserver(repaint);
    const options = { attributeFilter: ["data-jp-theme-light", "data-theme", "class"] };
    for (const node of [document.documentElement, document.body]) {
      observer.observe(node, options);
    }
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", repaint);
    this.closers.push(() => {
      observer.disconnect();
      media.removeEventListener("change", repaint);
    });
  }

  /** Wrap a function: an error is shown in the explorer and logged, never swallowed. */
  guard(f) {
    return (...args) => {
      try {
        return f(...args);
      } catch (error) {
        this.warn(`This explorer has met an error: ${error.message}`);
        console.error(error);
      }
    };
  }

  warn(text) {
    if (this.trouble.textContent === text) return;
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }

  /** Say a text to screen readers, once the student has come to rest. */
  say(text) {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.status.textContent = text), 300);
  }

  /** Tell Python values, once the student has come to rest. */
  report(values) {
    this.unsent = { ...this.unsent, ...values };
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.flush(), 200);
  }

  flush() {
    if (!this.unsent) return;
    for (const [name, value] of Object.entries(this.unsent)) this.model.set(name, value);
    this.unsent = null;
    this.model.save_changes();
  }

  /** Keep a value of the data as it came, or, if it is an array, as a tensor. */
  value(name) {
    if (!this.parsed.has(name)) {
      const value = this.model.get("data")[name];
      this.parsed.set(name, value?.bytes ? tensor(value) : value);
    }
    return this.parsed.get(name);
  }

  /** A network by name, with run(x, done); undefined where the model has none. */
  network(name) {
    const key = `network ${name}`;
    if (!this.parsed.has(key)) this.parsed.set(key, this.makeNetwork(name));
    return this.parsed.get(key);
  }

  makeNetwork(name) {
    const made = this.model.get("networks")[name];
    if (made?.layers) return new Perceptron(made);
    this.remark.hidden &&= !made;
    if (made && !this.model.send) {
      this.warn(NO_KERNEL);
      return { run: () => {} };
    }
    return made && new KernelNetwork(this, name);
  }

  /** Call f now, and again whenever new weights or data have come. */
  onRefresh(f) {
    this.refreshers.push(f);
    this.guard(f)();
  }

  /** The theme's colours as the canvas wants them, read anew at each call. */
  colours() {
    const names = ["ink", "muted", "line", "surface", "accent", "soft"];
    const probe = element("span");
    this.frame.append(probe);
    const read = names.map((name) => {
      probe.style.color = `var(--explorer-${name})`;
      return [name, getComputedStyle(probe).color];
    });
    probe.remove();
    return Object.fromEntries(read);
  }

  close() {
    clearTimeout(this.saying);
    clearTimeout(this.reporting);
    this.flush();
    this.closers.forEach((f) => f());
  }
}

/** Bring an explorer to life in a page without a kernel. */
export async function page(widget, id) {
  const el = document.getElementById(id);
  const packed = el.querySelector("script").textContent;
  const [state, bytes] = await unpack(packed);
  const revive = (value) => {
    if (Array.isArray(value)) return value.map(revive);
    if (!value || typeof value !== "object") return value;
    if (value.$bytes) return new DataView(bytes, ...value.$bytes);
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
  };
  const values = revive(state);
  const model = {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
    },
    save_changes: () => {},
    on: () => {}, // nobody else is there to change anything
    off: () => {},
  };
  el.replaceChildren();
  widget.render({ model, el });
}

/** Undo Python's packing: base64 of the deflated state as JSON, then its bytes. */
async function unpack(text) {
  const zipped = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("deflate"));
  const whole = await new Response(stream).arrayBuffer();
  const length = new DataView(whole).getUint32(0, true);
  const json = new TextDecoder().decode(new Uint8Array(whole, 4, length));
  return [JSON.parse(json), whole.slice(4 + length)];
}

/* ---- Pictures -------------------------------------------------------------------- */

/** Put 28 × 28 grey levels, floats in [0, 1], on a canvas of that size. */
export function paint(canvas, pixels) {
  const side = Math.round(Math.sqrt(pixels.length));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = (canvas.image ??= context.createImageData(side, side));
  const { data } = image; // clamped, so that 255 × 1.1 is white
  for (let i = 0, k = 0; i < pixels.length; i++, k += 4) {
    data[k] = data[k + 1] = data[k + 2] = 255 * pixels[i];
    data[k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** A picture with words under it: {figure, show(pixels, words, spoken)}. */
export function picture(name, { accent = false, large = false } = {}) {
  const canvas = element("canvas", { width: 28, height: 28, role: "img", "aria-label": name });
  const words = element("span", { class: "explorer-figure-value" }, "\u00a0");
  const caption = element("figcaption", {}, element("span", {}, name), words);
  const figure = element("figure", { class: `${accent ? "accent" : ""} ${large ? "large" : ""}` }, canvas, caption);
  const show = (pixels, text = "", spoken = text) => {
    paint(canvas, pixels);
    write(words, text || "\u00a0");
    write(canvas, null, { "aria-label": spoken ? `${name}: ${spoken}` : name });
  };
  return { figure, canvas, show };
}

/** A row of small pictures to choose from, one at a time: {node, choose(i), index}. */
export function thumbnails(ui, { label, images, names, onChoose }) {
  const made = { index: -1 };
  const buttons = names.map((name, i) => {
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paint(canvas, row(images, i));
    const attributes = { type: "button", "aria-label": name, "aria-pressed": "false" };
    attributes.onclick = ui.guard(() => {
      made.choose(i);
      onChoose(i);
    });
    return element("button", attributes, canvas);
  });
  made.node = element(
    "div",
    { class: "explorer-thumbnails", role: "group", "aria-label": label },
    ...buttons,
  );
  made.choose = (i) => {
    made.index = i;
    buttons.forEach((b, k) => b.setAttribute("aria-pressed", String(k === i)));
  };
  return made;
}

/* ---- Controls ---------------------------------------------------------------------- */

/** A labelled slider: {node, value, set(value)}. format(value) gives the words shown. */
export function slider(ui, { label, min, max, step, value, format = String, onInput }) {
  // An output is a live region, but the slider says its value itself.
  const output = element("output", { "aria-live": "off" }, format(value));
  const input = element("input", { type: "range", min, max, step });
  input.value = value;
  const node = element("label", { class: "explorer-slider" }, element("span", {}, label), input, output);
  const made = { node, input, value };
  made.set = (next) => {
    made.value = Number(next);
    input.value = next;
    write(output, format(made.value));
    write(input, null, { "aria-valuetext": format(made.value) });
  };
  input.addEventListener("input", ui.guard(() => {
    made.set(input.value);
    onInput(made.value);
  }));
  made.set(value);
  return made;
}

/** A few options side by side, one of them chosen: {node, value}. options: [value, words]. */
export function choices(ui, { label, options, value, onChange }) {
  const made = { value };
  const name = `${ui.id}-${label}`;
  const items = options.map(([option, words]) => {
    const input = element("input", { type: "radio", name, checked: option === value });
    input.addEventListener("change", ui.guard(() => {
      made.value = option;
      onChange(option);
    }));
    return element("label", {}, input, element("span", {}, words));
  });
  made.node = element(
    "fieldset",
    { class: "explorer-choices" },
    element("legend", {}, label),
    ...items,
  );
  return made;
}

export function button(ui, label, onClick, attributes = {}) {
  return element(
    "button",
    { type: "button", class: "explorer-button", onclick: ui.guard(onClick), ...attributes },
    label,
  );
}

/** A button that is in or out: {node, on, set(on)}. */
export function toggle(ui, label, onChange, on = false) {
  const made = {};
  made.node = button(ui, label, () => {
    made.set(!made.on);
    onChange(made.on);
  });
  made.set = (next) => {
    made.on = next;
    made.node.setAttribute("aria-pressed", String(next));
  };
  made.set(on);
  return made;
}

export const controls = (...children) =>
  element("div", { class: "explorer-controls" }, ...children);
export const pictures = (...children) =>
  element("div", { class: "explorer-pictures" }, ...children);
export const columns = (...children) =>
  element("div", { class: "explorer-columns" }, ...children);
export const column = (...children) =>
  element("div", { class: "explorer-column" }, ...children);
export const stack = (...children) =>
  element("div", { class: "explorer-stack" }, ...children);
export const note = (text) => element("p", { class: "explorer-note" }, text);

/* ---- Canvases that are drawn on ------------------------------------------------- */

/** Draw a line through points [x, y]. */
export function stroke(context, ...points) {
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
}

/** Make a disc the path, to be filled or stroked. */
export function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** A sharp canvas as wide as its place, drawn by draw(context, width, height, colours).

    aspect: its height as a share of its width. attributes: of the canvas; a canvas that
    only shows has role "img" and a label. Redrawn on a new size or theme: {node, redraw}. */
export function sheet(ui, { aspect = 1, attributes, draw, maxWidth = 420 }) {
  const canvas = element("canvas", { class: "explorer-sheet", ...attributes });
  canvas.style.aspectRatio = String(1 / aspect);
  canvas.style.maxWidth = `${maxWidth}px`;
  const context = canvas.getContext("2d");
  let colours;
  const made = { node: canvas, width: 0, height: 0 };
  made.redraw = () => {
    if (!made.width) return;
    colours ??= ui.colours();
    const ratio = canvas.width / made.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, made.width, made.height);
    context.font = "12px system-ui, sans-serif";
    draw(context, made.width, made.height, colours);
  };
  const observer = new ResizeObserver(ui.guard(([{ contentRect: { width } }]) => {
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    Object.assign(made, { width, height: width * aspect });
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(width * aspect * ratio);
    made.redraw();
  }));
  observer.observe(canvas);
  ui.closers.push(() => observer.disconnect());
  ui.painters.push(() => {
    colours = null;
    made.redraw();
  });
  return made;
}

/** Track a pointer or finger on an element: move([x, y], points) in its own pixels.

    points: all that the browser has gathered since the last call, [x, y] being the last. */
export function drag(ui, node, move, { hover = false, end = () => {} } = {}) {
  const tell = ui.guard((event) => {
    const { left, top } = node.getBoundingClientRect(); // of the border around it
    const gathered = event.getCoalescedEvents?.() ?? [];
    const points = (gathered.length ? gathered : [event]).map(({ clientX, clientY }) => [
      clientX - left - node.clientLeft,
      clientY - top - node.clientTop,
    ]);
    move(points.at(-1), points);
  });
  let down = false;
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    down = true;
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault();
    tell(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (down || (hover && event.pointerType === "mouse")) tell(event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    node.addEventListener(name, ui.guard(() => {
      down = false;
      end();
    }));
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Call step(dx, dy) on arrow keys, ±1, or ±5 with Shift; home() on Home. */
export function arrows(ui, node, step, home = () => {}) {
  node.addEventListener("keydown", ui.guard((event) => {
    const size = event.shiftKey ? 5 : 1;
    if (ARROWS[event.key]) step(...ARROWS[event.key].map((d) => d * size));
    else if (event.key === "Home") home();
    else return;
    event.preventDefault();
  }));
}

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

/* ---- Codes as coloured digits: colour-blind safe, since each mark is its own label --- */

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

/* ---- A pad to draw a digit on --------------------------------------------------- */

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

/** A pad to draw on with pointer, finger or keys: {node, clear()}.

    onDraw(pixels) hears the digit so far, centred and scaled; null once it is cleared. */
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
  return made;
}

/** Pictures to choose from, and a pad to draw one's own: {thumbnails, pad, pixels(), drawn}.

    first: the one chosen at the start. onChange() hears of another one; drawn: whether it
    is what is on the pad. To clear the pad goes back to the last picture that was chosen. */
export function chooser(ui, { label, images, names, first, onChange }) {
  const made = { drawn: false };
  let drawing = null; // what is on the pad, while it is the picture shown
  let last = Math.min(first, names.length - 1);
  const choose = (pixels) => {
    drawing = pixels;
    made.drawn = Boolean(pixels);
    made.thumbnails.choose(pixels ? -1 : last);
  };
  const onChoose = (i) => {
    last = i;
    made.pad.clear();
  };
  made.thumbnails = thumbnails(ui, { label, images: images(), names, onChoose });
  made.pad = pad(ui, {
    onDraw: (pixels) => {
      choose(pixels);
      onChange();
    },
  });
  made.pixels = () => drawing ?? row(images(), last);
  made.name = () => (drawing ? "your drawing" : names[last]);
  choose(null);
  return made;
}
