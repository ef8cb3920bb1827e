// Bodies of requests and answers, as the servers of both networks speak them. Pure.
import type { Call, Reply } from "./records";

type Body = Required<Pick<Call, "headers" | "body">>;

/** Return a JSON body and its header. */
export function json(value: unknown): Body {
  return encoded("application/json", JSON.stringify(value));
}

/** Return a form's body and its header: a "simple" request of CORS, which needs no permission of the server. */
export function form(fields: Readonly<Record<string, string>>): Body {
  return encoded("application/x-www-form-urlencoded", new URLSearchParams(fields).toString());
}

/** Return the header of a bearer token (RFC 6750). */
export function bearer(token: string | undefined): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Return the JSON value in an answer, or null. */
export function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(reply.body));
  } catch {
    return null;
  }
}

/** Return a field that is a text, or null. */
export function textField(value: unknown, name: string): string | null {
  const field: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
  return typeof field === "string" ? field : null;
}

/** Return the name of the error in an answer, as both XRPC and OAuth (RFC 6749, section 5.2) give it; "" without one. */
export function errorName(reply: Reply): string {
  return textField(parsed(reply), "error") ?? "";
}

function encoded(type: string, text: string): Body {
  return { headers: { "content-type": type }, body: new TextEncoder().encode(text) };
}
