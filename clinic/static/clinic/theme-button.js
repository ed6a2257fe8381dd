// Pins the light or the dark theme on this tablet, or follows the system again.
import { find } from "./page.js";

const ORDER = ["", "dark", "light"];

export function startThemeButton() {
  const button = find("[data-theme-next]", HTMLElement);
  if (!button) return;
  const current = () => localStorage.getItem("theme") || "";
  const show = () => {
    button.textContent = button.dataset[current() || "system"] || "";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
    if (next) localStorage.setItem("theme", next);
    else localStorage.removeItem("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.bsTheme = next || (dark ? "dark" : "light");
    show();
  });
  show();
}
