// Whether a page of X that shows people can still be read: X moves its parts without a word (docs/x-pages.md).
import { chooseAdapter } from "./adapters";
import { findPeople } from "./people";
import { PICTURE_LINK } from "./selectors";

const LOOK = 5_000; // ms; a page is settled when two looks find the same
const ENOUGH = 5; // pictures that lead to profiles

/** Report once per page of X, when it has settled, whether people can be read from it. Returns a function that stops it. */
export function watchHealth(document: Document, report: (isReadable: boolean) => void): () => void {
  let path = "";
  let isSettled = false;
  let pictures = 0;
  const timer = setInterval(() => {
    if (document.hidden) return;
    if (location.pathname !== path) [path, isSettled, pictures] = [location.pathname, false, 0];
    if (isSettled) return;
    const count = document.querySelectorAll(PICTURE_LINK).length;
    isSettled = count >= ENOUGH && count === pictures;
    pictures = count;
    if (isSettled) report(isReadable(document));
  }, LOOK);
  return () => {
    clearInterval(timer);
  };
}

function isReadable(document: Document): boolean {
  const adapter = chooseAdapter(document);
  return adapter !== null && findPeople(document.body, adapter, location.pathname).length > 0;
}
