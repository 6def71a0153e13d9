// Elements of a page: made, written a moment later, set in rows and columns.

/**
 * Make an element: attributes, "on..." handlers, then children.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
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

/** A table of rows, each a list of its cells. */
export const table = (attributes, ...rows) =>
  element("table", attributes, ...rows.map((cells) => element("tr", {}, ...cells)));
