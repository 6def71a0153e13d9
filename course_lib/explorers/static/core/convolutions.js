// Layers of pictures: convolutions, their transposes, and what enlarges or turns.

/**
 * How a layer comes from Python, its arrays read: see operations.py.
 * @typedef {{ weight: Float32Array, bias: Float32Array, shape: number[], from: number[],
 *   to: number[], stride: number[], padding: number[], order: number[], slope: number }}
 *   Given
 */
/** A layer runs on x and returns its y, the same array at each run. */
/** @typedef {{ y: Float32Array, run: (x: Float32Array) => Float32Array }} Layer */

/**
 * y[at + i·step] = bias[i] + Σ_j w[i, j]·x[j]: four rows at a time share each x[j].
 * @param {Float32Array} w
 * @param {Float32Array} x
 * @param {Float32Array} bias
 * @param {Float32Array} y
 */
export function product(w, x, bias, y, at = 0, step = 1) {
  const [rows, size] = [bias.length, x.length];
  let [i, k] = [0, 0];
  for (; i + 3 < rows; i += 4, k += 4 * size, at += 4 * step) {
    let a = bias[i];
    let b = bias[i + 1];
    let c = bias[i + 2];
    let d = bias[i + 3];
    const [l, m, n] = [k + size, k + 2 * size, k + 3 * size];
    for (let j = 0; j < size; j++) {
      const value = x[j];
      a += w[k + j] * value;
      b += w[l + j] * value;
      c += w[m + j] * value;
      d += w[n + j] * value;
    }
    y[at] = a;
    y[at + step] = b;
    y[at + 2 * step] = c;
    y[at + 3 * step] = d;
  }
  for (; i < rows; i++, k += size, at += step) {
    let a = bias[i];
    for (let j = 0; j < size; j++) a += w[k + j] * x[j];
    y[at] = a;
  }
}

/** A picture with room around it, and where in it a kernel's numbers fall.

    One place of the kernel touches room[corner + taps[j]], j over channels, rows, columns. */
function framed(channels, [kernelHeight, kernelWidth], height, width) {
  const taps = new Int32Array(channels * kernelHeight * kernelWidth);
  let j = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < kernelHeight; y++) {
      for (let x = 0; x < kernelWidth; x++) taps[j++] = (c * height + y) * width + x;
    }
  }
  return { taps, room: new Float32Array(channels * height * width) };
}

/** Copy (c, h, w) pixels at one place to another: each with the size of one channel's rows. */
function copy(channels, height, width, from, to) {
  for (let c = 0; c < channels; c++) {
    let a = from.at + c * from.size;
    let b = to.at + c * to.size;
    for (let y = 0; y < height; y++, a += from.width, b += to.width) {
      for (let x = 0; x < width; x++) to.values[b + x] = from.values[a + x];
    }
  }
}

/** conv2d: at each place, what lies under the kernel is gathered, and the weights times it.
 * @param {Given} given
 * @returns {Layer} */
export function convolution({ weight, bias, shape, from, to, stride, padding }) {
  const [channels, height, width] = from;
  const [, rows, columns] = to;
  const [down, right] = stride;
  // Where the stride does not come out even, some room may lie beyond the padding.
  const high = Math.max(height + 2 * padding[0], (rows - 1) * down + shape[2]);
  const wide = Math.max(width + 2 * padding[1], (columns - 1) * right + shape[3]);
  const { taps, room } = framed(channels, shape.slice(2), high, wide);
  const patch = new Float32Array(taps.length);
  const y = new Float32Array(bias.length * rows * columns);
  const inside = { values: room, width: wide, size: high * wide };
  inside.at = padding[0] * wide + padding[1];
  const run = (x) => {
    copy(channels, height, width, { values: x, at: 0, width, size: height * width }, inside);
    for (let i = 0, place = 0; i < rows; i++) {
      for (let k = 0; k < columns; k++, place++) {
        const corner = i * down * wide + k * right;
        for (let j = 0; j < patch.length; j++) patch[j] = room[corner + taps[j]];
        product(weight, patch, bias, y, place, rows * columns);
      }
    }
    return y;
  };
  return { y, run };
}

/** conv_transpose2d: each pixel times the weights is added to what lies under the kernel.
 * @param {Given} given
 * @returns {Layer} */
export function transposed({ weight, bias, shape, from, to, stride, padding }) {
  const [channels, height, width] = from;
  const [outputs, rows, columns] = to;
  const [down, right] = stride;
  const high = Math.max((height - 1) * down + shape[2], padding[0] + rows);
  const wide = Math.max((width - 1) * right + shape[3], padding[1] + columns);
  const { taps, room } = framed(outputs, shape.slice(2), high, wide);
  const turned = turn(weight, channels); // (c_out, h, w, c_in), for products
  const pixel = new Float32Array(channels);
  const none = new Float32Array(taps.length);
  const spread = new Float32Array(taps.length);
  const y = new Float32Array(outputs * rows * columns);
  const inside = { values: room, width: wide, size: high * wide };
  inside.at = padding[0] * wide + padding[1];
  const outside = { values: y, at: 0, width: columns, size: rows * columns };
  const run = (x) => {
    for (let c = 0; c < outputs; c++) {
      room.fill(bias[c], c * high * wide, (c + 1) * high * wide);
    }
    for (let i = 0, place = 0; i < height; i++) {
      for (let k = 0; k < width; k++, place++) {
        const corner = i * down * wide + k * right;
        for (let c = 0; c < channels; c++) pixel[c] = x[c * height * width + place];
        product(turned, pixel, none, spread);
        for (let j = 0; j < spread.length; j++) room[corner + taps[j]] += spread[j];
      }
    }
    copy(outputs, rows, columns, inside, outside);
    return y;
  };
  return { y, run };
}

/** Turn a matrix of so many rows: what was row after row comes column after column. */
function turn(values, rows) {
  const columns = values.length / rows;
  const made = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) made[j * rows + i] = values[i * columns + j];
  }
  return made;
}

/** Nearest upsampling, by whole numbers or not.
 * @param {Given} given
 * @returns {Layer} */
export function upsampled({ from, to }) {
  const [channels, height, width] = from;
  const [, rows, columns] = to;
  const places = [];
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < rows; i++) {
      const row = c * height + Math.floor((i * height) / rows);
      for (let k = 0; k < columns; k++) {
        places.push(row * width + Math.floor((k * width) / columns));
      }
    }
  }
  return gathered(places);
}

/** permute: the sides of an array in another order.
 * @param {Given} given
 * @returns {Layer} */
export function permuted({ from, order }) {
  const steps = from.map((_, side) => from.slice(side + 1).reduce((a, b) => a * b, 1));
  let places = [0];
  for (const side of order) {
    const all = Array.from({ length: from[side] }, (_, i) => i * steps[side]);
    places = places.flatMap((place) => all.map((step) => place + step));
  }
  return gathered(places);
}

/** y[i] = x[places[i]]. */
function gathered(places) {
  const from = Int32Array.from(places);
  const y = new Float32Array(from.length);
  const run = (x) => {
    for (let i = 0; i < y.length; i++) y[i] = x[from[i]];
    return y;
  };
  return { y, run };
}
