// Between the pages and the network: static files are kept, and where the server is not reached a
// page of ours stands instead of the browser's. It keeps no page that someone was shown: what is
// kept is of the release, and goes with it.

/** @typedef {{name: string, page: string, files: string[], headers: Record<string, string>,
 *  patience: number}} Release as the server wrote it in front of this script; `patience` is how many
 *  milliseconds a page is waited for before the server is asked whether it is there */

const worker = /** @type {any} */ (self);
const release = /** @type {Release} */ (worker.release);

// The name of such a file says what stands in it: it never changes.
const STATIC = /^\/static\/.+\.[0-9a-f]{12}\.\w+$/;

async function install() {
  const kept = await caches.open(release.name);
  await kept.addAll(release.files);
  await worker.skipWaiting();
}

/** What an earlier release kept is of no use. */
async function activate() {
  const others = (await caches.keys()).filter((name) => name !== release.name);
  await Promise.all(others.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request of a static file */
async function fromHere(request) {
  const found = await caches.match(request.url, { cacheName: release.name });
  if (found) return found;
  const answer = await fetch(request);
  // A release that came meanwhile has taken these files away: they are not to come back.
  if (answer.ok && (await caches.has(release.name))) {
    const kept = await caches.open(release.name);
    await kept.put(request.url, answer.clone());
  }
  return answer;
}

/** Back to the page itself; what was sent is sent from the page that it was typed on.
 *  @param {Request} request */
function pageOf(request) {
  const { pathname, search } = new URL(request.method === "GET" ? request.url : request.referrer || "/", location.href);
  return (pathname + search).replace(/[&"'<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** @param {Request} request */
const ours = (request) =>
  new Response(release.page.replace("{address}", () => pageOf(request)), {
    status: 503,
    headers: release.headers,
  });

/** What a proxy says where the server does not answer it. The server's own answers, refusals too,
 *  say what time it is. @param {Response} answer */
const isProxys = ({ status, headers }) => [502, 503, 504].includes(status) && !headers.has("X-Now");

const pause = () => new Promise((resolve) => setTimeout(resolve, release.patience, "waited"));

/** A page that takes long is waited for as long as the server answers otherwise. */
async function isThere() {
  const signal = AbortSignal.timeout?.(release.patience);
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-store", signal });
  if (!answer.ok) throw new Error("No contact.");
}

/** @param {Request} request of a page, or a form that is sent */
async function fromServer(request) {
  const asked = fetch(request);
  try {
    while ((await Promise.race([asked, pause()])) === "waited") await isThere();
    const answer = await asked;
    return isProxys(answer) ? ours(request) : answer;
  } catch {
    asked.catch(() => {});
    return ours(request);
  }
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  /** @type {Request} */
  const request = event.request;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromServer(request));
  else if (request.method === "GET" && STATIC.test(pathname)) event.respondWith(fromHere(request));
});
