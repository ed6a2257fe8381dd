// The screen stays awake on an open session.

function startWakeLock() {
  if (!document.querySelector("[data-keep-awake]") || !("wakeLock" in navigator)) return;
  const ask = () => navigator.wakeLock.request("screen").catch(() => {});
  ask();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
}

startWakeLock();
