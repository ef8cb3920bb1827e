// What tests/x_users.py runs on saved files: the reader that ships, and around it what finds X's answers in a file.
import { objectsIn, parseJson } from "../../extension/lib/x/json";
import { MAX_ANSWER } from "../../extension/lib/x/answers/channel";
import type { SeenUser } from "../../extension/lib/rules/profile";
import { usersIn } from "../../extension/lib/x/answers/users";

const MAX_RECORDED = 10_000_000; // objects in a recording

/** Return everybody in a file, each once; null when nothing in it is JSON. */
export function readFile(bytes: Uint8Array): SeenUser[] | null {
  const text = decode(bytes);
  const whole = parseJson(text, Infinity);
  const lines = whole === null ? text.split("\n") : [text];
  const values =
    whole === null ? lines.map((line) => parseJson(line, Infinity)) : [whole];
  if (values.every((value) => value === null)) return null;
  const answers = [...lines, ...recordedIn(values)];
  return usersIn(answers.map((answer) => parseJson(answer, MAX_ANSWER)));
}

// As a browser takes an answer's bytes: UTF-8 unless they say otherwise.
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
}

// Recordings of what a browser did (HAR and the like) hold the answers as texts.
function recordedIn(values: unknown[]): string[] {
  const texts: string[] = [];
  for (const object of objectsIn(values, MAX_RECORDED)) {
    for (const value of Object.values(object)) {
      if (typeof value !== "string") continue;
      const text =
        object.encoding === "base64" && value === object.text
          ? decode(Buffer.from(value, "base64"))
          : value;
      if (text.includes('"__typename"')) texts.push(text);
    }
  }
  return texts;
}
