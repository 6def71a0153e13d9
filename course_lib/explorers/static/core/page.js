// An explorer in a page without a kernel.

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
