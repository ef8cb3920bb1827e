// Words of other scripts in Latin letters, roughly, so that a name is found however it is written. Pure.
//
// As `to_latin` and `fold_spelling` in core/passerelle/matching/scripts.py; tests/data/vectors/scripts.json holds the cases for both.
// Kana: Hepburn and Kunrei-shiki (ISO 3602); Cyrillic: ISO 9 and BGN/PCGN; Greek: ELOT 743.

const CYRILLIC = pairs("абвгґдеєзиіїйклмнопрстуфыэў", "abvggdeeziiiiklmnoprstufieu");
const GREEK = pairs("αβγδεζηικλμνξοπρσςτυφχω", "avgdeziiklmnxoprsstifho");
const VOWELS = "aiueo";
// Consonants of the kana table, in the order of the vowels.
const ROWS = {
  "": "あいうえお",
  k: "かきくけこ",
  g: "がぎぐげご",
  s: "さしすせそ",
  z: "ざじずぜぞ",
  t: "たちつてと",
  d: "だぢづでど",
  n: "なにぬねの",
  h: "はひふへほ",
  b: "ばびぶべぼ",
  p: "ぱぴぷぺぽ",
  m: "まみむめも",
  r: "らりるれろ",
} as const;
const KANA = Object.entries(ROWS).flatMap(([consonant, row]) =>
  pairs(row, VOWELS).map(([kana, vowel]): [string, string] => [kana, consonant + vowel]),
);
const OTHERS = {
  ...{ ø: "o", æ: "a", œ: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ŋ: "n", ə: "a" },
  ...{ ё: "e", ж: "zh", х: "h", ц: "ts", ч: "ch", ш: "sh", щ: "sh", ъ: "", ь: "", ю: "iu", я: "ia" },
  ...{ θ: "th", ψ: "ps" },
  ...{ や: "ya", ゆ: "yu", よ: "yo", わ: "wa", を: "o", ん: "n", ゔ: "vu", ー: "", っ: "", ゐ: "i" },
  ...{ ゃ: "ya", ゅ: "yu", ょ: "yo", ぁ: "a", ぃ: "i", ぅ: "u", ぇ: "e", ぉ: "o", ゎ: "wa" },
};
const TABLE = new Map([...CYRILLIC, ...GREEK, ...KANA, ...Object.entries(OTHERS)]);
const KATAKANA = /[\u30A1-\u30F6]/gu;
const TO_HIRAGANA = 0x60; // from a katakana to the hiragana of the same sound

/** Return a lower-case text with kana, Cyrillic, Greek and special Latin letters written in ASCII. */
export function toLatin(text: string): string {
  const hiragana = text.replace(KATAKANA, (one) => String.fromCodePoint(one.charCodeAt(0) - TO_HIRAGANA));
  return Array.from(hiragana, (letter) => TABLE.get(letter) ?? letter).join("");
}

// Spellings of the same sound, folded in this order; on both sides of a comparison.
const FOLDS: readonly (readonly [RegExp, string])[] = [
  [/sch|sh/gu, "s"],
  [/tch|ch/gu, "t"],
  [/ts|tz/gu, "t"],
  [/fu/gu, "hu"],
  [/j|dz/gu, "z"],
  [/kh|x/gu, "h"],
  [/ae/gu, "a"],
  [/o[euo]|oh(?![aeiou])/gu, "o"],
  [/u[eu]/gu, "u"],
  [/w/gu, "v"],
  [/y/gu, "i"],
  [/([a-z])\1+/gu, "$1"],
];

/** Return a form that is the same for the usual spellings of one name in Latin letters. */
export function foldSpelling(latin: string): string {
  return FOLDS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), latin);
}

function pairs(letters: string, latin: string): [string, string][] {
  return Array.from(letters, (letter, at) => [letter, latin.charAt(at)]);
}
