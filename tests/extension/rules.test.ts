// The rules that mirror the core, run on the vectors that both languages share (tests/core/test_vectors.py runs the same).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Copy, copyOf } from "../../extension/lib/rules/bridge";
import { languageFor } from "../../extension/lib/rules/campaigns";
import { knownAccounts } from "../../extension/lib/rules/accounts";
import { RESERVED } from "../../extension/lib/x/pages/selectors";
import { findRow } from "../../extension/lib/rules/directory";
import { type DirectoryRow, parseRow } from "../../extension/lib/rules/rows";
import { judgeRow } from "../../extension/lib/rules/grade";
import {
  decisionKeys,
  isChecked,
  mayNameAccount,
} from "../../extension/lib/rules/hints";
import { idKey, nameKey } from "../../extension/lib/rules/keys";
import {
  type Look,
  lookOf,
  UNKNOWN_LOOK,
} from "../../extension/lib/rules/looks";
import { foldSpelling, toLatin } from "../../extension/lib/rules/scripts";
import { daysUntil, networksDue } from "../../extension/lib/rules/dates";
import type {
  AccountView,
  DateView,
  HintView,
} from "../../extension/lib/messages/messages.gen";

function load<T>(rule: string): T {
  const path = new URL(`../data/vectors/${rule}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

interface Case {
  readonly about: string;
}
interface Person {
  readonly rest_id: string;
  readonly screen_name: string;
}
type RowFields = Partial<DirectoryRow>;

/** Fill a vector's row as `row` in tests/core/fakes.py does. */
const rowOf = (fields: RowFields): DirectoryRow => ({
  row_id: "a",
  rest_id: null,
  screen_name: null,
  name_seen: "2026-10-01",
  did: null,
  handle: null,
  acct: null,
  display_name: null,
  grade: "attested",
  leaving_on: null,
  sources: [],
  ...fields,
});

test("what a mark shows of a row", () => {
  const { cases } = load<{ cases: (Case & Look & { look: number })[] }>(
    "looks",
  );
  for (const { about, grade, networks, look } of cases)
    expect(lookOf(look), about).toEqual({ grade, networks });
  expect([UNKNOWN_LOOK, cases.length + 1].map(lookOf)).toEqual([null, null]);
});

test.each(
  load<{ languages: string[]; wanted: string; spoken: string }[]>(
    "campaign-languages",
  ),
)(
  "a campaign in $languages speaks $spoken to a reader of $wanted",
  ({ languages, wanted, spoken }) => {
    const texts = Object.fromEntries(languages.map((one) => [one, "Together"]));
    expect(languageFor(texts, wanted)).toBe(spoken);
  },
);

describe("dates", () => {
  type Network = DateView["starts"][number]["network"];
  interface DateCase extends Case {
    readonly now: string;
    readonly starts: DateView["starts"];
    readonly networks: Network[];
    readonly due: Network[];
  }
  const { date, cases } = load<{ date: DateView; cases: DateCase[] }>("dates");
  test.each(cases)("$about", ({ now, starts, networks, due }) => {
    expect(networksDue({ ...date, starts }, networks, Date.parse(now))).toEqual(
      due,
    );
  });
  test("days are counted by the calendar, whatever the hour or a change of the clock", () => {
    expect(daysUntil("2027-03-29", +new Date(2027, 2, 27, 23, 59))).toBe(2);
    expect(daysUntil("2027-03-28", +new Date(2027, 2, 28, 0, 1))).toBe(0);
    expect(daysUntil("2027-01-01", +new Date(2027, 0, 4))).toBe(-3);
  });
});

test("the address under which a bridge shows an account", () => {
  interface BridgeCase extends Case {
    readonly network: AccountView["network"];
    readonly address: string;
    readonly copy: Copy | null;
  }
  const { cases } = load<{ cases: BridgeCase[] }>("bridge");
  for (const { about, copy, ...account } of cases)
    expect(copyOf(account), about).toEqual(copy);
});

test("keys", () => {
  const { names, ids } = load<{
    names: { screen_name: string; key: number }[];
    ids: { rest_id: string; key: number }[];
  }>("keys");
  for (const { screen_name, key } of names)
    expect(nameKey(screen_name)).toBe(key);
  for (const { rest_id, key } of ids) expect(idKey(rest_id)).toBe(key);
});

describe("rows", () => {
  interface LineCase extends Case {
    line: object;
    row: DirectoryRow | null;
  }
  test.each(load<{ cases: LineCase[] }>("rows").cases)(
    "$about",
    ({ line, row }) => {
      expect(parseRow(JSON.stringify(line))).toEqual(row);
    },
  );
  test.each(["", "{", "[]", "null", "1", "[".repeat(60_000)])(
    "%.9s is no row",
    (line) => {
      expect(parseRow(line)).toBeNull();
    },
  );
});

describe("directory", () => {
  interface RowCase extends Case {
    rows: RowFields[];
    person: Person;
    found: string | null;
  }
  test.each(load<{ cases: RowCase[] }>("directory").cases)(
    "$about",
    ({ rows, person: { screen_name, rest_id }, found }) => {
      const person = { screenName: screen_name, restId: rest_id };
      expect(findRow(rows.map(rowOf), person)?.row_id ?? null).toBe(found);
    },
  );
});

describe("accounts", () => {
  interface AccountCase extends Case {
    row: RowFields | null;
    hints: HintView[];
    accounts: object[];
  }
  test.each(load<{ cases: AccountCase[] }>("accounts").cases)(
    "$about",
    ({ row, hints, accounts }) => {
      const profile = {
        rest_id: "11",
        screen_name: "ada",
        display_name: null,
        hints,
      };
      const found = knownAccounts({ row: row && rowOf(row), profile });
      expect(
        found.map((account) => ({
          ...account,
          hint: account.hint && hints.indexOf(account.hint),
        })),
      ).toEqual(accounts);
    },
  );
});

describe("hints", () => {
  const { checked, decisions } = load<{
    checked: (Case & { hint: HintView; checked: boolean })[];
    decisions: {
      rest_id: string;
      network: AccountView["network"];
      address: string;
      did: string | null;
      keys: string[];
    }[];
  }>("hints");

  test.each(checked)("$about", ({ hint, checked: expected }) => {
    expect(isChecked(hint)).toBe(expected);
  });

  test.each(load<{ texts: string[] }>("hint-texts").texts)(
    "%j may name an account",
    (bio) => {
      const empty = { display_name: null, location: null, website: null };
      const user = { rest_id: "1", screen_name: "ada", bio, links: [] };
      expect(mayNameAccount({ ...empty, ...user })).toBe(true);
    },
  );

  test("keys of decisions", () => {
    for (const { rest_id, network, address, did, keys } of decisions)
      expect(decisionKeys(rest_id, network, address, did)).toEqual(keys);
  });
});

describe("grade", () => {
  interface GradeCase extends Case {
    now: string;
    person: Person & { aliases: string[] };
    row: RowFields;
    hints?: HintView[];
    grade: string;
    doubts: string[];
  }
  test.each(load<{ cases: GradeCase[] }>("grade").cases)(
    "$about",
    ({
      now,
      person: { rest_id, screen_name, aliases },
      row,
      hints,
      ...expected
    }) => {
      const person = { restId: rest_id, screenName: screen_name, aliases };
      const { grade, doubts } = judgeRow(
        rowOf(row),
        person,
        new Date(now),
        hints,
      );
      expect({ grade, doubts }).toEqual({
        grade: expected.grade,
        doubts: expected.doubts,
      });
    },
  );
});

describe("scripts", () => {
  interface Vectors {
    latin: { text: string; latin: string }[];
    spellings: { latin: string; folded: string }[];
  }
  const { latin, spellings } = load<Vectors>("scripts");
  test.each(latin)("$text in Latin letters", (one) => {
    expect(toLatin(one.text)).toBe(one.latin);
  });
  test.each(spellings)("spellings of $latin", (one) => {
    expect(foldSpelling(one.latin)).toBe(one.folded);
  });
});

test("X's own pages are the same for both languages", () => {
  expect([...RESERVED].sort()).toEqual(load<string[]>("x-own-pages"));
});
