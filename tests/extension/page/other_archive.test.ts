// The title of the question before another archive replaces the one here.
import { expect, test } from "vitest";
import { questionTitle } from "../../../extension/lib/page/other-archive";

test.each([
  ["7", "ada", "other.title"],
  ["7", null, "other.title"],
  [null, "ada", "other.title"],
  [null, null, "other.title_unknown"],
])(
  "an owner with id %s and name %s is asked about by %s",
  (rest_id, screen_name, title) => {
    expect(
      questionTitle({ account: { rest_id, screen_name, display_name: null } }),
    ).toBe(title);
  },
);
