// Networks: those that run here, and those that only Python can run.
import { tensor } from "./numbers.js";

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
export class KernelNetwork {
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
export const IN_KERNEL =
  "This model is not a plain perceptron, so the kernel runs it; its answers take a little longer.";
export const NO_KERNEL =
  "This model runs in a kernel, and a saved page has none. Open the lesson in JupyterLab.";
