// The invented people of these pages, from tests/data/people.py, and as many more as wanted.
// invented.js is made by tests/world/fake_x.py: rows of [rest_id, screen_name, display_name, bio].
import { CROWD, PEOPLE as ROWS } from "./invented.js";

const toPerson = ([rest_id, screen_name, display_name, bio]) => ({
  rest_id,
  screen_name,
  display_name,
  bio,
});

export const PEOPLE = ROWS.map(toPerson);

export const byName = (name) =>
  PEOPLE.find(({ screen_name }) => screen_name === name) ?? stranger(name);

/** Return person `number` of a crowd that is not followed: one of CROWD, or as `crowd` of tests/data/people.py. */
export function crowd(number) {
  if (CROWD.length) return toPerson(CROWD[number % CROWD.length]);
  const rest_id = String(
    9_000_000_000_000_000_000n + BigInt(1_000 + number) * 1_000_003n,
  );
  return {
    rest_id,
    screen_name: `crowd_${number.toString(16)}`,
    display_name: `Crowd ${number}`,
    bio: "",
  };
}

// Of the crowd, the tests' directory knows the first few (tests/world/residents.py).
const UNKNOWN = 5_000;

/** Return a list of `count` people, every tenth of which is one of PEOPLE. */
export function mixed(count, first = 0) {
  return Array.from({ length: count }, (_, at) =>
    at % 10
      ? crowd(UNKNOWN + first + at)
      : PEOPLE[1 + (((first + at) / 10) % (PEOPLE.length - 1))],
  );
}

/** Return a random person, mostly one of PEOPLE. */
export const randomPerson = (dice) =>
  dice.below(4)
    ? dice.pick(PEOPLE.slice(1))
    : crowd(UNKNOWN + dice.below(1_000));

/** Return a random text as people write it in their names or posts; none of it tells who they are. */
export const writing = (dice) =>
  dice.pick([
    "@nasa",
    "@elifisik",
    "Bonjour @Chloe_Marais",
    "<b>@farid_k</b>",
    "🦋 @junho_bada",
    "مرحبا @hideo_umi",
    "A",
  ]);

function stranger(screen_name) {
  return {
    rest_id: "9000000000002000006",
    screen_name,
    display_name: screen_name,
    bio: "",
  };
}
