// Who stands on an X page: the records that both clients' adapters give, and how people are looked for in a page.

export type Surface = "tweet" | "quote" | "reposter" | "profile" | "cell" | "hover";

/** One person in one place of the page. A badge belongs right behind `anchor`, the element that shows the @name. */
export interface Person {
  readonly surface: Surface;
  readonly screenName: string;
  /** X's permanent id, where the page has it. */
  readonly restId: string | null;
  readonly anchor: Element;
}

/** How one of X's two clients shows people. */
export interface Adapter {
  readonly client: "classic" | "new";
  /** Selects blocks: elements that name one person each, or none. */
  readonly blocks: string;
  /** Attributes that, when changed, can change which person a block names. */
  readonly attributes: readonly string[];
  isHere(document: Document): boolean;
  /** Return the person whom a block names now; null when that is not certain. `path` is the page's, null when unknown. */
  read(block: Element, path: string | null): Person | null;
}

export interface Found {
  readonly block: Element;
  readonly person: Person;
}

/** Return the blocks that a changed part of the page holds or lies in. */
export function blocksAround(root: Element, adapter: Adapter): Element[] {
  const around = root.closest(adapter.blocks);
  const inside = [...root.querySelectorAll(adapter.blocks)];
  return around ? [around, ...inside] : inside;
}

/** Return everybody in `root`, in the order of the page. */
export function findPeople(root: Element, adapter: Adapter, path: string | null): Found[] {
  return blocksAround(root, adapter).flatMap((block) => {
    const person = adapter.read(block, path);
    return person ? [{ block, person }] : [];
  });
}
