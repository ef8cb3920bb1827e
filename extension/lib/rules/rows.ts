// One row of a directory, parsed from a line of its files; null for what is no valid row. Pure.
//
// The mirror of Row.from_json in core/passerelle/directory/rows.py; both run tests/data/vectors/rows.json.
import type { Grade } from "../messages/messages.gen";
import { canonicalizeHost } from "./domains";
import { isHostName } from "./hosts";
import { cleanName } from "./text";

export interface RowSource {
  readonly name: string;
  readonly url: string | null;
  readonly date: string | null;
}

/** A row as the background uses it. */
export interface DirectoryRow {
  readonly row_id: string;
  readonly rest_id: string | null;
  readonly screen_name: string | null;
  readonly name_seen: string | null;
  readonly did: string | null;
  readonly handle: string | null;
  readonly acct: string | null;
  readonly display_name: string | null;
  readonly grade: Grade;
  readonly leaving_on: string | null;
  readonly sources: readonly RowSource[];
}

/** The grades of rows, the best first. */
export const ROW_GRADES = ["proven", "attested", "imported", "claimed"] as const satisfies readonly Grade[];
export const LOWEST_GRADE: Grade = "claimed";

const KINDS = ["person", "media", "ngo", "university", "public-body", "company", "other"];
const MAX_REST_ID = 2n ** 64n - 1n;
const MAX_DID = 2048;
const MAX_HANDLE = 253;
const MAX_URL = 2048;
const MAX_SOURCES = 20;

const ROW_ID = /^[ -~]{1,64}$/;
const REST_ID = /^[1-9][0-9]{0,19}$/;
const SCREEN_NAME = /^@?([A-Za-z0-9_]{1,20})$/;
const DID = /^did:[a-z]+:(?:[a-zA-Z0-9._:-]|%[0-9a-fA-F]{2})*(?<=[a-zA-Z0-9._-])$/;
const HANDLE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NO_HANDLE = /\.(?:alt|arpa|example|internal|invalid|local|localhost|onion)$/;
const USERNAME = /^[A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]+)?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const COUNTRY = /^[A-Z]{2}$/;
const WEB_PAGE = /^https?:\/\/([^/?#]*)/i;
const NOT_IN_URLS = /[\p{C}\p{Z}\\]/u;

type Fields = Readonly<Record<string, unknown>>;

class Invalid extends Error {}

/** Return whether this may be the `row_id` of a row. */
export function isRowId(value: unknown): value is string {
  return typeof value === "string" && ROW_ID.test(value);
}

/** Return the row of a line of JSON; null where it is none. */
export function parseRow(line: string): DirectoryRow | null {
  try {
    return rowOf(objectOf(JSON.parse(line)));
  } catch (error) {
    // SyntaxError: no JSON; RangeError and InternalError: nested too deeply
    if (error instanceof Error) return null;
    throw error;
  }
}

function rowOf(line: Fields): DirectoryRow {
  const { platform = "x" } = line;
  check(platform === "x");
  const row = {
    row_id: required(line, "row_id", matching(ROW_ID)),
    rest_id: optional(line, "rest_id", restId),
    screen_name: optional(line, "screen_name", (value) => SCREEN_NAME.exec(textOf(value))?.[1] ?? fail()),
    name_seen: optional(line, "name_seen", day),
    did: optional(line, "did", did),
    handle: optional(line, "handle", handle),
    acct: optional(line, "acct", acct),
    display_name: optional(line, "display_name", (value) => cleanName(textOf(value))),
    grade: required(line, "grade", oneOf(ROW_GRADES)),
    leaving_on: optional(line, "leaving_on", day),
    sources: optional(line, "sources", sources) ?? [],
  };
  required(line, "kind", oneOf(KINDS));
  optional(line, "country", matching(COUNTRY));
  check(row.rest_id !== null || row.screen_name !== null);
  check(row.did !== null || row.handle !== null || row.acct !== null);
  return row;
}

// Getters: one field of an object, parsed; missing and null are the same.

function optional<T>(fields: Fields, name: string, parse: (value: unknown) => T): T | null {
  const value = fields[name] ?? null;
  return value === null ? null : parse(value);
}

function required<T>(fields: Fields, name: string, parse: (value: unknown) => T): T {
  return optional(fields, name, parse) ?? fail();
}

function fail(): never {
  throw new Invalid();
}

function check(condition: boolean): void {
  if (!condition) fail();
}

// Parsers of single values.

function objectOf(value: unknown): Fields {
  check(typeof value === "object" && value !== null && !Array.isArray(value));
  return value as Fields;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : fail();
}

function matching(pattern: RegExp): (value: unknown) => string {
  return (value) => (pattern.test(textOf(value)) ? (value as string) : fail());
}

function oneOf<T extends string>(values: readonly T[]): (value: unknown) => T {
  return (value) => values.find((one) => one === value) ?? fail();
}

function restId(value: unknown): string {
  const text = matching(REST_ID)(value);
  return BigInt(text) <= MAX_REST_ID ? text : fail();
}

function did(value: unknown): string {
  const text = matching(DID)(value);
  return text.length <= MAX_DID ? text : fail();
}

function handle(value: unknown): string {
  const bare = withoutAt(textOf(value)).toLowerCase();
  return bare.length <= MAX_HANDLE && HANDLE.test(bare) && !NO_HANDLE.test(bare) ? bare : fail();
}

function acct(value: unknown): string {
  const bare = withoutAt(textOf(value));
  const at = bare.indexOf("@");
  const username = bare.slice(0, Math.max(at, 0));
  const host = at > 0 ? canonicalizeHost(bare.slice(at + 1)) : null;
  return USERNAME.test(username) && host !== null ? `${username}@${host}` : fail();
}

function withoutAt(text: string): string {
  return text.trim().replace(/^@/, "");
}

function day(value: unknown): string {
  const text = matching(DAY)(value);
  const moment = new Date(text);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text) ? text : fail();
}

function webUrl(value: unknown): string {
  const url = textOf(value);
  const host = WEB_PAGE.exec(url)?.[1] ?? "";
  return url.length <= MAX_URL && !NOT_IN_URLS.test(url) && isHostName(host.toLowerCase()) ? url : fail();
}

function sources(value: unknown): RowSource[] {
  return Array.isArray(value) ? value.slice(0, MAX_SOURCES).map(source) : fail();
}

function source(value: unknown): RowSource {
  const fields = objectOf(value);
  return {
    name: required(fields, "name", (name) => cleanName(textOf(name)) ?? fail()),
    url: optional(fields, "url", webUrl),
    date: optional(fields, "date", day),
  };
}
