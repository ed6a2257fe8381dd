// Small help for entering: drafts, focus on the errors, time steppers.
import { startDrafts } from "./draft.js";
import { find, findAll } from "./page.js";
import { startTimes } from "./times.js";

/** Tapping a symptom says what kind of event it is. */
function startSymptoms() {
  const kind = find('input[name="kind"][value="symptom"]', HTMLInputElement);
  for (const tile of findAll('input[name="symptoms"]', HTMLInputElement)) {
    tile.addEventListener("change", () => {
      if (!tile.checked || !kind || kind.checked) return;
      kind.checked = true;
      kind.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

/** @param {HTMLElement} button */
function startPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

startDrafts();
find("[data-error-summary]", HTMLElement)?.focus();
startTimes();
startSymptoms();
findAll("[data-print]", HTMLElement).forEach(startPrint);
