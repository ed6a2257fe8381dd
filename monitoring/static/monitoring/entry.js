// Small help for entering: drafts, focus on the errors, time steppers, sign-in of the demo.
import { startDrafts } from "./draft.js";
import { startTimes } from "./times.js";

function startFill() {
  document.querySelectorAll("[data-fill-user]").forEach((button) => {
    button.addEventListener("click", () => {
      document.getElementById("id_login").value = button.dataset.fillUser;
      document.getElementById("id_password").value = button.dataset.fillPassword;
      document.querySelector("form.sign-in button").focus();
    });
  });
}

/** Tapping a symptom says what kind of event it is. */
function startSymptoms() {
  const kind = document.querySelector('input[name="kind"][value="symptom"]');
  document.querySelectorAll('input[name="symptoms"]').forEach((tile) => {
    tile.addEventListener("change", () => {
      if (!tile.checked || !kind || kind.checked) return;
      kind.checked = true;
      kind.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}

function startEntry() {
  document.querySelector("[data-error-summary]")?.focus();
  startTimes();
  startFill();
  startSymptoms();
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
}

startDrafts();
startEntry();
