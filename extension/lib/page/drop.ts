// What a person drops or chooses (a ZIP, several, a folder, loose files) as files with their paths.

/** Files and, in the same order, the path of each inside what was handed over. */
export interface Dropped {
  names: string[];
  files: File[];
}

// An unzipped archive holds tens of thousands of pictures and films beside a few hundred data files; the engine reads
// only text, and each file on the way to it costs time. Systems rename files (`following.js copy`, `following.js.txt`) and
// leave placeholders (`.following.js.icloud`): which of these are the archive's, core/passerelle/archive/locate.py decides.
const DATA_FILE = /\.(?:js|json|csv|txt|zip|icloud)$|\.js[\W_]/i;
const MEDIA_FOLDER = /(?:^|\/)(?:[^/]*_media|assets)\//i;

/** Return everything of a drop. Must be called while the drop event is handled: its items are gone after the first wait. */
export async function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const items = Array.from(transfer.items).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const plain = Array.from(transfer.files, (file): Named => [file.name, file]);
  // Without folders the plain list has all there is, at once: a popup may close any moment. (A file that a script put
  // into the transfer has no entry.)
  if (entries.length < items.length || entries.every((entry) => entry.isFile)) return dropped(plain);
  return dropped((await Promise.all(entries.map((entry) => readEntry(entry, "")))).flat());
}

/** Return the files of a file or folder input. */
export function readInput(input: HTMLInputElement): Dropped {
  return dropped(Array.from(input.files ?? [], (file) => [file.webkitRelativePath || file.name, file]));
}

/** Return whether the pointer carries files, as far as the browser tells before the drop. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer !== null && Array.from(transfer.types).includes("Files");
}

const ZIP_NAME = /\.zip$/i;
const ZIP_START = "PK";
const ZIP_END = "PK\x05\x06"; // the end record: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.16
const END_LENGTH = 22 + 0xffff; // bytes in which it lies: its own length and the longest comment

/**
 * Return whether all that was handed over is one file called ZIP that is none: it neither starts nor ends as one. The
 * engine would find the same, but only once Python has started.
 */
export async function isNoZip({ files }: Dropped): Promise<boolean> {
  const [file] = files;
  if (!file || files.length > 1 || !ZIP_NAME.test(file.name)) return false;
  const [start, end] = await Promise.all([
    latin1(file.slice(0, ZIP_START.length)),
    latin1(file.slice(-END_LENGTH)),
  ]);
  return start !== ZIP_START && !end.includes(ZIP_END);
}

async function latin1(part: Blob): Promise<string> {
  return new TextDecoder("latin1").decode(await part.arrayBuffer());
}

type Named = [path: string, file: File];

// From a folder only what the engine can read; a file dropped on its own always, so that the engine can say what is wrong.
function dropped(named: Named[]): Dropped {
  const wanted = named.filter(
    ([path]) => !path.includes("/") || (DATA_FILE.test(path) && !MEDIA_FOLDER.test(path)),
  );
  return { names: wanted.map(([path]) => path), files: wanted.map(([, file]) => file) };
}

async function readEntry(entry: FileSystemEntry, folder: string): Promise<Named[]> {
  const path = folder + entry.name;
  if (entry.isFile) return [[path, await fileOf(entry as FileSystemFileEntry)]];
  if (MEDIA_FOLDER.test(`${path}/`)) return [];
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(children.map((child) => readEntry(child, `${path}/`)))).flat();
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, () => reject(new UnreadableFile(entry.name))));
}

// readEntries gives at most 100 at a time in Chromium and has to be asked until it gives none:
// https://developer.mozilla.org/docs/Web/API/FileSystemDirectoryReader/readEntries
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, () => reject(new UnreadableFile(directory.name))),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** The system would not let us read what was dropped: moved, deleted or locked meanwhile. */
export class UnreadableFile extends Error {
  readonly code = "file_unreadable";
  readonly params: Record<string, string>;

  constructor(name: string) {
    super(`Cannot read ${name}`);
    this.params = { file: name };
  }
}
