// The web page's client of its engine: each request gets its own answer, and all get an error when the worker dies.
import { expect, test, vi } from "vitest";
import { Engine, WHOLE } from "../../extension/try/engine";

/** A worker that does what the test says. */
class FakeWorker {
  posted: { request: { id: string; type: string }; files: File[] }[] = [];
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (event: { message: string; preventDefault(): void }) => void;
  readonly terminate = vi.fn();

  postMessage(message: FakeWorker["posted"][number]) {
    this.posted.push(message);
  }

  say(data: unknown) {
    this.onmessage?.({ data });
  }

  die() {
    this.onerror?.({ message: "out of memory", preventDefault: vi.fn() });
  }
}

function start() {
  const worker = new FakeWorker();
  const events = vi.fn();
  return {
    worker,
    events,
    engine: new Engine(worker as unknown as Worker, events),
  };
}

test("answers find their requests in any order", async () => {
  const { worker, engine } = start();
  const first = engine.call("engine.start", {});
  const second = engine.call("archive.cancel", {});
  const [one, two] = worker.posted.map(({ request }) => request.id);
  worker.say({ reply: { id: two, result: { second: true } } });
  worker.say({ reply: { id: one, result: { first: true } } });
  expect(await first).toEqual({ first: true });
  expect(await second).toEqual({ second: true });
});

test("an error of the engine is thrown with its code", async () => {
  const { worker, engine } = start();
  const call = engine.call("archive.cancel", {});
  const error = { code: "not_a_zip", message: "No ZIP.", params: {} };
  worker.say({ reply: { id: worker.posted[0]?.request.id, error } });
  await expect(call).rejects.toMatchObject({ code: "not_a_zip" });
});

test("events are handed on, and what the extension's host hears is no event", () => {
  const { worker, events } = start();
  const event = { type: "state.changed", stores: [], keys: {} };
  worker.say("listening");
  worker.say({ event });
  expect(events.mock.calls).toEqual([[event]]);
});

test("it is whole when the worker says so", async () => {
  const { worker, engine } = start();
  worker.say(WHOLE);
  await expect(engine.isWhole).resolves.toBeUndefined();
});

test("the death of the worker ends every request, and each that comes later", async () => {
  const { worker, engine } = start();
  const call = engine.call("engine.start", {});
  worker.die();
  const died = { code: "engine_died", params: {} };
  await expect(call).rejects.toMatchObject(died);
  await expect(engine.isWhole).rejects.toMatchObject(died);
  await expect(engine.call("engine.start", {})).rejects.toMatchObject(died);
  expect(worker.terminate).toHaveBeenCalledOnce();
});
