// Reviewing by key: which item the keys are for, and settling it without stopping the sound.
const items = () => [...document.querySelectorAll("[data-item]")];

function choose(item, { show = true } = {}) {
  for (const other of items()) {
    if (other === item) continue;
    other.removeAttribute("aria-current");
    for (const keyed of other.querySelectorAll("[data-key]")) keyed.removeAttribute("data-key");
    other.querySelector("details")?.removeAttribute("open");
    other.querySelector("button.main")?.classList.remove("main");
  }
  if (!item) return;
  item.setAttribute("aria-current", "true");
  for (const keyed of item.querySelectorAll("[data-shortcut]")) keyed.dataset.key = keyed.dataset.shortcut;
  const proof = item.querySelector("[data-proof]");
  if (proof && !item.querySelector('[data-key="e"]')) proof.dataset.key = "e";
  item.querySelector("details")?.setAttribute("open", "");
  item.querySelector('[data-shortcut="c"]')?.classList.add("main");
  if (show) item.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const flagged = items().filter((item) => item.matches("[data-flagged]"));
  const all = flagged.length > 0 ? flagged : items();
  const at = all.findIndex((item) => item.matches("[aria-current]"));
  choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

// The sentence that is heard, or was last; where that is nobody's or the customer's, the reviewer chooses from the list.
function point(list) {
  const heard = document.querySelector("[data-turns] > .now");
  const option = [...list.options].find((one) => one.value !== "" && `u${one.value}` === heard?.id);
  if (option === undefined) list.focus();
  else list.value = option.value;
}

async function settle(form, button) {
  const sent = new FormData(form, button);
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  const answer = await fetch(form.action, { method: "POST", body: sent });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = [...document.querySelectorAll("[data-part]")];
  const fresh = parts.map((part) => page.querySelector(`[data-part="${part.dataset.part}"]`));
  // Whatever else came back (logged out, refused) is a page to be read.
  if (!answer.ok || fresh.includes(null)) {
    location.assign(answer.url);
    return;
  }
  for (const old of document.querySelectorAll('[role="alert"]')) old.remove();
  const refused = page.querySelector('[role="alert"]');
  if (refused !== null) {
    // Not saved: what was written and chosen stays, to be put right.
    for (const one of form.querySelectorAll("button")) one.disabled = false;
    form.prepend(refused);
    refused.scrollIntoView({ block: "nearest" });
    return;
  }
  parts.forEach((part, n) => part.replaceWith(fresh[n]));
  document.querySelector("[data-item][aria-current]")?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-settle]")) return;
  event.preventDefault();
  settle(event.target, event.submitter).catch(() => location.reload());
});

document.addEventListener("click", (event) => {
  const goer = event.target.closest("[data-go-item]");
  if (goer !== null) step(Number(goer.dataset.goItem));
  const pointer = event.target.closest("[data-point]");
  if (pointer !== null) point(pointer.form.elements.namedItem("utterance"));
  const item = event.target.closest("[data-item]");
  if (item !== null && !item.matches("[aria-current]")) choose(item, { show: false });
  const proof = event.target.closest("[data-item] [data-proof]");
  if (proof !== null) {
    // The next press plays the next one.
    const all = [...item.querySelectorAll("[data-proof]")];
    for (const one of all) one.removeAttribute("data-key");
    all[(all.indexOf(proof) + 1) % all.length].dataset.key = "e";
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!document.querySelector("dialog[open]")) document.querySelector("[data-following]")?.click();
});
