// Which hosts may be contacted: public DNS names only, never an address in numbers or a name of a local network. Pure.
//
// As core/passerelle/hosts.py; vectors in tests/data/vectors/hosts-allowed.json.

const MAX_HOST = 253; // characters: RFC 1035, section 2.3.4

// Two labels at least; the last begins with a letter, which excludes IPv4 in every form, and brackets exclude IPv6.
const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

// Last labels that never lead to a public server (sources in hosts.py).
const LOCAL: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "corp",
  "domain",
  "example",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "mail",
  "onion",
  "private",
  "test",
]);

/** Return whether a text is a DNS name of two labels at least, in lower case and ASCII; it may be a local one. */
export function isHostName(text: string): boolean {
  return NAME.test(text);
}

/** Return whether a host, in lower case and ASCII as `URL.hostname` has it, is a public DNS name. */
export function isPublicHost(host: string): boolean {
  const tld = host.length <= MAX_HOST ? NAME.exec(host)?.[1] : undefined;
  return tld !== undefined && !LOCAL.has(tld);
}

/** Return the host of an https URL, if that is a public DNS name without port, user or password; else null. */
export function publicHost(url: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isBare = parsed?.protocol === "https:" && !parsed.port && !parsed.username && !parsed.password;
  return isBare && isPublicHost(parsed.hostname) ? parsed.hostname : null;
}
