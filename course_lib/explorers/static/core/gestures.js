// What the student does to an element: drags it, presses arrow keys.

/** Track a pointer or finger on an element: move([x, y], points) in its own pixels.

    points: all that the browser has gathered since the last call, [x, y] being the last. */
export function drag(ui, node, move, { hover = false, end = () => {} } = {}) {
  const tell = ui.guard((event) => {
    const { left, top } = node.getBoundingClientRect(); // of the border around it
    const gathered = event.getCoalescedEvents?.() ?? [];
    const points = (gathered.length ? gathered : [event]).map(({ clientX, clientY }) => [
      clientX - left - node.clientLeft,
      clientY - top - node.clientTop,
    ]);
    move(points.at(-1), points);
  });
  let down = false;
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    down = true;
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault();
    tell(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (down || (hover && event.pointerType === "mouse")) tell(event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    node.addEventListener(name, ui.guard(() => {
      down = false;
      end();
    }));
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Call step(dx, dy) on arrow keys, ±1, or ±5 with Shift; home() on Home. */
export function arrows(ui, node, step, home = () => {}) {
  node.addEventListener("keydown", ui.guard((event) => {
    const size = event.shiftKey ? 5 : 1;
    if (ARROWS[event.key]) step(...ARROWS[event.key].map((d) => d * size));
    else if (event.key === "Home") home();
    else return;
    event.preventDefault();
  }));
}
