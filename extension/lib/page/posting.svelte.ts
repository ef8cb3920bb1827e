// The post that Passerelle sends for the person, once they have read what is asked for and pressed.
import { askToSendPost } from "../data-consent";
import type { Engine } from "../engine/client";
import { type Failure, failureOf } from "../engine/failures";
import type { PostView } from "../messages/messages.gen";
import type { Account, SessionNetwork } from "../sessions";
import { ask } from "./background";
import type { SignedIn } from "./account.svelte";
import type { Exit } from "./exit.svelte";
import { HEIGHT, WIDTH } from "./exit-picture";
import { canShowServerPage } from "./platform";
import type { Stored } from "./stored.svelte";

const PICTURE = "exit.png";

/** What posting uses of the page; tests hand in their own. */
export interface PostingParts {
  readonly engine: Pick<Engine, "call">;
  readonly stored: Pick<Stored, "posts">;
  readonly signedIn: Pick<SignedIn, "current">;
  readonly exit: Pick<Exit, "post" | "setPost" | "language" | "description">;
  /** Returns the picture as PNG. */
  readonly makePicture: () => Promise<Blob>;
  readonly askBackground?: typeof ask;
  readonly askConsent?: () => Promise<boolean>;
  readonly hasServerPage?: () => boolean;
}

export class Posting {
  /** What is under way, by network. */
  busy = $state<Readonly<Partial<Record<SessionNetwork, true>>>>({});
  /** Why the last press did not succeed, by network, on this page. */
  private failed = $state.raw<Readonly<Partial<Record<SessionNetwork, Failure>>>>({});

  constructor(private readonly parts: PostingParts) {}

  /** Return the post that is prepared, under way or posted; null where there is none. */
  view(network: SessionNetwork): PostView | null {
    return this.parts.stored.posts[network];
  }

  /** Return the account that would post; null where none can. */
  account(network: SessionNetwork): Account | null {
    const account = this.parts.signedIn.current[network];
    if (account === null || account.expired) return null;
    const hasPage = (this.parts.hasServerPage ?? canShowServerPage)();
    return hasPage || account.kind === "app-password" ? account : null;
  }

  /** Return why the last step did not succeed, also where that was before this page opened. */
  failureOf(network: SessionNetwork): Failure | null {
    return this.failed[network] ?? this.view(network)?.error ?? null;
  }

  /** Store the text as it stands, with the picture, have the server asked, and send it. */
  async post(network: SessionNetwork): Promise<void> {
    const account = this.account(network);
    if (account === null) return;
    const { engine, exit, makePicture, askConsent = askToSendPost } = this.parts;
    const consent = askConsent(); // within the click
    await this.run(network, async () => {
      if (!(await consent))
        throw Object.assign(new Error("The browser may not send the post."), {
          code: "post_consent_refused",
          params: {},
        });
      const file = new File([await makePicture()], PICTURE, { type: "image/png" });
      const { language, description: alt } = exit;
      const text = exit.post(network).trim();
      const fields = { network, account: account.id, text, language, alt, width: WIDTH, height: HEIGHT };
      await engine.call("post.prepare", { ...fields, names: [PICTURE] }, [file]);
      await this.allow(account.id);
    });
  }

  /** Go on with the post as it is stored: the server is asked again where it has to be. */
  async again(network: SessionNetwork): Promise<void> {
    const view = this.view(network);
    if (view) await this.run(network, () => this.allow(view.account));
  }

  /** Delete what is stored of the post; its text stays to be changed, unless it was posted. */
  async close(network: SessionNetwork): Promise<void> {
    const view = this.view(network);
    await this.run(network, async () => {
      await this.parts.engine.call("post.close", { network });
      if (view && view.state !== "posted") this.parts.exit.setPost(network, view.text);
    });
  }

  private async allow(account: string): Promise<void> {
    await (this.parts.askBackground ?? ask)({ type: "post.allow", account });
  }

  private async run(network: SessionNetwork, work: () => Promise<unknown>): Promise<void> {
    if (this.busy[network]) return;
    this.busy = { ...this.busy, [network]: true };
    this.failed = without(this.failed, network);
    try {
      await work();
    } catch (error) {
      this.failed = { ...this.failed, [network]: failureOf(error) };
    } finally {
      this.busy = without(this.busy, network);
    }
  }
}

function without<T>(record: Readonly<Partial<Record<SessionNetwork, T>>>, network: SessionNetwork) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== network)) as Partial<
    Record<SessionNetwork, T>
  >;
}
