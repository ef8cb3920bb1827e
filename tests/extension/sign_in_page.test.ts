// A server's page on which a person signs in is opened by the extension, so it is in the list of what left this computer.
import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { browser } from "wxt/browser";
import {
  openCodePage,
  openPage,
} from "../../extension/lib/background/sign-in-page";
import { clearSent, readSent } from "../../extension/lib/sent/log";

const URL = "https://quai.example.org/oauth/authorize?client_id=a";

beforeEach(clearSent);

test.each([
  [
    "in a window",
    () => {
      const launchWebAuthFlow = () => Promise.resolve("https://a.example.org/");
      vi.spyOn(browser, "identity", "get").mockReturnValue({
        launchWebAuthFlow,
      } as never);
      return openPage(URL);
    },
  ],
  ["in a tab", () => openCodePage(URL)],
])("a page for signing in %s is counted once", async (_, open) => {
  await open();
  expect(
    (await readSent()).map(({ host, why, count }) => [host, why, count]),
  ).toEqual([["quai.example.org", "sign_in", 1]]);
});
