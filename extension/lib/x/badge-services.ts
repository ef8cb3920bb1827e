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
    follow: async (person, view, account) => {
      try {
        return (await ask("badge.follow", targetOf(person, view, account))).error_text;
      } catch (error) {
        return sentenceOf(error, view);
      }
    },
    undo: async (person, view, account, isSeen) => {
      try {
        return (await ask("badge.undo", { ...targetOf(person, view, account), is_seen: isSeen })).error_text;
      } catch (error) {
        return sentenceOf(error, view);
      }
    },
    fromServer: async (person, view, account) => {
      try {
        return (await ask("badge.from-server", targetOf(person, view, account))).error_text;
      } catch (error) {
        return sentenceOf(error, view);
      }
    },
    confirm: async (person, view, account) => {
      try {
        return (await ask("badge.confirm", targetOf(person, view, account))).error_text;
      } catch (error) {
        return sentenceOf(error, view);
      }
    },
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

function sentenceOf(error: unknown, { words }: BadgeView): string {
  console.warn("Passerelle: a press was not answered.", error);
  return error instanceof ContentMessageError && error.view.code === "no_answer"
    ? words.no_answer
    : words.broken;
}
