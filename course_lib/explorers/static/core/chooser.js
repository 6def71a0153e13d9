// Pictures to choose from, and a pad to draw one's own.
import { row } from "./numbers.js";
import { pad } from "./pad.js";
import { thumbnails } from "./pictures.js";

/** Pictures to choose from, and a pad to draw one's own: {thumbnails, pad, pixels(), drawn}.

    first: the one chosen at the start. onChange() hears of another one; drawn: whether it
    is what is on the pad. To clear the pad goes back to the last picture that was chosen. */
export function chooser(ui, { label, images, names, first, onChange }) {
  const made = { drawn: false };
  let drawing = null; // what is on the pad, while it is the picture shown
  let last = Math.min(first, names.length - 1);
  const choose = (pixels) => {
    drawing = pixels;
    made.drawn = Boolean(pixels);
    made.thumbnails.choose(pixels ? -1 : last);
  };
  const onChoose = (i) => {
    last = i;
    made.pad.clear();
  };
  made.thumbnails = thumbnails(ui, { label, images: images(), names, onChoose });
  made.pad = pad(ui, {
    onDraw: (pixels) => {
      choose(pixels);
      onChange();
    },
  });
  made.pixels = () => drawing ?? row(images(), last);
  made.name = () => (drawing ? "your drawing" : names[last]);
  choose(null);
  return made;
}
