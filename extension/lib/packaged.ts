// Files of the extension's own package (or, for the page that reads an archive, of its own server).

/** Return a file of this origin: nothing leaves for another one. Throws for any other address. */
export async function packagedFile(path: string): Promise<Response> {
  const url = new URL(path, location.href);
  // Not `origin`: that of an extension's address is "null" where only the standard counts.
  if (url.protocol !== location.protocol || url.host !== location.host)
    throw new Error(`${path} is no file of this package.`);
  return fetch(url);
}
