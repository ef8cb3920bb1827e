// Passerelle's registration at a Mastodon server: one app with one redirect for each server.
// https://docs.joinmastodon.org/methods/apps/
import { errorName, form, parsed, textField } from "../answers";
import { type App, type Reply, type Send, SessionError } from "../records";
import * as store from "../store";
import { softwareOf } from "./server";

const APPS = "/api/v1/apps";
export const TOKEN = "/oauth/token";

/** How Passerelle introduces itself. `redirect`: where the server's page returns to; Pixelfed takes one only. */
export interface Client {
  readonly name: string;
  readonly website: string;
  readonly redirect: string;
  /** What an app of its own is registered for; absent for signing in. */
  readonly purpose?: "post";
}

/** The server does not know the scopes that were asked for. */
export class UnknownScopes extends Error {}

/** Return the stored registration, if the server still knows it, else a new one. Throws SessionError, UnknownScopes. */
export async function registered(send: Send, server: string, client: Client, scopes: string): Promise<App> {
  const stored = await store.app(server, client.redirect, client.purpose);
  return stored?.scopes === scopes && (await isKnown(send, stored))
    ? stored
    : register(send, server, client, scopes);
}

/** Register, and store what the server gave. Throws SessionError, UnknownScopes. */
export async function register(send: Send, server: string, client: Client, scopes: string): Promise<App> {
  const { name, website, redirect } = client;
  const fields = { client_name: name, website, redirect_uris: redirect, scopes };
  const reply = await send(server, { method: "POST", path: APPS, ...form(fields) });
  const answer = reply.status < 300 ? parsed(reply) : null;
  const [clientId, clientSecret] = [textField(answer, "client_id"), textField(answer, "client_secret")];
  if (!clientId || !clientSecret) throw refusal(reply);
  const app = { server, redirect, scopes, clientId, clientSecret };
  await store.putApp(app, client.purpose);
  return app;
}

// Servers delete apps that nothing uses, and then show an error page from which nothing returns to us. So this is asked
// before the page opens; only the answer that the app is unknown counts: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
async function isKnown(send: Send, { server, scopes, clientId, clientSecret }: App): Promise<boolean> {
  const [scope = ""] = scopes.split(" ");
  const fields = {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope,
  };
  const reply = await send(server, { method: "POST", path: TOKEN, ...form(fields) });
  return errorName(reply) !== "invalid_client";
}

/** Raise instead of `error` what is known about a server that cannot register apps: it may run other software. */
export async function explainRefusal(send: Send, server: string, error: SessionError): Promise<never> {
  if (error.code !== "server_without_api" && error.code !== "server_unreachable") throw error;
  const { host } = new URL(server);
  const software = await softwareOf(send, host);
  if (software === null) throw error;
  throw new SessionError("server_software_without_api", { host, software: software.name });
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: "server_refused",
  403: "server_refused",
  429: "rate_limited",
};

function refusal(reply: Reply): Error {
  if (reply.status === 422 && /scope/i.test(errorName(reply))) return new UnknownScopes();
  const byStatus = reply.status >= 500 ? "server_error" : "server_without_api";
  return new SessionError(REFUSALS[reply.status] ?? byStatus, { host: reply.host });
}
