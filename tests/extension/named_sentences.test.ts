// Which sentences the background's script gets: those that its code names.
import { expect, test } from "vitest";
import { namedIn } from "../../extension/catalogue-plugin";

const CODE = [
  'translate("row.open");',
  "translate(isMissing ? `badge.gone` : 'badge.cancel');",
  "translate(`grade.${grade}.why`);",
  'translate("state."+state);',
].join("\n");

test.each([
  "row.open",
  "badge.gone",
  "badge.cancel",
  "grade.proven.why",
  "state.asked",
])("%s is named", (key) => {
  expect(namedIn(CODE)(key)).toBe(true);
});

test.each([
  "row.open_label",
  "row",
  "badge.close",
  "grades.proven",
  "x.state.",
])("%s is not named", (key) => {
  expect(namedIn(CODE)(key)).toBe(false);
});
