// Asks the browser to keep what a page without a network is made of.

export function startWorker() {
  const address = document.documentElement.dataset.worker;
  if (!address || !("serviceWorker" in navigator)) return;
  // After the page is shown. A browser that refuses goes on without.
  addEventListener("load", () => navigator.serviceWorker.register(address).catch(() => {}));
}
