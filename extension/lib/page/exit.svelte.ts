// The texts of the post and of invitations: which one, in which language, and what the person changed in them.
import { SvelteMap } from "svelte/reactivity";
import { directionOf, type Key, type Language, languageOf, makeTranslate } from "../i18n/i18n";
import { locale } from "../i18n/i18n.svelte";
import { withoutIsolates } from "../rules/text";
import type { Stored } from "./stored.svelte";
import type { SignedIn } from "./account.svelte";
import { codeOf, ownAddresses, type Place, serverOf, type Variant, VARIANTS } from "./exit-post";
import type { PictureWords } from "./exit-picture";

/** The kinds of people that an invitation is written to. */
export const INVITED = ["friend", "elected", "organisation"] as const;
export type Invited = (typeof INVITED)[number];

type Used = Pick<Stored, "archive" | "join" | "queue">;

const SENTENCES: Readonly<Record<"x" | "there", Readonly<Record<Variant, Key>>>> = {
  x: { moved: "join.message", together: "exit.x_together" },
  there: { moved: "exit.there_moved", together: "exit.there_together" },
};
const INVITATIONS: Readonly<Record<Invited, Key>> = {
  friend: "invite.text_friend",
  elected: "invite.text_elected",
  organisation: "invite.text_organisation",
};

// Without a mark before it, the @ of an address stands at the wrong end in a text from right to left.
const ADDRESS_SIGN = /(?<![\w.-])@(?=\w)/g;

export class Exit {
  /** The language of the texts; null for that of the page. */
  private chosen = $state<Language | null>(null);
  variant = $state<Variant>("moved");
  invited = $state<Invited>("friend");
  private readonly edited = new SvelteMap<string, string>();

  constructor(
    private readonly stored: Used,
    private readonly signedIn: Pick<SignedIn, "current">,
  ) {}

  /** Whether someone was followed, after which there is something to tell. */
  readonly hasFollowed = $derived.by(() => {
    const { queue } = this.stored;
    return queue !== null && queue.following + queue.requested > 0;
  });
  readonly language = $derived(this.chosen ?? locale.language);
  readonly direction = $derived(directionOf(this.language));
  readonly addresses = $derived.by(() =>
    ownAddresses(this.signedIn.current, this.stored.join, this.stored.queue?.accounts ?? []),
  );
  /** The host of the own Mastodon server, where one is known. */
  readonly server = $derived(serverOf(this.addresses));
  /** Where a post can be made. */
  readonly places = $derived.by(() => {
    const isOnBluesky =
      this.addresses.bluesky !== null ||
      this.stored.queue?.accounts.some(({ network }) => network === "bluesky") === true;
    const places: readonly (Place | false)[] = [
      isOnBluesky && "bluesky",
      this.server !== null && "fediverse",
      "x",
    ];
    return places.filter((place) => place !== false);
  });
  /** The code that a post on X carries. */
  readonly code = $derived.by(() => codeOf(this.stored.join));
  private readonly translate = $derived(makeTranslate(this.language));
  private readonly named = $derived.by(() => {
    const { bluesky, fediverse } = this.addresses;
    const known = [bluesky, fediverse].filter((address) => address !== null);
    return known.length > 0 ? known : ["Bluesky"];
  });
  /** What the picture shows. */
  readonly words = $derived.by((): PictureWords => {
    const { language, direction } = this;
    return {
      title: "#eXit",
      sentence: this.say("exit.picture_words"),
      addresses: this.named,
      language,
      direction,
    };
  });
  /** What the picture shows, for people who do not see it. */
  readonly description = $derived(this.say("exit.picture_alt", { addresses: this.list() }));

  chooseVariant(name: string): void {
    this.variant = VARIANTS.find((one) => one === name) ?? this.variant;
  }

  chooseInvited(name: string): void {
    this.invited = INVITED.find((one) => one === name) ?? this.invited;
  }

  chooseLanguage(language: Language): void {
    this.chosen = language;
  }

  /** Return the text of the post for a network, as the person has left it. */
  post(place: Place): string {
    return this.edited.get(this.keyOf(place)) ?? this.suggestion(place);
  }

  /** Store what the person made of it, for this language and kind. */
  setPost(place: Place, text: string): void {
    this.edited.set(this.keyOf(place), text);
  }

  /** Return the invitation, as the person has left it. */
  invitation(): string {
    const text = this.edited.get(this.inviteKey());
    return text ?? this.say(INVITATIONS[this.invited], { addresses: this.list() });
  }

  setInvitation(text: string): void {
    this.edited.set(this.inviteKey(), text);
  }

  private suggestion(place: Place): string {
    const name = this.stored.archive?.account.screen_name;
    const values =
      place === "x" ? { address: this.list() } : { known: name ? "yes" : "no", name: name ?? "" };
    return this.say(SENTENCES[place === "x" ? "x" : "there"][this.variant], values);
  }

  private say(key: Key, values: Readonly<Record<string, string>> = {}): string {
    const text = withoutIsolates(this.translate(key, values));
    return this.direction === "rtl" ? text.replace(ADDRESS_SIGN, "\u200E@") : text;
  }

  private list(): string {
    return new Intl.ListFormat(languageOf(this.language), { type: "conjunction" }).format(this.named);
  }

  private keyOf(place: Place): string {
    return `${place} ${this.variant} ${this.language}`;
  }

  private inviteKey(): string {
    return `${this.invited} ${this.language}`;
  }
}
