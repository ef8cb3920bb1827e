// Answers messages of pages and content scripts, one table each; E, F and the engine's host add their rows.
import { defineBackground } from "wxt/utils/define-background";

export default defineBackground(() => {});
