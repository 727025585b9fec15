// Keys for every page: ? for help, g and a letter to go somewhere, / to search, j and k through rows.
// A page describes its own keys in elements with data-key; they are pressed when nobody is writing.
const help = document.getElementById("help");
const writing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
let going = false;

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function choose(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  for (const row of all) row.setAttribute("aria-selected", String(row === next));
  next.scrollIntoView({ block: "nearest" });
}

function openChosen() {
  const link = document.querySelector('[data-row][aria-selected="true"] a[href]');
  if (link) link.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && writing(event.target)) {
    event.target.blur();
    return;
  }
  if (writing(event.target)) return;
  if (going) {
    going = false;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) link.click();
    return;
  }
  if (event.key === "?") help.open ? help.close() : help.showModal();
  else if (help.open) return;
  else if (event.key === "g") going = true;
  else if (event.key === "/") document.querySelector("[data-search]")?.focus();
  else if (event.key === "j") choose(1);
  else if (event.key === "k") choose(-1);
  else if (event.key === "Enter" && event.target === document.body) openChosen();
  else {
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button === null) return;
    button.matches("input, textarea, select") ? button.focus() : button.click();
  }
  event.preventDefault();
});

document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());
help?.querySelector("[data-close]")?.addEventListener("click", () => help.close());

// What is wider than its frame can be moved with the arrow keys once it has the focus; what fits is no stop on the way.
const frames = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const frame of document.querySelectorAll(".scroll")) frames.observe(frame);
