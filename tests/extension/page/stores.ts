// Writes to the engine's database as the engine does.
import * as database from "../../../extension/engine/database";
import { SCHEMAS, STORES } from "../../../extension/lib/messages/messages.gen";
import type { StoreName } from "../../../extension/lib/engine/stores";

export async function write(
  store: StoreName,
  key: string,
  value: unknown,
): Promise<void> {
  await database.write([
    { kind: "put", store, key, value: JSON.stringify(value) },
  ]);
}

/** Empty every store, as the engine of this version leaves them. */
export async function clear(): Promise<void> {
  await database.write(STORES.map((store) => ({ kind: "clear", store })));
  await write("state", "schemas", SCHEMAS);
}
