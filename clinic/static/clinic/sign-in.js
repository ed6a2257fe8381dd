// The page to sign in at: focus on what was wrong, passkeys, and the people of the demo.
import "./passkey.js";
import { find, findAll, mustFind } from "./page.js";

/** @param {HTMLElement} button one of the demo's people: a tap fills in the name and password */
function startFill(button) {
  button.addEventListener("click", () => {
    mustFind("#id_login", HTMLInputElement).value = button.dataset.fillUser || "";
    mustFind("#id_password", HTMLInputElement).value = button.dataset.fillPassword || "";
    find("form.sign-in button", HTMLButtonElement)?.focus();
  });
}

find("[data-error-summary]", HTMLElement)?.focus();
findAll("[data-fill-user]", HTMLElement).forEach(startFill);
