// The offscreen document wakes the engine for the extension's own background only.
import { expect, test, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";

const wake = vi.fn((silent?: string) => Promise.resolve({ worker: silent }));
vi.mock("../../extension/engine/host", () => ({
  makeHost: () => ({ wake }),
  notAwake: String,
  startWorker: vi.fn(),
}));

type Listener = (
  message: unknown,
  sender: object,
  respond: (answer: unknown) => void,
) => boolean;
const listeners: Listener[] = [];
fakeBrowser.runtime.onMessage.addListener = (listener: unknown) => {
  listeners.push(listener as Listener);
};
await import("../../extension/entrypoints/offscreen/main");

const ID = fakeBrowser.runtime.id;
const OWN = fakeBrowser.runtime.getURL("/");
const send = (sender: object) =>
  listeners.map((listener) =>
    listener({ type: "host.wake", silent: "worker-1" }, sender, () => {}),
  );

test.each([
  ["a content script", { id: ID, url: "https://x.com/home" }],
  ["another extension", { id: "other", url: `${OWN}background.js` }],
  ["a sender without address", { id: ID }],
])("%s cannot end the engine", (_, sender) => {
  expect(send(sender)).toEqual([false]);
  expect(wake).not.toHaveBeenCalled();
});

test("the background wakes it", () => {
  expect(send({ id: ID, url: `${OWN}background.js` })).toEqual([true]);
  expect(wake).toHaveBeenCalledWith("worker-1");
});
