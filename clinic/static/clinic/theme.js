// Runs before the first paint: follows the system unless a theme was pinned on this tablet.
(() => {
  const pinned = localStorage.getItem("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = localStorage.getItem("theme") || (dark.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = theme;
  };
  if (pinned && !["light", "dark"].includes(pinned)) localStorage.removeItem("theme");
  dark.addEventListener("change", apply);
  apply();
})();
