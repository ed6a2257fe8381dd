// Small help for entering: drafts, focus on the errors, time steppers, sign-in of the demo.
import { startDrafts } from "./draft.js";
import { find, findAll, mustFind } from "./page.js";
import { startTimes } from "./times.js";

/** @param {HTMLElement} button one of the demo's people: a tap fills in the name and password */
function startFill(button) {
  button.addEventListener("click", () => {
    mustFind("#id_login", HTMLInputElement).value = button.dataset.fillUser || "";
    mustFind("#id_password", HTMLInputElement).value = button.dataset.fillPassword || "";
    find("form.sign-in button", HTMLButtonElement)?.focus();
  });
}

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
findAll("[data-fill-user]", HTMLElement).forEach(startFill);
findAll("[data-print]", HTMLElement).forEach(startPrint);
