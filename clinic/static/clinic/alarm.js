// Rings on this tablet where a person switched that on here: once when a reading becomes overdue, once
// more when it is urgent, and when an emergency appears. What it keeps are moments, and no one's name.
import { serverNow } from "./countdown.js";
import { find, findAll } from "./page.js";

const SWITCH = "alarm";
const RUNG = "rung";
const MOST_KEPT = 60;
const MINUTE = 60000;
const MOMENT = 400;
/** How often it sounds, by what happened. @type {Record<string, number>} */
const TIMES = { overdue: 1, urgent: 2, emergency: 3 };

/** @type {AudioContext | undefined} */
let audio;

const isOn = () => localStorage.getItem(SWITCH) === "on";

/** @param {number} times */
function sound(times) {
  if (!audio || audio.state !== "running") return;
  for (let n = 0; n < times; n += 1) {
    const tone = new OscillatorNode(audio, { frequency: 880 });
    const volume = new GainNode(audio, { gain: 0.5 });
    const at = audio.currentTime + n * 0.35;
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}

/** @param {number} times */
function ring(times) {
  sound(times);
  // A browser complains of what vibrates before anyone has touched the page.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(Array(2 * times - 1).fill(200));
}

/** A browser sounds only once the page was touched, and some keep that for each page.
 *  Until then the page says so. */
function showHeld() {
  const line = find("[data-alarm-held]", HTMLElement);
  if (line) line.hidden = !isOn() || audio?.state === "running";
}

function wake() {
  if (!isOn() || !("AudioContext" in window)) return;
  if (!audio) {
    audio = new AudioContext();
    audio.addEventListener("statechange", showHeld);
  }
  if (audio.state !== "running") audio.resume();
}

/** What is to be heard, by its name and its moment. @returns {string[]} */
function found() {
  const late = findAll("[data-due]", HTMLElement).flatMap(({ dataset }) => {
    const over = (serverNow() - Date.parse(dataset.due || "")) / MINUTE;
    if (over >= Number(dataset.urgentAfter)) return [`overdue ${dataset.due}`, `urgent ${dataset.due}`];
    return over >= Number(dataset.overdueAfter) ? [`overdue ${dataset.due}`] : [];
  });
  // One patient may have several: each has its own moment.
  const moments = findAll("[data-emergency]", HTMLElement).flatMap(({ dataset }) => dataset.emergency?.split(" "));
  return [...late, ...moments.filter(Boolean).map((at) => `emergency ${at}`)];
}

/** Each is heard once, on whichever page and in whichever tab it is seen first. */
function check() {
  if (!isOn()) return;
  /** @type {string[]} */
  const rung = JSON.parse(localStorage.getItem(RUNG) || "[]");
  const fresh = [...new Set(found())].filter((one) => !rung.includes(one));
  if (!fresh.length) return;
  localStorage.setItem(RUNG, JSON.stringify([...rung, ...fresh].slice(-MOST_KEPT)));
  ring(Math.max(...fresh.map((one) => TIMES[one.split(" ")[0] || ""] || 1)));
}

/** @param {HTMLElement} button @param {HTMLElement | undefined} trial */
function startSwitch(button, trial) {
  const show = () => {
    button.textContent = button.dataset[isOn() ? "on" : "off"] || "";
    if (trial) trial.hidden = !isOn();
    setTimeout(showHeld, MOMENT);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(SWITCH, isOn() ? "off" : "on");
    // What waits already was seen by who switches it on.
    localStorage.setItem(RUNG, JSON.stringify(found().slice(-MOST_KEPT)));
    wake();
    show();
  });
  trial?.addEventListener("click", () => ring(TIMES.emergency || 1));
  show();
}

function start() {
  const button = find("[data-alarm-switch]", HTMLElement);
  if (button) startSwitch(button, find("[data-alarm-try]", HTMLElement));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { passive: true });
  wake();
  setTimeout(showHeld, MOMENT);
  check();
  setInterval(check, 5000);
  document.body.addEventListener("htmx:afterSwap", check);
}

start();
