// What a mark shows before the background has answered: what the local index says of the person.
import type { Look } from "../../messages/mark-index";
import type { BadgeView } from "../../messages/views";
import type { NamedPerson } from "../../rules/keys";
import type { Marked } from "./mark";

/** What a badge shows: all that is known of a person, or a sketch. */
export type Shown = BadgeView | Marked;

/** Return the sketch of a person's mark; its label is their @name until there are sentences. */
export function sketchOf({ screenName }: NamedPerson, { grade, networks }: Look): Marked {
  return {
    label: `@${screenName}`,
    grade,
    accounts: networks.map((network) => ({ network, state: "none" })),
  };
}
