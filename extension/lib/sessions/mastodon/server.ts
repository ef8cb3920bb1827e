// What a person types as their Mastodon server -> the https origin of the server that has their account.
import { textField, parsed } from "../answers";
import { type Send, SessionError } from "../records";
import { isPublicHost } from "../../rules/hosts";

const AROUND = /^[\s\p{Cf}@]+|[\s\p{Cf}/]+$/gu; // blanks, invisible marks, a leading @, a trailing slash
const BLUESKY = /(?:^|\.)bsky\.(?:social|app)$/;
const PATIENCE = 10; // seconds, for a look-up that only completes what was typed

/** A server's name, and the account where the whole address was typed. */
export interface Typed {
  readonly host: string;
  readonly username: string | null;
}

/** Parse `server`, `user@server`, or the address of a page there. Throws SessionError: invalid_server, bluesky_address. */
export function parseTyped(text: string): Typed {
  const bare = text.replace(AROUND, "").toLowerCase();
  const parts = bare.includes("://") ? null : bare.split("@");
  const username = parts?.length === 2 ? (parts[0] ?? null) : null;
  const host = hostIn(parts ? parts.at(-1) : bare);
  if (host === null || (parts?.length ?? 0) > 2) throw new SessionError("invalid_server");
  if (BLUESKY.test(host)) throw new SessionError("bluesky_address");
  return { host, username };
}

function hostIn(text = ""): string | null {
  const url = text.includes("://") ? text : `https://${text}`;
  const parsedUrl = URL.canParse(url) ? new URL(url) : null;
  const isUsable = parsedUrl?.protocol === "https:" && !parsedUrl.port && !parsedUrl.password;
  return isUsable && isPublicHost(parsedUrl.hostname) ? parsedUrl.hostname : null;
}

/** Return the origin of the server that has the account: addresses may use another domain than their server. */
export async function findServer(send: Send, { host, username }: Typed): Promise<string> {
  const self = username === null ? null : await selfHost(send, host, `${username}@${host}`);
  return `https://${self ?? host}`;
}

/**
 * Return `user@domain` as the network knows the account `username` of the server at `origin`.
 *
 * Another domain counts only where its own WebFinger names this server: https://docs.joinmastodon.org/spec/webfinger/
 */
export async function canonicalAcct(send: Send, origin: string, username: string): Promise<string> {
  const { host } = new URL(origin);
  const own = `${username}@${host}`.toLowerCase();
  const subject = textField(await finger(send, host, own), "subject")
    ?.replace(/^acct:/i, "")
    .toLowerCase();
  const domain = subject?.split("@")[1];
  if (!subject || !domain || domain === host || !isPublicHost(domain)) return own;
  return (await selfHost(send, domain, subject)) === host ? subject : own;
}

/** Return the host of an account's own server, by the WebFinger of its domain; null where that says nothing usable. */
async function selfHost(send: Send, domain: string, acct: string): Promise<string | null> {
  const links: unknown = Reflect.get(Object(await finger(send, domain, acct)), "links");
  const self = (Array.isArray(links) ? (links as unknown[]) : []).find(
    (link) => textField(link, "rel") === "self",
  );
  return hostIn(textField(self, "href") ?? "");
}

/** Return the WebFinger document of an account; null without a usable answer. */
export async function finger(send: Send, domain: string, acct: string): Promise<unknown> {
  const path = `/.well-known/webfinger?${new URLSearchParams({ resource: `acct:${acct}` })}`;
  try {
    const call = { method: "GET", path, timeout: PATIENCE, mayRedirect: true };
    const reply = await send(`https://${domain}`, call);
    return reply.status === 200 ? parsed(reply) : null;
  } catch (error) {
    if (error instanceof SessionError) return null;
    throw error;
  }
}

/** Return the software of a server and the host that it says it is, by NodeInfo; null where there is none. */
export async function softwareOf(send: Send, host: string): Promise<{ name: string; host: string } | null> {
  try {
    const links = await read(send, host, "/.well-known/nodeinfo");
    const href = textField([Reflect.get(Object(links), "links")].flat().at(-1), "href") ?? "";
    const there = hostIn(href);
    if (there === null) return null;
    const document = await read(send, there, new URL(href).pathname);
    const name = textField(Reflect.get(Object(document), "software"), "name");
    return name && /^[\w.-]{1,40}$/.test(name) ? { name, host: there } : null;
  } catch (error) {
    if (error instanceof SessionError) return null;
    throw error;
  }
}

async function read(send: Send, host: string, path: string): Promise<unknown> {
  const reply = await send(`https://${host}`, { method: "GET", path, timeout: PATIENCE, mayRedirect: true });
  return reply.status === 200 ? parsed(reply) : null;
}
