// Whether IndexedDB failed because the disk is full: one kind of error in some browsers, only a message in others.

/** The name of the error where a browser's quota, or Firefox's disk, has no room left. */
export const QUOTA_EXCEEDED = "QuotaExceededError";

// Measured with Chromium 156 on a full file system. The transaction ends with an UnknownError "Connection is closing because
// of: IO error: …: FILE_ERROR_NO_SPACE", or with a DataError "Failed to write blobs (IOError)" where records still had room;
// after the first every use of the connection is an InvalidStateError, and opening it anew an UnknownError "Internal error
// opening backing store for indexedDB.open.", until there is room.
// navigator.storage.estimate() shows nothing of it: it counts a gigabyte of quota all the time.
const FULL_DISK = /NO_SPACE|full disk|opening backing store|failed to write blobs/i;
const STORAGE_ERRORS = new Set([QUOTA_EXCEEDED, "UnknownError", "InvalidStateError", "AbortError"]);

/** Return whether an operation of IndexedDB failed for lack of room, by what the error says. */
export function isForLackOfRoom(error: unknown): error is DOMException {
  return error instanceof DOMException && (error.name === QUOTA_EXCEEDED || FULL_DISK.test(error.message));
}

/** Return whether an error can be the disk's: no fault of the data that were to be stored. */
export function isStorageError(error: unknown): error is DOMException {
  return error instanceof DOMException && STORAGE_ERRORS.has(error.name);
}
