// Bytes as base64 text, as `storage.local` keeps them; read in steps, so that a page can draw in between. Pure.

const STEP = 3 * 8192; // bytes: a multiple of 3, so that the parts' base64 can be joined
const TEXT_STEP = (4 * STEP) / 3; // characters for as many bytes

/** Called again and again while a text is read; a promise that it returns is waited for. */
export type Rest = () => Promise<void> | undefined;

/** Return bytes as base64 text. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += STEP)
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + STEP))));
  return parts.join("");
}

/** Return the bytes of a base64 text; null where it is none. */
export async function fromBase64(text: string, rest: Rest): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(lengthOf(text));
  let length = 0;
  for (let from = 0; from < text.length; from += TEXT_STEP) {
    const part = decoded(text.slice(from, from + TEXT_STEP));
    if (part === null || length + part.length > bytes.length) return null;
    bytes.set(part, length);
    length += part.length;
    await rest();
  }
  return length === bytes.length ? bytes : null;
}

function lengthOf(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
}

function decoded(text: string): Uint8Array | null {
  try {
    return "fromBase64" in Uint8Array ? (Uint8Array as Decoder).fromBase64(text) : bytesOf(atob(text));
  } catch {
    return null;
  }
}

/** Newer browsers decode by themselves, several times as fast: https://tc39.es/proposal-arraybuffer-base64/ */
interface Decoder {
  fromBase64: (text: string) => Uint8Array;
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at); // 5 times as fast as Uint8Array.from
  return bytes;
}
