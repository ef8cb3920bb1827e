// The engine's client: one reply for each command, typed errors, and nobody waits for ever.
import { afterEach, expect, test } from "vitest";
import {
  type Message,
  openChannel,
  type Request,
} from "../../extension/lib/engine/channel";
import {
  type Engine,
  EngineError,
  makeEngine,
} from "../../extension/lib/engine/client";

const QUICK = { wake: 200, ask: 20, silence: 150 };
const opened: { close: () => void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** An engine on the other side of the channel that does with each request what the test says. */
function engineThat(
  act: (request: Request, post: (message: Message) => void) => void,
) {
  const channel = openChannel((message) => {
    if ("request" in message) act(message.request, channel.post);
  });
  opened.push(channel);
}

function clientOf(wake: Parameters<typeof makeEngine>[0]): Engine {
  const client = makeEngine(wake, QUICK);
  opened.push(client);
  return client;
}

const awake = () =>
  Promise.resolve({ listening: true as const, worker: "first" });
const silent = () => undefined;

async function errorOf(outcome: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError))
    throw new Error(`expected an EngineError, not ${String(error)}`);
  return error;
}

test("a command gets its own result, whoever else is answered meanwhile", async () => {
  engineThat(({ id, type, handle }, post) => {
    post({ reply: { id: "somebody else's", result: "theirs" } });
    post({ reply: { id, result: { type, handle } } });
  });
  const result: unknown = await clientOf(awake).call("account.find", {
    handle: "ada.bsky.social",
  });
  expect(result).toEqual({ type: "account.find", handle: "ada.bsky.social" });
});

test("the engine's error arrives with code, message and params", async () => {
  engineThat(({ id }, post) => {
    post({
      reply: {
        id,
        error: {
          code: "not_a_zip",
          message: "This is no ZIP.",
          params: { file: "a.zip" },
        },
      },
    });
  });
  const error = await errorOf(
    clientOf(awake).call("archive.open", { names: [] }),
  );
  expect(error).toMatchObject({
    code: "not_a_zip",
    message: "This is no ZIP.",
    params: { file: "a.zip" },
  });
});

test("a field of the command cannot replace its id or its type", async () => {
  engineThat(({ id, type }, post) => {
    post({ reply: { id, result: type } });
  });
  const fields = { handle: "x", id: "mine", type: "data.delete" };
  const result: unknown = await clientOf(awake).call("account.find", fields);
  expect(result).toBe("account.find");
});

test("a host that cannot start is an error, not a wait", async () => {
  const refusal = {
    error: { code: "engine_unreachable", message: "no worker", params: {} },
  };
  const error = await errorOf(
    clientOf(() => Promise.resolve(refusal)).call("engine.start", {}),
  );
  expect(error.code).toBe("engine_unreachable");
});

test("a background that never answers is an error, not a wait", async () => {
  const error = await errorOf(
    clientOf(() => new Promise(silent)).call("engine.start", {}),
  );
  expect(error.code).toBe("engine_unreachable");
});

test("a worker that dies while another is woken fails nobody who waits for the other", async () => {
  const heard: string[] = [];
  engineThat(({ id, type }, post) => {
    heard.push(type);
    if (heard.length === 2) post({ reply: { id, result: "done" } }); // the first came before there was a worker
  });
  const host = openChannel();
  opened.push(host);
  const wake = async () => {
    host.post({
      event: {
        type: "engine.died",
        error: { code: "engine_died", message: "", params: {} },
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return awake();
  };
  const result: unknown = await clientOf(wake).call("archive.open", {
    names: [],
  });
  expect(result).toBe("done");
  expect(heard).toEqual(["archive.open", "archive.open"]);
});

test("a host that was just closing is woken again", async () => {
  let tries = 0;
  engineThat(({ id }, post) => {
    post({ reply: { id, result: "done" } });
  });
  const client = clientOf(() =>
    ++tries === 1 ? Promise.reject(new Error("no receiver")) : awake(),
  );
  const result: unknown = await client.call("engine.start", {});
  expect(result).toBe("done");
});

test("when the engine dies, every open command fails with its error", async () => {
  engineThat((_request, post) => {
    post({
      event: {
        type: "engine.died",
        error: { code: "engine_died", message: "out of memory", params: {} },
      },
    });
  });
  const error = await errorOf(clientOf(awake).call("match.find", {}));
  expect(error).toMatchObject({
    code: "engine_died",
    message: "out of memory",
  });
});

test("a command that another worker was given is known to be lost", async () => {
  engineThat(silent);
  let starts = 0;
  const client = clientOf(() =>
    Promise.resolve({ listening: true, worker: `worker ${++starts}` }),
  );
  expect((await errorOf(client.call("match.find", {}))).code).toBe(
    "engine_died",
  );
});

test("an engine that says nothing is given up in the end, and replaced", async () => {
  engineThat(silent);
  const given: (string | undefined)[] = [];
  const client = clientOf((worker) => {
    given.push(worker);
    return awake();
  });
  expect((await errorOf(client.call("match.find", {}))).code).toBe(
    "engine_silent",
  );
  expect(given.at(-1)).toBe("first");
});

test("an engine that tells of its progress is waited for", async () => {
  engineThat(({ id }, post) => {
    const progress = setInterval(() => {
      post({
        event: {
          type: "work.progress",
          command: "archive.open",
          step: "reading",
          done: 1,
          total: 2,
        },
      });
    }, QUICK.ask);
    setTimeout(() => {
      clearInterval(progress);
      post({ reply: { id, result: "done" } });
    }, 2 * QUICK.silence);
  });
  const result: unknown = await clientOf(awake).call("archive.open", {
    names: [],
  });
  expect(result).toBe("done");
});

test("listeners hear events of their type until they stop", async () => {
  const client = clientOf(awake);
  const heard: string[][] = [];
  const stop = client.events.on("state.changed", ({ stores }) =>
    heard.push(stores),
  );
  const post = (store: string) => {
    const engine = openChannel();
    engine.post({ event: { type: "engine.progress", step: "ready" } });
    engine.post({
      event: { type: "state.changed", stores: [store], keys: {} },
    });
    opened.push(engine);
    return new Promise((resolve) => setTimeout(resolve, 30));
  };
  await post("queue");
  stop();
  await post("matches");
  expect(heard).toEqual([["queue"]]);
});
