// x ticks the chosen row of the queue, so that calls can be given to somebody without a mouse.
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const box = document.querySelector('[data-row][aria-selected="true"] input[type="checkbox"]');
  if (box) box.checked = !box.checked;
});
