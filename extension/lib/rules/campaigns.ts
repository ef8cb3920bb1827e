// In which language a campaign speaks to a reader: `Campaign.language_for` in core/passerelle/directory/campaigns.py.

const DEFAULT_LANGUAGE = "en";

/** Return the code of the language of `texts` that suits a reader of `wanted` best: that, English, or the first one. */
export function languageFor(texts: Readonly<Record<string, string>>, wanted: string): string {
  const choices = [wanted, wanted.split("-")[0] ?? "", DEFAULT_LANGUAGE];
  return choices.find((one) => one in texts) ?? Object.keys(texts)[0] ?? DEFAULT_LANGUAGE;
}
