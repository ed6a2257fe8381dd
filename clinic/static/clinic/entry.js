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

/**
 * A group of fields that is asked with some choices alone: shown before anything is chosen, and
 * while it holds what was typed or an error.
 * @param {HTMLElement} group
 */
function startOnlyWith(group) {
  const name = group.dataset.onlyWith || "";
  const values = (group.dataset.values || "").split(" ");
  const choices = findAll(`input[name="${name}"]`, HTMLInputElement);
  const isFilled = () =>
    findAll("input", HTMLInputElement, group).some((input) =>
      input.type === "radio" ? input.checked : input.value !== "",
    );
  const show = () => {
    const chosen = choices.find((choice) => choice.checked);
    const isAsked = !chosen || values.includes(chosen.value);
    group.hidden = !isAsked && !isFilled() && !find(".has-error, .is-invalid", HTMLElement, group);
  };
  choices.forEach((choice) => choice.addEventListener("change", show));
  // The form is emptied for another one.
  choices[0]?.form?.addEventListener("reset", () => setTimeout(show));
  show();
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
findAll("[data-only-with]", HTMLElement).forEach(startOnlyWith);
findAll("[data-print]", HTMLElement).forEach(startPrint);
