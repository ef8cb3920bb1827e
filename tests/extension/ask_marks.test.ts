// Asking the background about people: ahead of their rows, in batches, one message in a frame, never twice.
import { beforeEach, expect, test, vi } from "vitest";
import { Answers } from "../../extension/lib/x/badge/ask-marks";
import { Identities } from "../../extension/lib/x/identities";
import type { BadgeMark } from "../../extension/lib/messages/views";
import type { NamedPerson } from "../../extension/lib/rules/keys";

const FRAME = 16; // ms
const LATER = 500; // ms
const person = (
  screenName: string,
  restId: string | null = null,
): NamedPerson => ({
  screenName,
  restId,
});
const MARK = { grade: "proven" } as BadgeMark;

function setUp(identify = (one: NamedPerson) => one) {
  const asked: NamedPerson[][] = [];
  const answers = new Answers(
    {
      identify,
      askMarks: (people) => {
        asked.push([...people]);
        return Promise.resolve(people.map(() => MARK));
      },
    },
    () => undefined,
  );
  return { answers, asked };
}

beforeEach(() => {
  vi.useFakeTimers();
});

test("people who were asked about ahead are known when their row comes", async () => {
  const { answers, asked } = setUp();
  answers.askAhead([person("ada"), person("olu")]);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers.get(person("Ada"))).toBe(MARK);
  await answers.ask();
  expect(asked).toEqual([[person("ada"), person("olu")]]);
});

test("a frame has one message at most, and every person is asked about", async () => {
  const { answers, asked } = setUp();
  for (let at = 0; at < 10; at++) {
    answers.get(person(`crowd_${String(at)}`));
    await answers.ask();
  }
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(FRAME);
  expect(asked).toHaveLength(2);
  expect(asked.flat()).toHaveLength(10);
});

test("people whose rows have a mark from the index share a message in half a second", async () => {
  const { answers, asked } = setUp();
  answers.get(person("first"), true);
  await answers.ask();
  for (let at = 0; at < 10; at++) {
    answers.get(person(`crowd_${String(at)}`), true);
    await answers.ask();
    await vi.advanceTimersByTimeAsync(FRAME);
  }
  expect(asked).toEqual([[person("first")]]);
  await vi.advanceTimersByTimeAsync(LATER);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toHaveLength(10);
});

test("a row that waits for its answer does not wait for those that have a mark", async () => {
  const { answers, asked } = setUp();
  answers.get(person("first"), true);
  await answers.ask();
  answers.get(person("marked"), true);
  await answers.ask();
  answers.get(person("waits"));
  await answers.ask();
  await vi.advanceTimersByTimeAsync(FRAME);
  expect(asked[1]).toEqual([person("waits"), person("marked")]);
});

test("rows that are there go before people asked about ahead, the newest first", async () => {
  const { answers, asked } = setUp();
  const crowd = Array.from({ length: 60 }, (_, at) =>
    person(`crowd_${String(at)}`),
  );
  answers.askAhead(crowd);
  answers.get(person("older"));
  answers.get(person("newer"));
  await answers.ask();
  expect(asked[0]?.slice(0, 3)).toEqual([
    person("newer"),
    person("older"),
    person("crowd_0"),
  ]);
  expect(asked[0]).toHaveLength(50);
});

test("more people than one message takes are asked about frame by frame", async () => {
  const { answers, asked } = setUp();
  answers.askAhead(
    Array.from({ length: 120 }, (_, at) => person(`crowd_${String(at)}`)),
  );
  await vi.advanceTimersByTimeAsync(3 * FRAME);
  expect(asked.map((people) => people.length)).toEqual([50, 50, 20]);
});

test("a row that shows a name only is the person of that name in X's answers", async () => {
  const identities = new Identities();
  const { answers, asked } = setUp(identities.identify);
  identities.add([
    {
      rest_id: "11",
      screen_name: "Ada",
      display_name: null,
      bio: null,
      location: null,
      website: null,
      links: [],
    },
  ]);
  answers.askAhead([person("Ada", "11")]);
  await vi.advanceTimersByTimeAsync(1);
  expect(answers.get(person("ada"))).toBe(MARK);
  expect(asked).toEqual([[person("Ada", "11")]]);
});

test("an id that the page shows counts more than one that an answer gave", () => {
  const identities = new Identities();
  identities.learn(new Map([["ada", "11"]]));
  expect(identities.identify(person("Ada")).restId).toBe("11");
  expect(identities.identify(person("Ada", "12")).restId).toBe("12");
  expect(identities.identify(person("__proto__")).restId).toBeNull();
});

test("nothing is asked after it was stopped", async () => {
  const { answers, asked } = setUp();
  answers.askAhead([person("ada")]);
  answers.stop();
  await vi.advanceTimersByTimeAsync(10 * FRAME);
  expect(asked).toEqual([]);
});
