// lib/background/toolbar.ts: what the toolbar's icon shows of following.
import { expect, test } from "vitest";
import { toolbarOf } from "../../extension/lib/background/toolbar";
import { makeTranslate } from "../../extension/lib/i18n/i18n";
import type { QueueView } from "../../extension/lib/messages/messages.gen";

const t = makeTranslate("en");

function queue(over: Partial<QueueView>): QueueView {
  return {
    running: true,
    waiting: 0,
    asked: 0,
    following: 0,
    requested: 0,
    failed: 0,
    leaving: 0,
    next_at: null,
    error: null,
    accounts: [],
    ...over,
  } as QueueView;
}

test("the icon shows the percentage that is done, and its title says it", () => {
  const shown = toolbarOf(
    queue({ waiting: 130, asked: 4, following: 60, requested: 4, failed: 2 }),
    t,
  );

  expect(shown.text).toBe("33%");
  expect(shown.title).toContain("60");
  expect(shown.title).toContain("200");
});

test("a queue that stands still shows that it is paused", () => {
  const shown = toolbarOf(queue({ running: false, waiting: 3 }), t);

  expect(shown.text).toBe("❚❚");
  expect(shown.title).toContain("3");
});

test("without a queue at work, a reminder shows, and its title says it", () => {
  const reminder = {
    kind: "date_waits",
    event: "2027-02-20",
    key: "notice.date_waits",
    values: {},
  } as const;
  const shown = toolbarOf(null, t, reminder);
  expect(shown.text).toBe("!");
  expect(shown.title).toContain(t("notice.date_waits"));
  expect(toolbarOf(queue({ waiting: 1, following: 1 }), t, reminder).text).toBe(
    "50%",
  );
});

test("nothing is shown when all is done", () => {
  expect(toolbarOf(queue({ following: 3 }), t)).toEqual({
    text: "",
    title: "",
  });
});
