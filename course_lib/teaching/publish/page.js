// What a page does beside its explorers: its theme, what scrolls sideways, and printing.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector(".theme");
const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
const showTheme = () => button.setAttribute("aria-pressed", String(isDark()));

button.hidden = false;
button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark"; // the explorers watch this attribute
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch { /* it holds for this page, then */ }
  showTheme();
});
dark.addEventListener("change", showTheme);
addEventListener("storage", ({ key, newValue }) => {
  if (key !== "theme" || !newValue) return; // chosen on another page of the site
  root.dataset.theme = newValue;
  showTheme();
});
showTheme();

// What scrolls sideways must be reached by Tab, or no key can move it.
const SCROLLERS = {
  pre: "Code or output",
  ".scroll": "Table",
  ".formula, .inline": "Formula",
  ".output_html:has(> img)": "Figure",
};
function fit() {
  for (const node of document.querySelectorAll(".inline")) {
    const { width } = node.firstElementChild.getBoundingClientRect();
    const place = node.closest("p, li, td, th, h1, h2, h3, summary, div");
    node.classList.toggle("wide", width > place.clientWidth);
  }
  for (const [selector, label] of Object.entries(SCROLLERS)) {
    for (const node of document.querySelectorAll(selector)) {
      const wide = node.scrollWidth > node.clientWidth && node.clientWidth > 0;
      const attributes = { tabindex: "0", role: "group", "aria-label": `${label}, scrolls sideways` };
      for (const [name, value] of Object.entries(attributes)) {
        if (wide) node.setAttribute(name, value);
        else node.removeAttribute(name);
      }
    }
  }
}
new ResizeObserver(fit).observe(document.querySelector("main"));
document.addEventListener("toggle", fit, true); // what was folded away had no width

const contents = document.querySelector(".contents details");
if (contents) contents.open = matchMedia("(min-width: 75rem)").matches;

// On paper nothing unfolds, and ink is dark.
let before = null;
addEventListener("beforeprint", () => {
  const folded = [...document.querySelectorAll("main details:not([open])")];
  before = { folded, theme: root.dataset.theme };
  folded.forEach((details) => (details.open = true));
  root.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  if (!before) return;
  before.folded.forEach((details) => (details.open = false));
  if (before.theme) root.dataset.theme = before.theme;
  else delete root.dataset.theme;
  before = null;
});
