// The sound of a call: seeking from words and evidence, the word that is heard, speed, and the drawn lanes.
const box = document.querySelector("[data-player]");
const audio = document.querySelector("[data-audio]");
const duration = Number(box.dataset.duration);
const line = box.querySelector("[data-line]");
const now = box.querySelector("[data-now]");
const speed = box.querySelector("[data-speed]");
const follow = box.querySelector("[data-follow]");
const list = document.querySelector("[data-turns]");
const turns = [...document.querySelectorAll("[data-turns] > [data-from]")];
const words = [...document.querySelectorAll("[data-s]")];
const starts = words.map((word) => Number(word.dataset.s));
const LANES = { agent: [20, 18], customer: [64, 18], unknown: [42, 38] };
let turnNow, wordNow;

function seek(second, play = true) {
  if (audio === null) return;
  audio.currentTime = Math.min(Math.max(second, 0), duration);
  if (play) audio.play().catch(() => {});
  show();
}

// The last place in a rising list that is not behind `second`.
function placeOf(second) {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= second + 0.02) low = middle + 1;
    else high = middle;
  }
  return words[low - 1];
}

function show() {
  const second = audio.currentTime;
  now.setAttribute("d", `M${(1000 * Math.min(second / duration, 1)).toFixed(1)} 0V104`);
  const word = placeOf(second);
  if (word !== wordNow) {
    wordNow?.classList.remove("now");
    word?.classList.add("now");
    wordNow = word;
  }
  const turn = turns.findLast((one) => Number(one.dataset.from) <= second + 0.02);
  if (turn === turnNow) return;
  turnNow?.classList.remove("now");
  turn?.classList.add("now");
  turnNow = turn;
  if (turn && follow.checked) list.scrollTo({ top: turn.offsetTop - list.offsetTop - list.clientHeight / 3 });
}

function lane(role, peaks) {
  const [middle, height] = LANES[role] ?? LANES.unknown;
  const step = 1000 / peaks.length;
  // Speech on the telephone is far below full scale: the loudest of the call fills the lane.
  const scale = height / Math.max(...peaks, 1);
  const upper = peaks.map((peak, n) => `${(n * step).toFixed(1)} ${(middle - peak * scale).toFixed(1)}`);
  const lower = peaks.map((peak, n) => `${(n * step).toFixed(1)} ${(middle + peak * scale).toFixed(1)}`).reverse();
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("class", `wave ${role}`);
  path.setAttribute("d", `M${upper.join("L")}L${lower.join("L")}Z`);
  return path;
}

async function draw() {
  const answer = await fetch(box.dataset.waveform);
  if (!answer.ok) return;
  const { lanes } = await answer.json();
  if (lanes.length === 0) return;
  line.querySelector("[data-lanes]").replaceChildren(...lanes.map((one) => lane(one.role, one.peaks)));
  line.querySelector("[data-spans]").replaceChildren();
}

// Links and words, also those that come in later.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  if (link !== null && audio !== null) {
    seek(Number(link.dataset.seek));
    const goal = link.hash ? document.getElementById(link.hash.slice(1)) : null;
    if (goal !== null && list !== null) list.scrollTo({ top: goal.offsetTop - list.offsetTop - list.clientHeight / 3 });
    event.preventDefault();
    return;
  }
  const word = event.target.closest("[data-s]");
  // Who selects words to copy them does not want to hear them.
  if (word !== null && getSelection().isCollapsed) seek(Number(word.dataset.s));
});

// A link to a second of the call: `#t=12.5`. It starts there once somebody presses play.
function arrive() {
  const second = Number(/^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1] ?? NaN);
  const turn = turns.findLast((one) => Number(one.dataset.from) <= second + 0.02);
  if (Number.isNaN(second)) return;
  seek(second, false);
  if (turn === undefined) return;
  for (const one of turns) one.classList.toggle("linked", one === turn);
  turn.scrollIntoView({ block: "center" });
}

if (audio !== null) {
  box.querySelector("[data-scripted]").hidden = false;
  for (const name of ["timeupdate", "seeked", "play"]) audio.addEventListener(name, show);
  // Four times a second is too seldom for words.
  const often = () => {
    if (audio.paused) return;
    show();
    requestAnimationFrame(often);
  };
  audio.addEventListener("play", () => requestAnimationFrame(often));
  // A new source, or its first load, would set it back.
  audio.addEventListener("loadedmetadata", () => { audio.playbackRate = Number(speed.value); });
  speed.addEventListener("change", () => { audio.playbackRate = Number(speed.value); });
  for (const button of box.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => seek(audio.currentTime + Number(button.dataset.step), false));
  }
  line.addEventListener("click", (event) => {
    const frame = line.getBoundingClientRect();
    seek((duration * (event.clientX - frame.left)) / frame.width);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, audio")) return;
    if (event.key === " " && event.target.closest("button, a, summary") === null) {
      audio.paused ? audio.play().catch(() => {}) : audio.pause();
    } else if (event.key === "ArrowLeft") seek(audio.currentTime - 5, false);
    else if (event.key === "ArrowRight") seek(audio.currentTime + 5, false);
    else if (event.key === "[" || event.key === "]") {
      speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + (event.key === "]" ? 1 : -1), 0), speed.length - 1);
      speed.dispatchEvent(new Event("change"));
    } else return;
    event.preventDefault();
  });
  draw().catch(() => {});
}
addEventListener("hashchange", arrive);
arrive();
