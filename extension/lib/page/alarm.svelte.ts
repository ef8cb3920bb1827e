// The error that is read aloud at once, in a region that is in the page before any error is: components/Alarm.svelte.

class Alarm {
  text = $state("");
}

export const alarm = new Alarm();

/** Have `read` read aloud whenever it returns another text, for as long as the component that calls this is in the page. */
export function sayAtOnce(read: () => string): void {
  $effect(() => {
    const text = read();
    if (!text) return;
    alarm.text = text;
    return () => {
      if (alarm.text === text) alarm.text = "";
    };
  });
}
