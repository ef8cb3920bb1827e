// The host: one worker at a time, started when woken, stopped when idle, and its death is told to everybody.
import { afterEach, expect, test, vi } from "vitest";
import { LISTENING, makeHost, notAwake } from "../../extension/engine/host";
import { type Message, openChannel } from "../../extension/lib/engine/channel";

const IDLE = 60; // milliseconds
const channels: { close: () => void }[] = [];

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

/** A Worker in the same thread; the test plays its script. */
class FakeWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror:
    ((event: { message: string; preventDefault: () => void }) => void) | null =
    null;
  terminated = false;

  terminate(): void {
    this.terminated = true;
  }

  listens(): void {
    this.onmessage?.({ data: LISTENING });
  }

  fails(message: string): void {
    this.onerror?.({ message, preventDefault: () => undefined });
  }
}

function hosted() {
  const workers: FakeWorker[] = [];
  const idle: number[] = [];
  const host = makeHost({
    startWorker: () => {
      workers.push(new FakeWorker());
      return workers.at(-1) as unknown as Worker;
    },
    onIdle: () => idle.push(Date.now()),
    idleStop: IDLE,
  });
  return { host, workers, idle };
}

function listener(): { heard: Message[]; post: (message: Message) => void } {
  const heard: Message[] = [];
  const channel = openChannel((message) => heard.push(message));
  channels.push(channel);
  return { heard, post: channel.post };
}

const wait = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

test("two who wake it at once share one worker", async () => {
  const { host, workers } = hosted();
  const both = [host.wake(), host.wake()];
  workers[0]?.listens();
  const [first, second] = await Promise.all(both);
  expect(workers.length).toBe(1);
  expect(first).toEqual(second);
});

test("without WebAssembly no worker is started, and the answer says why", async () => {
  const startWorker = vi.fn();
  const host = makeHost({
    startWorker,
    onIdle: vi.fn(),
    hasWebAssembly: false,
  });
  const answer = await host.wake().catch(notAwake);
  expect(answer).toMatchObject({ error: { code: "no_webassembly" } });
  expect(startWorker).not.toHaveBeenCalled();
});

test("nobody is told that it listens before it does", async () => {
  const { host, workers } = hosted();
  let awake = false;
  void host.wake().then(() => (awake = true));
  await wait(10);
  expect(awake).toBe(false);
  workers[0]?.listens();
  await wait(0);
  expect(awake).toBe(true);
});

test("it is stopped when nobody has needed it for a while, and another one started when woken", async () => {
  const { host, workers, idle } = hosted();
  const first = host.wake();
  workers[0]?.listens();
  await first;
  await wait(2 * IDLE);
  expect([workers[0]?.terminated, idle.length]).toEqual([true, 1]);
  const second = host.wake();
  workers[1]?.listens();
  expect((await second).worker).not.toBe((await first).worker);
});

test("it is not stopped while a request is open", async () => {
  const { host, workers } = hosted();
  void host.wake();
  workers[0]?.listens();
  const page = listener();
  page.post({ request: { id: "1", type: "archive.open" }, files: [] });
  await wait(3 * IDLE);
  expect(workers[0]?.terminated).toBe(false);
  page.post({ reply: { id: "1", result: {} } });
  await wait(2 * IDLE);
  expect(workers[0]?.terminated).toBe(true);
});

test("a worker that dies is told to everybody and replaced at the next wake", async () => {
  const { host, workers } = hosted();
  const page = listener();
  void host.wake();
  workers[0]?.listens();
  workers[0]?.fails("memory access out of bounds");
  await wait(20);
  expect(page.heard).toEqual([
    {
      event: {
        type: "engine.died",
        error: {
          code: "engine_died",
          message: "memory access out of bounds",
          params: {},
        },
      },
    },
  ]);
  void host.wake();
  expect([workers.length, workers[0]?.terminated]).toEqual([2, true]);
});

test("a worker that a page found silent is replaced, but only that one", async () => {
  const { host, workers } = hosted();
  const first = host.wake();
  workers[0]?.listens();
  const { worker } = await first;
  const second = host.wake(worker);
  workers[1]?.listens();
  await second;
  await host.wake(worker);
  expect(workers.map((one) => one.terminated)).toEqual([true, false]);
});

test("a script that cannot be loaded fails whoever woke it", async () => {
  const { host, workers } = hosted();
  const awake = host.wake();
  workers[0]?.fails("");
  await expect(awake).rejects.toThrow("could not be loaded");
});
