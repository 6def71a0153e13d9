// Networks: those that run here, and those that only Python can run.
import { tensor } from "./numbers.js";

/** @typedef {import("./frame.js").Ui} Ui */
/** @typedef {import("./numbers.js").Numbers} Numbers */

const ACTIVATIONS = {
  relu: (a) => (a > 0 ? a : 0),
  tanh: Math.tanh,
  silu: (a) => a / (1 + Math.exp(-a)),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/**
 * What an explorer asks: run(x, done) calls done(y), at once or when Python has answered.
 * Of several x for one purpose that wait for Python, the newest is asked.
 * @typedef {object} Network
 * @property {(x: Numbers, done: (y: Float32Array) => void, purpose?: string) => void} run
 */

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

/** @typedef {{ hear: (y: Float32Array | null) => void, drop(): void, late: boolean }} Question */

/** The way to Python for all networks of an explorer: one listener, whatever comes and goes. */
export class Kernel {
  /** @param {Ui} ui */
  constructor(ui) {
    this.ui = ui;
    this.count = 0;
    /** @type {Map<string, Question>} */
    this.questions = new Map();
    ui.listen("msg:custom", (answer, buffers) => this.hear(answer, buffers));
    ui.closers.push(() => this.forget());
  }

  /**
   * Send x to a network; hear(y) once, y null after an error.
   * @param {string} network
   * @param {Numbers} x
   * @param {(y: Float32Array | null) => void} hear
   * @returns {Question}
   */
  ask(network, x, hear) {
    const id = `${this.ui.id}-${++this.count}`;
    const late = () => {
      clearTimeout(timer);
      question.late = true; // the next question need not wait for this one's answer
      this.ui.warn(SILENT);
    };
    const timer = setTimeout(late, 5000);
    const drop = () => {
      clearTimeout(timer);
      this.questions.delete(id);
    };
    const question = { hear, drop, late: false };
    this.questions.set(id, question);
    const bytes = Float32Array.from(x).buffer;
    try {
      this.ui.model.send({ network, id }, undefined, [bytes]);
    } catch {
      late(); // there is no kernel, or no way to it
    }
    return question;
  }

  hear({ id, error }, buffers) {
    const question = this.questions.get(id);
    if (!question) return; // another view's, or one that has been dropped
    question.drop();
    this.ui.warn(error ?? "");
    question.hear(error ? null : floats(buffers[0]));
  }

  /** Drop all questions: they were for weights that have been replaced. */
  forget() {
    for (const question of this.questions.values()) {
      question.drop();
      if (question.late) this.ui.warn(this.ui.model.get("problem"));
    }
  }
}

function floats({ buffer, byteOffset, byteLength }) {
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)); // aligned
}

/** A network that only Python can run: one question under way, the newest one next. */
export class KernelNetwork {
  /**
   * @param {Kernel} kernel
   * @param {string} name
   */
  constructor(kernel, name) {
    this.kernel = kernel;
    this.name = name;
    this.waiting = new Map(); // {x, done} by purpose
    /** @type {Question | null} */
    this.asked = null;
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
    this.asked?.drop();
    this.asked = this.kernel.ask(this.name, x, (y) => {
      this.asked = null;
      if (y) done(y);
      if (!this.asked) this.ask();
    });
  }
}

const SILENT =
  "This model runs in the kernel, and the kernel does not answer. Is it busy, or stopped?";
export const IN_KERNEL =
  "This model is not a plain perceptron, so the kernel runs it; its answers take a little longer.";
export const NO_KERNEL =
  "This model runs in a kernel, and a saved page has none. Open the lesson in JupyterLab.";
