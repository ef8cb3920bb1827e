// What the person chose and ticked on the page about leaving X, kept in the settings and the same in every open page.
import { leaving, onLeaving, storeLeaving } from "../settings";
import { type Leaving, parseLeaving, type StepId, ticked, type Way } from "./leave";

// Pages read, change and store one after another: of two at once, one would undo the other.
const inTurn = (task: () => Promise<void>) => navigator.locks.request("leaving", task);

type Change = (before: Leaving) => Leaving;

export class Leave {
  private stored = $state.raw<Leaving>(parseLeaving(null));
  // Made here and not yet stored: what another page stores meanwhile, or this one has stored before, takes none of it back.
  private changes = $state.raw<readonly Change[]>([]);
  isLoaded = $state(false);
  readonly current: Leaving = $derived(this.changes.reduce((before, make) => make(before), this.stored));

  /** Read what is stored, and follow its changes; returns the function that stops this. */
  start(): () => void {
    const stop = onLeaving((stored) => (this.stored = parseLeaving(stored)));
    void inTurn(async () => {
      this.stored = parseLeaving(await leaving());
      this.isLoaded = true;
    });
    return stop;
  }

  async choose(way: Way): Promise<void> {
    await this.change((before) => ({ ...before, way }));
  }

  async tick(step: StepId, isDone: boolean): Promise<void> {
    await this.change((before) => ticked(before, step, isDone));
  }

  private async change(make: Change): Promise<void> {
    this.changes = [...this.changes, make];
    await inTurn(() => this.store(make));
  }

  // As it is stored now: another page may have ticked something else.
  private async store(make: Change): Promise<void> {
    try {
      const changed = make(parseLeaving(await leaving()));
      await storeLeaving(changed);
      this.stored = changed;
    } finally {
      this.changes = this.changes.filter((one) => one !== make);
    }
  }
}
