// What the page says after the proofs of a row were read again.
import { expect, test } from "vitest";
import type {
  RowCheckView,
  RowProofView,
} from "../../../extension/lib/messages/messages.gen";
import { resultOf } from "../../../extension/lib/page/row-checks.svelte";

const read: RowProofView = {
  kind: "bluesky_record",
  side: "bluesky",
  url: "",
  state: "holds",
  reason: null,
};
const unread: RowProofView = {
  ...read,
  kind: "x_post",
  side: "x",
  state: "unknown",
};

function result(
  grade: RowCheckView["grade"],
  agrees: boolean,
  ...proofs: RowProofView[]
): string {
  return resultOf({ grade, agrees, proofs, read_at: "2026-11-27T12:00:00Z" });
}

test("proofs of other accounts are said to differ", () => {
  expect(result("proven", false, read)).toBe("row_check.differs");
  expect(result("claimed", false, read, unread)).toBe("row_check.differs");
});

test("where nothing is proven, the accounts are not said to differ", () => {
  expect(result(null, false, { ...read, state: "gone" })).toBe(
    "row_check.grade.none",
  );
  expect(result(null, false)).toBe("row_check.grade.none");
});

test("a side that could not be read is not said to be missing", () => {
  expect(result("claimed", true, read, unread)).toBe(
    "row_check.unread.claimed",
  );
  expect(result(null, false, unread)).toBe("row_check.unread.none");
});

test("what is proven stays so whatever else could not be read", () => {
  expect(result("proven", true, read, unread)).toBe("row_check.grade.proven");
  expect(result("claimed", true, read)).toBe("row_check.grade.claimed");
});
