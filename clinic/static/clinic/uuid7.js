// Names for rows that are made on the tablet.
import { serverNow } from "./countdown.js";

/** A UUIDv7: the time in milliseconds, and chance. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = serverNow();
  for (let n = 0; n < 6; n += 1) bytes[n] = Math.floor(time / 256 ** (5 - n)) % 256;
  bytes[6] = ((bytes[6] || 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] || 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
