// Networks that run here: layer by layer, each with its own room for what comes out.
import { convolution, permuted, product, transposed, upsampled } from "./convolutions.js";
import { tensor } from "./numbers.js";

/** @typedef {import("./convolutions.js").Given} Given */
/** @typedef {import("./convolutions.js").Layer} Layer */
/** @typedef {import("./numbers.js").Numbers} Numbers */

/** erf(a) to 1.5e-7: Abramowitz and Stegun, 7.1.26. */
function erf(a) {
  const t = 1 / (1 + 0.3275911 * Math.abs(a));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = sum * Math.exp(-a * a);
  return a < 0 ? tail - 1 : 1 - tail;
}

/** Layers that give one number for each, by kind: each makes its function. */
const ACTIVATIONS = {
  relu: () => (a) => (a > 0 ? a : 0),
  leaky_relu: ({ slope }) => (a) => (a > 0 ? a : slope * a),
  tanh: () => Math.tanh,
  silu: () => (a) => a / (1 + Math.exp(-a)),
  sigmoid: () => (a) => 1 / (1 + Math.exp(-a)),
  gelu: () => (a) => 0.5 * a * (1 + erf(a * Math.SQRT1_2)),
  gelu_tanh: () => (a) => {
    const inner = Math.sqrt(2 / Math.PI) * (a + 0.044715 * a * a * a);
    return 0.5 * a * (1 + Math.tanh(inner));
  },
};

/**
 * All other layers by kind, the words of operations.py: each makes a layer of so many inputs.
 * @type {Record<string, (given: Given, inputs: number) => Layer>}
 */
const LAYERS = {
  linear: ({ weight, bias }) => {
    const y = new Float32Array(bias.length);
    const run = (x) => {
      product(weight, x, bias, y);
      return y;
    };
    return { y, run };
  },
  conv2d: convolution,
  conv_transpose2d: transposed,
  upsample: upsampled,
  permute: permuted,
  /* A factor for each channel and a number added to it. */
  affine: ({ weight, bias }, inputs) => {
    const y = new Float32Array(inputs);
    const size = inputs / weight.length;
    const run = (x) => {
      for (let c = 0, i = 0; c < weight.length; c++) {
        for (const end = i + size; i < end; i++) y[i] = weight[c] * x[i] + bias[c];
      }
      return y;
    };
    return { y, run };
  },
  /* Symbols, whole numbers from 0, to their vectors. */
  embedding: ({ weight, shape: [symbols, size] }, inputs) => {
    const y = new Float32Array(inputs * size);
    const run = (x) => {
      for (let i = 0; i < inputs; i++) {
        if (!(x[i] >= 0 && x[i] < symbols)) {
          throw new Error(`network: got symbol ${x[i]}, wanted 0 to ${symbols - 1}`);
        }
        const start = Math.floor(x[i]) * size;
        for (let k = 0; k < size; k++) y[i * size + k] = weight[start + k];
      }
      return y;
    };
    return { y, run };
  },
};

function made(spec, inputs) {
  if (Object.hasOwn(ACTIVATIONS, spec.kind)) {
    const f = ACTIVATIONS[spec.kind](spec);
    const y = new Float32Array(inputs);
    const run = (x) => {
      for (let i = 0; i < y.length; i++) y[i] = f(x[i]);
      return y;
    };
    return { y, run };
  }
  if (!Object.hasOwn(LAYERS, spec.kind)) throw new Error(`network: no layer ${spec.kind} here`);
  const [weight, bias] = [spec.weight, spec.bias].map((array) => array && tensor(array));
  const given = { ...spec, weight: weight?.values, bias: bias?.values, shape: weight?.shape };
  return LAYERS[spec.kind](given, inputs);
}

/** A network of layers one after the other: 784-400-20 takes about a third of a millisecond,
    a small convolutional decoder one or two. */
export class FeedForward {
  constructor({ inputs, layers }) {
    this.x = new Float32Array(inputs);
    let size = inputs;
    this.layers = layers.map((spec) => {
      const layer = made(spec, size);
      size = layer.y.length;
      return layer;
    });
  }

  /**
   * Run it; y is the network's own room, good until it runs again.
   * @param {Numbers} x
   * @param {(y: Float32Array) => void} done
   */
  run(x, done) {
    if (x.length !== this.x.length) {
      throw new Error(`network: ${x.length} inputs for ${this.x.length}`);
    }
    this.x.set(x);
    let y = this.x;
    for (const layer of this.layers) y = layer.run(y);
    done(y);
  }
}
