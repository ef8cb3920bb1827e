// JSON from X or its page: parsed without throwing, walked with a bound, its keys never taken for the prototype's. Pure.

export type Json = Readonly<Record<string, unknown>>;

/** Parse a text; null when it is longer than `longest` characters or no JSON. */
export function parseJson(text: string, longest: number): unknown {
  if (text.length > longest) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // half a text, or another format: then it says nothing
  }
}

/** Return the objects of a value: depth first in the order of the text, however deep, and `most` of them with the lists. */
export function* objectsIn(root: unknown, most: number): Generator<Json> {
  const waiting: unknown[] = [root];
  for (let count = 0; waiting.length > 0 && count < most; count++) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) yield value as Json;
    const inner: unknown[] = Object.values(value);
    for (let index = inner.length - 1; index >= 0; index--) {
      if (typeof inner[index] === "object") waiting.push(inner[index]);
    }
  }
}

/** Return the object under a key, an empty one where there is none. */
export function part(object: Json, key: string): Json {
  const value = Object.hasOwn(object, key) ? object[key] : null;
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
