// What is drawn on a pad, as a picture of the shape that a network wants.

/** @typedef {import("./numbers.js").Shape} Shape */

/**
 * Fit ink in [0, 255] on a square, side × side, as MNIST does: in 28 pixels its longer side
 * takes 20, its centre of mass lies in the middle. Floats in [0, 1], all 0 without ink.
 * @param {Uint8Array} ink
 * @param {Shape} [shape] of the picture, which is grey
 */
export function centre(ink, [, height, width] = [1, 28, 28]) {
  const side = Math.sqrt(ink.length);
  const pixels = new Float32Array(height * width);
  let [mass, sumX, sumY, left, right, top, bottom] = [0, 0, 0, side, -1, side, -1];
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
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
  const longer = (20 / 28) * Math.min(height, width);
  // A dot stays a dot: what is under a quarter of the pad is not blown up to full size.
  const scale = longer / Math.max(right - left + 1, bottom - top + 1, side / 4);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const value = (ink[y * side + x] / 255) * scale * scale;
      if (!value) continue;
      // Share it among the four pixels around it, whose centres lie at halves.
      const u = (x + 0.5 - sumX / mass) * scale + (width - 1) / 2;
      const v = (y + 0.5 - sumY / mass) * scale + (height - 1) / 2;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      if (i < 0 || j < 0 || i > width - 2 || j > height - 2) continue;
      const [a, b] = [u - i, v - j];
      pixels[width * j + i] += value * (1 - a) * (1 - b);
      pixels[width * j + i + 1] += value * a * (1 - b);
      pixels[width * (j + 1) + i] += value * (1 - a) * b;
      pixels[width * (j + 1) + i + 1] += value * a * b;
    }
  }
  return pixels.map((v) => Math.min(1, v));
}

/**
 * A drawing in colour where and as it was drawn, on black: each pixel the mean of what it
 * covers. Floats in [0, 1], (3, h, w).
 * @param {ImageData} drawn
 * @param {Shape} shape
 */
export function asDrawn({ data, width: wide, height: high }, [, height, width]) {
  const size = height * width;
  const pixels = new Float32Array(3 * size);
  const counts = new Uint32Array(size);
  for (let y = 0, k = 0; y < high; y++) {
    const start = width * Math.floor((y * height) / high);
    for (let x = 0; x < wide; x++, k += 4) {
      const i = start + Math.floor((x * width) / wide);
      const share = data[k + 3] / (255 * 255);
      counts[i] += 1;
      if (!share) continue;
      for (let c = 0; c < 3; c++) pixels[c * size + i] += share * data[k + c];
    }
  }
  return pixels.map((sum, i) => sum / counts[i % size]);
}
