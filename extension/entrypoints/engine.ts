// The script of the engine's worker, /engine.js in the package.
import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import * as database from "../engine/database";
import { answer } from "../engine/fetch";
import { readPackaged } from "../engine/loading";
import { startEngine } from "../engine/worker";
import { openChannel } from "../lib/engine/channel";
import { useDatabase } from "../lib/engine/stores";
import { sessions } from "../lib/sessions";

const DIRECTORIES = "/directories.json";

export default defineUnlistedScript(() => {
  const outside = {
    database,
    fetch: answer,
    giveBack: sessions.endConsent,
    readDirectories: () => readPackaged(DIRECTORIES),
    hasSnapshot: true,
  };
  startEngine(outside, openChannel).catch(() => undefined); // reported to the host by the engine
  openDatabase();
});

/** Open the database while Python starts. An error is reported by the first command that uses it. */
function openDatabase(): void {
  useDatabase(() => Promise.resolve()).catch(() => undefined);
}
