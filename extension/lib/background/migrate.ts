// After an update of the extension: lets the engine migrate what an earlier version stored.
import { makeEngine, type WakeEngine } from "../engine/client";
import { isMigrationDue } from "../engine/stores";

/** Start the engine if there are records of another version; until it is done, pages read them as absent. */
export async function migrateStores(wake: WakeEngine): Promise<void> {
  if (!(await isMigrationDue())) return;
  const engine = makeEngine(wake);
  try {
    await engine.call("engine.start", {});
  } catch (error) {
    console.warn("What an earlier version stored was not migrated yet:", error); // pages that open start the engine too
  } finally {
    engine.close();
  }
}
