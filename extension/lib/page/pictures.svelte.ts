// The pictures of the accounts that are compared: loaded only while the person has switched them on, and kept by this page.
import { SvelteMap } from "svelte/reactivity";
import type { Engine } from "../engine/client";
import type { GuessView, PicturesView } from "../messages/messages.gen";
import { arePicturesOn, setPicturesOn } from "../settings";
import type { Failures } from "./failures.svelte";
import { areAlike, hashPicture } from "./picture-hash";

type Proposed = GuessView["accounts"][number];

export class Pictures {
  private readonly loaded = new SvelteMap<string, PicturesView | null>();
  /** Whether the person has switched pictures on: they stay so until they are switched off. */
  isOn = $state(false);
  private chosen: boolean | null = null; // on this page

  constructor(
    private readonly engine: Pick<Engine, "call">,
    private readonly failures: Failures,
  ) {
    void arePicturesOn().then((isOn) => (this.isOn = this.chosen ?? isOn));
  }

  async switch(isOn: boolean): Promise<void> {
    this.isOn = this.chosen = isOn;
    await setPicturesOn(isOn);
  }

  /** Return the pictures of a guess; null while they are loaded, or are not to be. */
  of(guess: GuessView, account: Proposed): PicturesView | null {
    return this.isOn ? (this.loaded.get(keyOf(guess, account)) ?? null) : null;
  }

  /** Load the pictures of a guess, once, and store whether they look alike; nothing while they are switched off. */
  async load(guess: GuessView, account: Proposed): Promise<void> {
    const key = keyOf(guess, account);
    if (!this.isOn || this.loaded.has(key)) return;
    this.loaded.set(key, null);
    const { rest_id } = guess;
    const fields = { rest_id, network: account.network, address: account.address };
    const found = await this.failures.guardUnasked(() => this.engine.call("pictures.load", fields));
    if (!found) return void this.loaded.delete(key);
    this.loaded.set(key, found);
    const is_alike = await compare(found);
    if (is_alike !== null)
      await this.failures.guardUnasked(() => this.engine.call("pictures.compare", { ...fields, is_alike }));
  }
}

// Null where one of the two is missing, or has nothing to compare.
async function compare({ on_x, account }: PicturesView): Promise<boolean | null> {
  if (!on_x || !account) return null;
  const [one, other] = await Promise.all([hashPicture(on_x), hashPicture(account)]);
  return one && other && areAlike(one, other);
}

function keyOf({ rest_id }: GuessView, { network, address }: Proposed): string {
  return `${rest_id} ${network} ${address}`;
}
