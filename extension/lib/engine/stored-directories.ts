// The directories on this machine as the engine stored them: which there are, and their files for reading.
import type { StoredDirectoriesView, StoredDirectoryView } from "../messages/messages.gen";
import type { DirectoryFiles } from "../rules/directory";
import { read } from "./stores";

/** Return the directories, the pinned one first; none before the first one is here. */
export async function readStoredDirectories(): Promise<readonly StoredDirectoryView[]> {
  const stored = (await read("directory", "sources")) as StoredDirectoriesView | undefined;
  return stored?.directories ?? [];
}

/** Return a text that is another one whenever a row may be another one; null where there is no directory. */
export function versionOf(directories: readonly StoredDirectoryView[]): string | null {
  return directories.map(({ url, version }) => `${url} ${String(version)}`).join("\n") || null;
}

/** Return the files of each directory, opened when they are read. */
export async function readDirectoryFiles(
  directories: readonly StoredDirectoryView[],
): Promise<DirectoryFiles[]> {
  return Promise.all(directories.map(filesOf));
}

async function filesOf({ url, is_added, overlay, files }: StoredDirectoryView): Promise<DirectoryFiles> {
  const blobs = await Promise.all(files.map(({ sha256 }) => readBlob(`file ${sha256}`)));
  const ofKind = (kind: string) => blobs.filter((_, at) => files[at]?.kind === kind);
  return {
    url,
    isAdded: is_added,
    rows: ofKind("rows"),
    keys: ofKind("keys")[0] ?? NOTHING,
    places: ofKind("places")[0] ?? NOTHING,
    overlay: overlay > 0 ? await readBlob(`overlay ${url}`) : null,
  };
}

const NOTHING = new Blob();

// A file that a newer directory has replaced meanwhile counts as empty: the next message reads the newer one.
async function readBlob(key: string): Promise<Blob> {
  const stored = await read("directory", key);
  return stored instanceof Blob ? stored : NOTHING;
}
