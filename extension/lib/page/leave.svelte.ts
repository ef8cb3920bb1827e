// What the person chose and ticked on the page about leaving X, kept in the settings and the same in every open page.
import { leaving, onLeaving, storeLeaving } from "../settings";
import { type Leaving, parseLeaving, type StepId, ticked, type Way } from "./leave";

export class Leave {
  current = $state.raw<Leaving>(parseLeaving(null));
  isLoaded = $state(false);

  /** Read what is stored, and follow its changes; returns the function that stops this. */
  start(): () => void {
    const stop = onLeaving((stored) => (this.current = parseLeaving(stored)));
    void leaving().then((stored) => {
      this.current = parseLeaving(stored);
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

  private async change(make: (before: Leaving) => Leaving): Promise<void> {
    this.current = make(this.current);
    await storeLeaving(this.current);
  }
}
