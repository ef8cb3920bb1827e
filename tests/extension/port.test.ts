// A line to the background: answers by their id, and every message answered although lines are cut at any moment.
import { expect, test } from "vitest";
import { openPort, type Port } from "../../extension/lib/messages/port";

type Message = Parameters<Port["postMessage"]>[0];

/** The background's end of one line. */
class FakePort implements Port {
  readonly posted: Message[] = [];
  isClosed = false;
  isDead = false;
  answer: (message: unknown) => void = () => undefined;
  cut: () => void = () => undefined;
  readonly onMessage = {
    addListener: (listener: (message: unknown) => void) => {
      this.answer = listener;
    },
  };
  readonly onDisconnect = {
    addListener: (listener: () => void) => {
      this.cut = listener;
    },
  };

  postMessage(message: Message): void {
    if (this.isDead)
      throw new Error("Attempting to use a disconnected port object");
    this.posted.push(message);
  }

  disconnect(): void {
    this.isClosed = true;
  }
}

/** A line, the ports it has opened, and the ids of what was sent by itself. */
function lineWith(connect?: () => Port) {
  const ports: FakePort[] = [];
  const alone: string[] = [];
  const open = () => {
    const port = new FakePort();
    ports.push(port);
    return port;
  };
  const line = openPort(connect ?? open, (message) => {
    alone.push(message.id);
    return Promise.resolve(`alone ${message.id}`);
  });
  return { line, ports, alone };
}

test("messages share one line, and each gets its own answer", async () => {
  const { line, ports, alone } = lineWith();
  const answers = [line.send({ id: "1" }), line.send({ id: "2" })];
  ports[0]?.answer({ id: "2", result: "two" });
  ports[0]?.answer({ id: "1", result: "one" });
  expect(await Promise.all(answers)).toEqual([
    { id: "1", result: "one" },
    { id: "2", result: "two" },
  ]);
  expect(ports.map(({ posted }) => posted)).toEqual([
    [{ id: "1" }, { id: "2" }],
  ]);
  expect(alone).toEqual([]);
});

test("what was under way when the line was cut is sent by itself; the next message opens a line again", async () => {
  const { line, ports, alone } = lineWith();
  const answers = [line.send({ id: "1" }), line.send({ id: "2" })];
  ports[0]?.answer({ id: "1" });
  ports[0]?.cut();
  expect(await Promise.all(answers)).toEqual([{ id: "1" }, "alone 2"]);
  void line.send({ id: "3" });
  expect(ports.map(({ posted }) => posted)).toEqual([
    [{ id: "1" }, { id: "2" }],
    [{ id: "3" }],
  ]);
  expect(alone).toEqual(["2"]);
});

test("a line that is dead without having said so is noticed by the next message", async () => {
  const { line, ports } = lineWith();
  const first = line.send({ id: "1" });
  for (const port of ports) port.isDead = true;
  expect(await Promise.all([first, line.send({ id: "2" })])).toEqual([
    "alone 1",
    "alone 2",
  ]);
});

test("a line that was closed for the page's sleep cuts nothing newer when it says so late", async () => {
  const { line, ports } = lineWith();
  void line.send({ id: "1" });
  line.close();
  const second = line.send({ id: "2" });
  ports[0]?.cut();
  ports[1]?.answer({ id: "2", result: {} });
  expect(await second).toEqual({ id: "2", result: {} });
  expect(ports[0]?.isClosed).toBe(true);
});

test("where no line can be opened, messages go by themselves", async () => {
  const { line } = lineWith(() => {
    throw new Error("Extension context invalidated.");
  });
  expect(await line.send({ id: "1" })).toBe("alone 1");
});

test("an answer without a request is ignored", async () => {
  const { line, ports } = lineWith();
  const answer = line.send({ id: "1" });
  for (const stray of [null, undefined, "text", {}, { id: "9" }])
    ports[0]?.answer(stray);
  ports[0]?.answer({ id: "1" });
  expect(await answer).toEqual({ id: "1" });
});
