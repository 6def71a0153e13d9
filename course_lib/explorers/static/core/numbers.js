// Arrays as they come from Python, chance, and sums.

/** @typedef {{ shape: number[], values: Uint8Array | Float32Array }} Tensor */
/** @typedef {{ shape: number[], dtype: string, bytes: DataView }} Packed */
/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {[channels: number, height: number, width: number]} Shape */

/** @type {Float32Array} */
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

/**
 * An array that came as {shape, dtype, bytes}: {shape, values}, values a typed array.
 * @param {Packed} packed
 * @returns {Tensor}
 */
export function tensor({ shape, dtype, bytes }) {
  const { buffer, byteOffset, byteLength } = bytes;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength); // aligned
  if (dtype === "uint8") return { shape, values: new Uint8Array(copy) };
  if (dtype === "float32") return { shape, values: new Float32Array(copy) };
  if (dtype === "float16") return { shape, values: halfFloats(new Uint16Array(copy)) };
  throw new Error(`tensor: unknown dtype ${dtype}`);
}

/**
 * Row i of a tensor; bytes become floats in [0, 1].
 * @param {Tensor} tensor
 * @param {number} i
 */
export function row({ shape, values }, i) {
  const size = values.length / shape[0];
  const part = values.subarray(i * size, (i + 1) * size);
  return part instanceof Uint8Array ? Float32Array.from(part, (v) => v / 255) : part;
}

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

/**
 * ||a - b||², summed over all entries.
 * @param {Numbers} a
 * @param {Numbers} b
 */
export function squaredError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/**
 * How many of some sorted values are a limit at most.
 * @param {Numbers} sorted
 * @param {number} limit
 */
export function countUpTo(sorted, limit) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
