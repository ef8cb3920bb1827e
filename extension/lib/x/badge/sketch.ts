// What a mark shows before the background has answered: what the local index says of the person.
import type { BadgeMark } from "../../messages/views";
import type { NamedPerson } from "../../rules/keys";
import type { Look } from "../../rules/looks";

/** Return the sketch of a person's mark; its label is their @name until there are sentences. */
export function sketchOf({ screenName }: NamedPerson, { grade, networks }: Look): BadgeMark {
  return {
    label: `@${screenName}`,
    grade,
    accounts: networks.map((network) => ({ network, state: "none" })),
  };
}
