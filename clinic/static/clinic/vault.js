// What waits on this tablet, in the browser's database: encrypted with a key that no script can
// read out, and nothing of a patient beside it but opaque ids. It is deleted once it is received.
// What shows or sends what waits goes through outbox-queue.js, which also tells the other pages that
// something waits. Drafts are in a database of their own (draft-store.js).

/** @typedef {{id: string, person: string, site: string, zone: string, address: string,
 *  label: string, at: number, isRefused: boolean, typed: [string, string][], ticket?: string,
 *  seal?: string}} Entry
 *  `id` names the row that it becomes, `person`, `site` and `zone` who entered it and where,
 *  `address` the form that it is sent to, `label` the heading of that form, without a name; `at` is the instant
 *  of Save by the server's clock, in milliseconds, `typed` the fields of the form as they are sent.
 *  `isRefused`: the server refused it, and a person has to look at it. With `ticket` and `seal` a
 *  colleague may send it as it stands, under the name of who entered it; without them no one else. */

const AES = { name: "AES-GCM", length: 256 };

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {string} name @returns {Promise<IDBDatabase>} */
function open(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("entries", { keyPath: "id" });
  };
  return done(request);
}

/** @param {IDBTransaction} transaction */
const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

/** One database, with a key of its own, of entries that have an `id`.
 *  @template {{id: string}} Kept @param {string} name
 *  @param {IDBTransactionDurability} durability */
export function vaultOf(name, durability) {
  /** One step, on disk when it returns. @template T @param {string} store
   *  @param {(store: IDBObjectStore) => IDBRequest<T>} act @returns {Promise<T>} */
  async function step(store, act) {
    const database = await open(name);
    try {
      const transaction = database.transaction(store, "readwrite", { durability });
      const [made] = await Promise.all([done(act(transaction.objectStore(store))), ended(transaction)]);
      return made;
    } finally {
      database.close();
    }
  }

  /** @returns {Promise<CryptoKey>} */
  async function key() {
    const found = await step("keys", (keys) => keys.get("key"));
    if (found) return found;
    const made = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
    // Of two tabs that make one, the first counts.
    await step("keys", (keys) => keys.add(made, "key")).catch(() => {});
    return step("keys", (keys) => keys.get("key"));
  }

  return {
    /** Keeps `entry`, in the place of one with its id; it is on disk when this returns. An error
     *  where the browser refuses, or is full. @param {Kept} entry */
    async keep(entry) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(entry));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain);
      await step("entries", (entries) => entries.put({ id: entry.id, iv, box }));
    },

    /** All of them, in no order. @returns {Promise<Kept[]>} */
    async kept() {
      const found = await step("entries", (entries) => entries.getAll());
      const secret = found.length ? await key() : null;
      const entries = found.map(async ({ iv, box }) => {
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, /** @type {any} */ (secret), box);
        return /** @type {Kept} */ (JSON.parse(new TextDecoder().decode(plain)));
      });
      return Promise.all(entries);
    },

    /** Forgets the entry `id`. @param {string} id */
    drop: (id) => step("entries", (entries) => entries.delete(id)),
  };
}

/** @type {ReturnType<typeof vaultOf<Entry>>} */
const outbox = vaultOf("outbox", "strict");

/** Keeps `entry`; it is on disk when this returns. @param {Entry} entry */
export const keep = (entry) => outbox.keep(entry);

/** All that waits on this tablet, whoever entered it. @returns {Promise<Entry[]>} the oldest first */
export const kept = async () => (await outbox.kept()).sort((a, b) => a.at - b.at);

/** Forgets the entry `id`. @param {string} id */
export const drop = (id) => outbox.drop(id);
