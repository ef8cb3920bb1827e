// Whether IndexedDB failed because the disk is full. Browsers say it in two ways, and one of them only between the lines.

/** The name of the error where a browser's quota, or Firefox's disk, has no room left. */
export const QUOTA_EXCEEDED = "QuotaExceededError";

// Where the disk is full, Chromium ends the transaction with an UnknownError whose message names the file system's error,
// and closes the connection: what is asked of it until it is opened again gets an InvalidStateError. Measured on a full
// file system; https://source.chromium.org/chromium/chromium/src/+/main:content/browser/indexed_db/
const CONNECTION_LOST = new Set(["UnknownError", "InvalidStateError", "AbortError"]);
const FULL_DISK = /NO_SPACE|full disk|no space/i;
/** Bytes: with less than this left, a lost connection is put down to the full disk. */
const LEAST_ROOM = 1 << 20;

/** Return whether an IndexedDB operation failed for lack of room. */
export async function isForLackOfRoom(error: unknown): Promise<boolean> {
  if (!(error instanceof DOMException)) return false;
  if (error.name === QUOTA_EXCEEDED) return true;
  if (!CONNECTION_LOST.has(error.name)) return false;
  return FULL_DISK.test(error.message) || (await room()) < LEAST_ROOM;
}

async function room(): Promise<number> {
  try {
    const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
    return quota - usage;
  } catch {
    return Infinity; // no answer: nothing to conclude from
  }
}
