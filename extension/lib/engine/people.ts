// The people of the follow graph as the engine stored them, one JSON text per key of store `people`.
import { read } from "./stores";

/** One stored person: `to_json` in core/passerelle/people/graph.py writes them. */
export type StoredPerson = readonly [
  rest_id: string,
  flags: number,
  name:
    readonly [screen_name: string, display_name: string | null, seen: string | null, source: string] | null,
  aliases: readonly string[],
];

/** The flag of a person that the owner follows: FLAGS in core/passerelle/people/graph.py. */
export const FOLLOWING = 1;

/** What the archive says comes first, then what X's pages said. */
export const PEOPLE_KEYS = ["graph", "page"] as const;

/** Return the people that archive or pages name, as stored; none where nothing was read. */
export async function readPeople(key: (typeof PEOPLE_KEYS)[number]): Promise<readonly StoredPerson[]> {
  const text = await read("people", key);
  return typeof text === "string" ? (JSON.parse(text) as { people: StoredPerson[] }).people : [];
}
