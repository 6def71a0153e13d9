// Networks that only Python can run, and the way to them.

/** @typedef {import("./frame.js").Ui} Ui */
/** @typedef {import("./numbers.js").Numbers} Numbers */

/**
 * What an explorer asks: run(x, done) calls done(y), at once or when Python has answered.
 * Of several x for one purpose that wait for Python, the newest is asked. Copy y to keep
 * it: a network that runs here writes the next one over it.
 * @typedef {object} Network
 * @property {(x: Numbers, done: (y: Float32Array) => void, purpose?: string) => void} run
 */

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
export const NO_KERNEL =
  "This model runs in a kernel, and a saved page has none. Open the lesson in JupyterLab.";
