// The script of the engine's worker, /engine.js in the package.
import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import { startEngine } from "../engine/worker";

export default defineUnlistedScript(startEngine);
