// lib/background/welcome.ts: the app's tab opens once.
import { beforeEach, expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { welcome } from "../../extension/lib/background/welcome";

beforeEach(() => {
  fakeBrowser.reset();
});

test("the app's tab opens at the first install, and not when the browser installs the same extension again", async () => {
  const create = vi.spyOn(fakeBrowser.tabs, "create");
  await welcome();
  await welcome();
  expect(create).toHaveBeenCalledOnce();
  expect(create.mock.calls[0]?.[0].url).toContain("/app.html");
});
