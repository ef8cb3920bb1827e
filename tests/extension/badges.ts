// What tests/extension/test_badges.py runs in a page: the content script's own modules, with a background of a few lines.
import { PageWatch } from "../../extension/lib/x/badge/watch";
import { placeFor } from "../../extension/lib/x/badge/place";
import {
  mayKnow,
  type NamedPerson,
  nameKey,
  SortedKeys,
} from "../../extension/lib/rules/keys";
import type { Look } from "../../extension/lib/rules/looks";
import type { BadgeView } from "../../extension/lib/messages/views";

export { placeFor };

// As the row of viewOf.
const LOOK: Look = { grade: "proven", networks: ["bluesky"] };

/** Everything that was asked of the background, and how it answers. */
export const asked: string[][] = [];
export const follows: string[] = [];
export const undone: string[] = [];
export const confirmations: string[] = [];
export let signIns = 0;
let watch: PageWatch | undefined;
let alive = true;

/** Start badges that know these X names. A name after "?" is in the index by a collision: the background does not know the person. */
export async function start(
  names: string[],
  { isSignedIn = true, isSure = false, delay = 5 } = {},
): Promise<void> {
  const known = new Set(
    names
      .filter((name) => !name.startsWith("?"))
      .map((name) => name.toLowerCase()),
  );
  const followed = new Set<string>();
  const answerTime = () => new Promise((resolve) => setTimeout(resolve, delay));
  const viewFor = ({ screenName }: NamedPerson) =>
    known.has(screenName.toLowerCase())
      ? viewOf(screenName, isSignedIn, isSure, followed.has(screenName))
      : null;
  const keys = SortedKeys.of(
    names.map((name) => nameKey(name.replace("?", ""))),
  );
  watch = new PageWatch(document, {
    identify: (person) => person,
    find: (person) => (mayKnow(keys, person) ? LOOK : null),
    askMarks: async (sent) => {
      const people = structuredClone(sent); // as messages are; a node of the page would not come through
      asked.push(
        people.map(({ screenName, restId }) => `${screenName} ${restId ?? ""}`),
      );
      await answerTime();
      return people.map(viewFor);
    },
    askRow: async (person) => {
      await answerTime();
      return viewFor(person);
    },
    follow: ({ screenName }) => {
      follows.push(screenName);
      followed.add(screenName);
      return Promise.resolve("");
    },
    undo: ({ screenName }, _view, _account, isSeen) => {
      undone.push(`${screenName} ${isSeen ? "seen" : "unseen"}`);
      followed.delete(screenName);
      return Promise.resolve("");
    },
    confirm: ({ screenName }) => {
      confirmations.push(screenName);
      return Promise.resolve("");
    },
    look: () => Promise.resolve({ profile: null, error_text: "" }),
    fromServer: () => Promise.resolve(""),
    signIn: () => {
      signIns++;
      return Promise.resolve();
    },
    isAlive: () => alive,
  });
}

/** Let the page be about to show these people. */
export const expect = (names: string[]): void =>
  watch?.expect(names.map((screenName) => ({ screenName, restId: null })));
/** Wait until two frames have been drawn. */
export const rest = () =>
  new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(resolve)),
  );
export const stop = (): void => watch?.stop();
export const update = (): void => {
  alive = false;
};

function viewOf(
  name: string,
  isSignedIn: boolean,
  isSure: boolean,
  isFollowed: boolean,
): BadgeView {
  const address = `${name.toLowerCase().replaceAll("_", "-")}.example.org`;
  return {
    row_id: `row-${name}`,
    language: "en",
    direction: "ltr",
    grade: "proven",
    label: `@${name} is also on Bluesky. Proven.`,
    name: `@${name}`,
    grade_why: "Both accounts were shown.",
    accounts: [
      {
        network: "bluesky",
        network_name: "Bluesky",
        address,
        url: `https://bsky.app/profile/${address}`,
        open_label: `Open the profile ${address}`,
        standing: "listed",
        standing_text: "In the directory",
        look_text: "Show",
        look_label: `Show ${address}`,
        look_asks: "Asks no server.",
        action: isFollowed ? "undo" : isSignedIn ? "follow" : "sign_in",
        action_text: isFollowed
          ? "Unfollow"
          : isSignedIn
            ? "Follow"
            : "Sign in",
        action_label: `${isFollowed ? "Unfollow" : "Follow"} @${name} on Bluesky`,
        is_sure: isSure,
        is_second: false,
        follows_as: "You follow as me.example.org.",
        followed_said: `You now follow @${name}.`,
        unfollowed_said: `You no longer follow @${name}.`,
        undo_text: "Undo",
        from_server_text: "",
        undo_label: `Undo: unfollow @${name}`,
        question: `Follow @${name}, ${address}, on Bluesky?`,
        state: isFollowed ? "following" : "none",
        state_text: isFollowed ? "Followed" : "",
        error_text: "",
      },
    ],
    notes: [],
    sources: [{ text: "Source: a list", url: "https://list.example.org/" }],
    words: {
      open: "Profile",
      sources: "Who says so",
      see: "see",
      yes: "Follow",
      cancel: "Cancel",
      close: "Close",
      asking: "Asking…",
      confirm: "Confirm in the window.",
      no_answer: "No answer.",
      broken: "Broken.",
    },
  };
}
