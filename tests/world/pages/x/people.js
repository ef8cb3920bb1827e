// The invented people of these pages: those of tests/data/people.py (a test holds them equal), and as many more as wanted.

/** [rest_id, screen_name, display_name, bio] */
export const PEOPLE = [
  [
    "9000000000001000003",
    "odile_passe",
    "Odile Passé",
    "Bibliothécaire. Sur le départ.",
  ],
  [
    "9000000000011000033",
    "ada_nouvelle",
    "Ada Nouvelle",
    "Poète. 🦋 ada-nouvelle.bsky.social",
  ],
  ["9000000000012000036", "brunoquai", "Bruno Quai", "@bruno@quai.example.org"],
  ["9000000000013000039", "Chloe_Marais", "Chloé Marais 🌿", ""],
  ["9000000000014000042", "dariusz_lodz", "Dariusz Łódzki", ""],
  ["9000000000016000048", "farid_k", "فريد الخياط", ""],
  ["9000000000018000054", "hideo_umi", "海野秀夫", ""],
  ["9000000000020000060", "junho_bada", "바다 준호", ""],
  ["9000000000021000063", "kavita_nadi", "कविता नदी", ""],
  ["9000000000025000075", "olu_afara", "Olúwaṣeun Àfárá", ""],
  [
    "9000000000031000093",
    "angle_brackets",
    "<img src=x onerror=alert(1)><b>Bold</b>",
    "",
  ],
  [
    "9000000000032000096",
    "turned_round",
    "Alice \u202egro.live\u202c \u2066isolated\u2069",
    "",
  ],
  ["9000000000034000102", "at_sign", "@nasa", ""],
].map(([rest_id, screen_name, display_name, bio]) => ({
  rest_id,
  screen_name,
  display_name,
  bio,
}));

export const byName = (name) =>
  PEOPLE.find(({ screen_name }) => screen_name === name) ?? stranger(name);

/** Give person number `number` of a crowd that nobody follows: `crowd` of tests/data/people.py. */
export function crowd(number) {
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

/** Give a list of `count` people, every tenth of which is one of PEOPLE. */
export function mixed(count, first = 0) {
  return Array.from({ length: count }, (_, at) =>
    at % 10
      ? crowd(UNKNOWN + first + at)
      : PEOPLE[1 + (((first + at) / 10) % (PEOPLE.length - 1))],
  );
}

/** Give somebody by chance, mostly one of PEOPLE. */
export const somebody = (dice) =>
  dice.below(4)
    ? dice.pick(PEOPLE.slice(1))
    : crowd(UNKNOWN + dice.below(1_000));

/** Give by chance what somebody may write as their name or anywhere else; none of it says who they are. */
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
