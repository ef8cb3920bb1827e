// Messages of content scripts are untrusted: only what fits the table gets in, and only its own fields.
import { expect, test } from "vitest";
import { parseContentMessage } from "../../extension/lib/messages/schemas";
import { MAX_PEOPLE } from "../../extension/lib/messages/views";

const id = "0b9d1f6e-5a0c-4c58-9d0b-2f6f5b1f2c11";
const ada = { screenName: "ada_nouvelle", restId: "9000000000011000033" };

test("a message of the table comes in, without what does not belong to it", () => {
  expect(
    parseContentMessage({
      id,
      type: "badge.rows",
      people: [{ ...ada, did: "did:plc:mallory" }],
      extra: 1,
    }),
  ).toEqual({ id, type: "badge.rows", fields: { people: [ada] } });
  expect(
    parseContentMessage({
      id,
      type: "badge.follow",
      row_id: "7",
      address: "ada.example.org",
      screen_name: "ada_nouvelle",
      rest_id: null,
      did: "x",
    }),
  ).toEqual({
    id,
    type: "badge.follow",
    fields: {
      row_id: "7",
      address: "ada.example.org",
      screen_name: "ada_nouvelle",
      rest_id: null,
    },
  });
});

test.each([
  null,
  "badge.rows",
  { id, type: "engine.wake" },
  { id, type: "__proto__" },
  { id, type: "toString" },
  { type: "badge.index" },
  { id: 1, type: "badge.index" },
  { id, type: "badge.rows" },
  {
    id,
    type: "badge.rows",
    people: [{ screenName: "not a name", restId: null }],
  },
  { id, type: "badge.rows", people: [{ screenName: "ada_nouvelle" }] },
  {
    id,
    type: "badge.rows",
    people: [{ screenName: "ada_nouvelle", restId: 1001 }],
  },
  {
    id,
    type: "badge.rows",
    people: [{ screenName: "ada_nouvelle", restId: "1 OR 1" }],
  },
  {
    id,
    type: "badge.rows",
    people: Array.from({ length: MAX_PEOPLE + 1 }, () => ada),
  },
  {
    id,
    type: "badge.follow",
    row_id: "",
    address: "ada.example.org",
    screen_name: "ada_nouvelle",
    rest_id: null,
  },
  {
    id,
    type: "badge.follow",
    row_id: "x".repeat(65),
    address: "ada.example.org",
    screen_name: "ada_nouvelle",
    rest_id: null,
  },
  {
    id,
    type: "badge.follow",
    row_id: "7",
    address: "ada.example.org",
    screen_name: "a".repeat(21),
    rest_id: null,
  },
])("%j is refused", (message) => {
  expect(parseContentMessage(message)).toBeNull();
});
