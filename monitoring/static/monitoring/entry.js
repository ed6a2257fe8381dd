// Small help for entering: drafts, focus on the errors, time steppers, sign-in of the demo.
import { serverNow } from "./countdown.js";
import { startDrafts } from "./draft.js";

/** @param {HTMLInputElement} input @param {number} minutes */
function step(input, minutes) {
  const match = /^(\d{1,2}):?(\d{2})$/.exec(input.value.trim());
  let total = match ? Number(match[1]) * 60 + Number(match[2]) : clockMinutes(input);
  total = (total + minutes + 1440) % 1440;
  write(input, total);
}

/** @param {HTMLInputElement} input */
function clockMinutes(input) {
  const zone = input.dataset.zone || "UTC";
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(serverNow()));
  const [hours, minutes] = parts.split(":").map(Number);
  return hours * 60 + minutes;
}

/** @param {HTMLInputElement} input @param {number} total */
function write(input, total) {
  const two = (n) => String(n).padStart(2, "0");
  input.value = `${two(Math.floor(total / 60))}:${two(total % 60)}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function startSteppers() {
  document.querySelectorAll("[data-step]").forEach((button) => {
    button.addEventListener("click", () => {
      const input = document.getElementById(button.dataset.for);
      if (button.dataset.step === "now") write(input, clockMinutes(input));
      else step(input, Number(button.dataset.step));
    });
  });
}

function startFill() {
  document.querySelectorAll("[data-fill-user]").forEach((button) => {
    button.addEventListener("click", () => {
      document.getElementById("id_login").value = button.dataset.fillUser;
      document.getElementById("id_password").value = button.dataset.fillPassword;
      document.querySelector("form.sign-in button").focus();
    });
  });
}

function startEntry() {
  document.querySelector("[data-error-summary]")?.focus();
  startSteppers();
  startFill();
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
}

startDrafts();
startEntry();
