// What a press in a badge's card has done, by the background; its answers as sentences for the card.
import { ask, ContentMessageError } from "../messages/content";
import type { BadgeAccountView, BadgeTarget, BadgeView } from "../messages/views";
import type { NamedPerson } from "../rules/keys";
import type { BadgeServices } from "./badge/badge";

/** Make the services; `identify` returns a person with the id that is known for their name. */
export function makeServices(identify: (person: NamedPerson) => NamedPerson): Omit<BadgeServices, "refresh"> {
  const targetOf = (
    person: NamedPerson,
    { row_id }: BadgeView,
    { standing, address }: BadgeAccountView,
  ): BadgeTarget => {
    const { screenName, restId } = identify(person);
    return {
      row_id: standing === "listed" ? row_id : null,
      address,
      screen_name: screenName,
      rest_id: restId,
    };
  };
  return {
    follow: (person, view, account) =>
      sentenceFrom(view, ask("badge.follow", targetOf(person, view, account))),
    undo: (person, view, account, is_seen) =>
      sentenceFrom(view, ask("badge.undo", { ...targetOf(person, view, account), is_seen })),
    confirm: (person, view, account) =>
      sentenceFrom(view, ask("badge.confirm", targetOf(person, view, account))),
    fromServer: (person, view, account) =>
      sentenceFrom(view, ask("badge.from-server", targetOf(person, view, account))),
    look: async (person, view, account) => {
      try {
        return await ask("badge.look", { ...targetOf(person, view, account), network: account.network });
      } catch (error) {
        return { profile: null, error_text: sentenceOf(error, view) };
      }
    },
    signIn: async () => {
      await ask("session.open", {});
    },
  };
}

// What went wrong, or "".
async function sentenceFrom(
  view: BadgeView,
  answer: Promise<{ readonly error_text: string }>,
): Promise<string> {
  try {
    return (await answer).error_text;
  } catch (error) {
    return sentenceOf(error, view);
  }
}

function sentenceOf(error: unknown, { words }: BadgeView): string {
  console.warn("Passerelle: a press was not answered.", error);
  return error instanceof ContentMessageError && error.view.code === "no_answer"
    ? words.no_answer
    : words.broken;
}
