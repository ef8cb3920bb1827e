// App passwords as Bluesky's servers make them: four groups of four. Pure.
// https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/account-manager/helpers/password.ts

const APP_PASSWORD = /^[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$/;
const AROUND = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu; // blanks and invisible marks, as copying often adds them

/** Return whether a text is an app password, without anything around it. */
export function isAppPassword(text: string): boolean {
  return APP_PASSWORD.test(text);
}

/** Return the app password in a text that has blanks around it; another password comes back as typed, blanks included. */
export function parsePassword(text: string): string {
  const trimmed = text.replace(AROUND, "");
  return isAppPassword(trimmed) ? trimmed : text;
}
