// Files that come with a command -> paths that Python can open, without copying a byte (WORKERFS).
import type { PyodideAPI } from "pyodide";
import type { ErrorView } from "../lib/messages/messages.gen";

/** A command's files while it runs: `paths` are ZIPs, loose files and top folders, as one would name them in a shell. */
export interface Attachments {
  readonly paths: readonly string[];
  readonly unmount: () => void;
}

/** A file that the browser gave us and does not let us read. */
export class UnreadableFile extends Error {
  constructor(
    readonly file: string,
    reason: unknown,
  ) {
    super(`The file ${file} cannot be read: ${String(reason)}`);
  }

  view(): ErrorView {
    return { code: "file_unreadable", message: this.message, params: { file: this.file } };
  }
}

/** The part of Emscripten's file system that we use (https://emscripten.org/docs/api_reference/Filesystem-API.html). */
interface FileSystem {
  readonly filesystems: {
    readonly WORKERFS: { readonly stream_ops: { read: (...all: unknown[]) => number } };
  };
  readonly ErrnoError: new (errno: number) => Error;
  mkdirTree(path: string): void;
  mount(type: object, options: { blobs: { name: string; data: Blob }[] }, path: string): void;
  unmount(path: string): void;
  rmdir(path: string): void;
  writeFile(path: string, data: string | Uint8Array): void;
}

const ROOT = "/attachments";
const EIO = 29; // Emscripten's number (WASI) for "input/output error"
const NOTHING: Attachments = { paths: [], unmount: () => undefined };

let mounts = 0;

/** Mount `files` under their `names` (relative paths, the same order) in a fresh folder. Throws UnreadableFile. */
export async function mount(
  python: PyodideAPI,
  files: readonly File[],
  names: readonly string[],
): Promise<Attachments> {
  if (files.length === 0) return NOTHING;
  await Promise.all(files.map(checkReadable));
  const folder = `${ROOT}/${++mounts}`;
  const placed = place(files.map((file, index) => names[index] ?? file.name));
  const blobs = files.map((data, index) => ({ name: placed[index] ?? data.name, data }));
  const fs = fileSystem(python);
  fs.mkdirTree(folder);
  fs.mount(fs.filesystems.WORKERFS, { blobs }, folder);
  return {
    paths: [...new Set(placed.map((path) => `${folder}/${topOf(path)}`))],
    unmount: () => {
      fs.unmount(folder);
      fs.rmdir(folder);
    },
  };
}

/**
 * Return one relative path per name, all different. Names are untrusted: no empty, "." or ".." part is left, and none that
 * WORKERFS, which keeps names in plain objects, would take for one of Object's own. Doubles go into numbered folders.
 */
export function place(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const parts = name.split(/[/\\]/).filter((part) => !["", ".", ".."].includes(part));
    const safe = parts.map((part) => (part in Object.prototype ? `_${part}` : part));
    const path = safe.join("/") || "file";
    const free = taken.has(path) ? `${index}/${path}` : path;
    taken.add(free);
    return free;
  });
}

/**
 * Make a file that becomes unreadable later (deleted, changed, its disk unplugged) an OSError in Python.
 *
 * Without this the browser's exception goes through the interpreter's frames and leaves it unusable.
 */
export function guardReads(python: PyodideAPI): void {
  const fs = fileSystem(python);
  const operations = fs.filesystems.WORKERFS.stream_ops;
  const read = operations.read;
  operations.read = (...all) => {
    try {
      return read(...all);
    } catch (error) {
      if (error instanceof DOMException) throw new fs.ErrnoError(EIO);
      throw error;
    }
  };
}

/** Return Pyodide's file system with the types that its own declarations lack. */
export function fileSystem(python: PyodideAPI): FileSystem {
  return python.FS as FileSystem;
}

async function checkReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (error) {
    throw new UnreadableFile(file.name, error);
  }
}

function topOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}
