// The screen stays awake on an open session. Where the browser lets it go dark the page says so.

const line = document.querySelector("[data-awake-failed]");

function fail() {
  const isSeen = document.visibilityState === "visible";
  if (line && isSeen) line.toggleAttribute("hidden", false);
}

async function ask() {
  try {
    const lock = await navigator.wakeLock.request("screen");
    line?.toggleAttribute("hidden", true);
    // Of a page that is not seen it is taken back, and asked for when it is seen again.
    lock.addEventListener("release", fail);
  } catch {
    fail();
  }
}

function start() {
  if (!document.querySelector("[data-keep-awake]")) return;
  ask();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
}

start();
