// The frame around an explorer: its life, its data, what it says.
import { element, note } from "./elements.js";
import { FeedForward } from "./layers.js";
import { Kernel, KernelNetwork, NO_KERNEL } from "./networks.js";
import { tensor } from "./numbers.js";

/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("./numbers.js").Shape} Shape */
/** @typedef {Interface} Ui */

/**
 * An explorer from build(ui), which fills ui.root once.
 * @param {(ui: Ui) => void} build
 */
export function explorer(build) {
  return {
    render({ model, el }) {
      const ui = new Interface(model);
      let built = false;
      el.append(ui.frame);
      const start = () => {
        ui.warn(model.get("problem"));
        if (!built && !model.get("problem")) {
          built = true;
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
    /**
     * The [c, h, w] of the data's pictures; undefined where they are square and grey.
     * @type {() => Shape | undefined}
     */
    this.shape = () => this.value("picture");
    this.root = element("div", { class: "explorer-body" });
    this.trouble = element("p", { class: "explorer-problem", role: "alert", hidden: true });
    this.status = element("p", { class: "explorer-said", role: "status" });
    this.remark = note("");
    this.remark.hidden = true;
    this.hint = note("");
    this.frame = element(
      "section",
      { class: "explorer", "aria-label": model.get("title") },
      this.trouble,
      this.root,
      this.remark,
      this.hint,
      this.status,
    );
    // JupyterLab keeps its shortcuts, such as x and the arrows, off an element that says
    // so. It must be the focused one itself: what stands around it is asked too late.
    this.frame.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
    });
    let due = false;
    this.refreshers = [];
    this.kernel = new Kernel(this);
    const refresh = () => {
      this.parsed.clear();
      this.kernel.forget();
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
    const hint = () => {
      this.hint.textContent = this.model.get("hint");
      this.hint.hidden = !this.hint.textContent;
    };
    this.listen("change:hint", hint);
    hint();
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

  /**
   * A network by name; undefined where the model has none.
   * @param {string} name
   * @returns {Network | undefined}
   */
  network(name) {
    const key = `network ${name}`;
    if (!this.parsed.has(key)) this.parsed.set(key, this.makeNetwork(name));
    return this.parsed.get(key);
  }

  makeNetwork(name) {
    const made = this.model.get("networks")[name];
    if (made?.layers) return new FeedForward(made);
    if (made && this.remark.hidden) {
      this.remark.textContent = made.kernel ?? "";
      this.remark.hidden = false;
    }
    if (made && !this.model.send) {
      this.warn(NO_KERNEL);
      return { run: () => {} };
    }
    return made && new KernelNetwork(this.kernel, name);
  }

  /** Call f now, and again whenever new weights or data have come. */
  onRefresh(f) {
    this.refreshers.push(f);
    this.guard(f)();
  }

  /**
   * The theme's colours as the canvas wants them, read anew at each call.
   * @returns {Record<string, string>}
   */
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
