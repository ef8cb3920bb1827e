// Which rows of a long list are in the page: those in sight, some around them, and the one that has the focus.
import { createSubscriber } from "svelte/reactivity";
import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  type Range,
  type VirtualItem,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";

/** Lists of so many rows are in the page whole: the browser's own find and a screen reader's cursor reach every row. */
export const WHOLE = 60;
const OVERSCAN = 8; // rows beyond each edge, so that Tab and the wheel find the next ones there

/** The rows as the list knows them. */
export interface Rows {
  readonly count: number;
  /** The permanent key of a row: its height and its place in the page go with it. */
  readonly keyOf: (index: number) => string;
  /** Its height in pixels before it was measured. */
  readonly estimate: (index: number) => number;
  /** Whether these are the first rows of a longer list that is still being read: then none is made out of sight. */
  readonly isBeginning?: boolean;
}

/** One row of the page: `start` in pixels from the top of the list. */
export interface PlacedRow {
  readonly key: string;
  readonly index: number;
  readonly start: number;
}

interface Layout {
  readonly placed: readonly PlacedRow[];
  readonly height: number;
}

export class RowWindow {
  private margin = $state(0); // pixels from the top of the document to the list
  private focused: string | null = null;
  private notify = (): void => undefined;
  private readonly virtualizer: Virtualizer<Window, HTMLElement>;
  // The virtualizer is no rune: what reads `layout` is told of its changes this way.
  private readonly subscribe = createSubscriber((update) => {
    this.notify = update;
    return this.virtualizer._didMount();
  });

  /** Made while a component is. `rows` is read again whenever what it reads changes. */
  constructor(private readonly rows: () => Rows) {
    this.virtualizer = new Virtualizer<Window, HTMLElement>(this.options(rows()));
    $effect(() => {
      if (this.layout.height > 0) this.virtualizer._willUpdate(); // scrolling that waited for the list's height
    });
  }

  private readonly layout: Layout = $derived.by(() => {
    this.subscribe();
    this.virtualizer.setOptions(this.options(this.rows()));
    const placed = this.virtualizer.getVirtualItems().map((item) => this.place(item));
    return { placed, height: this.virtualizer.getTotalSize() };
  });
  /** The rows to have in the page, in the order of the list. */
  readonly placed: readonly PlacedRow[] = $derived(this.layout.placed);
  /** The height of the whole list in pixels. */
  readonly height: number = $derived(this.layout.height);

  /** Attach to the list: notes where it begins, and which row has the focus. */
  readonly list = (list: HTMLElement): (() => void) => {
    const place = (): void => {
      this.margin = Math.round(list.getBoundingClientRect().top + window.scrollY);
    };
    const note = ({ target }: FocusEvent): void => {
      this.focused = (target as Element).closest<HTMLElement>("[data-key]")?.dataset.key ?? null;
    };
    const observer = new ResizeObserver(place); // what stands above the list grows and shrinks
    observer.observe(document.body);
    list.addEventListener("focusin", note);
    return () => {
      observer.disconnect();
      list.removeEventListener("focusin", note);
    };
  };

  /** Attach to a row, which bears `data-key` and `data-index`: its height is measured, now and when it changes. */
  readonly row = (row: HTMLElement): void => {
    this.virtualizer.measureElement(row);
  };

  private place({ key, index, start }: VirtualItem): PlacedRow {
    return { key: String(key), index, start: start - this.margin };
  }

  private options({ count, keyOf, estimate, isBeginning = false }: Rows) {
    return {
      count,
      getItemKey: keyOf,
      estimateSize: estimate,
      overscan: isBeginning ? 0 : OVERSCAN,
      scrollMargin: this.margin,
      initialRect: { width: window.innerWidth, height: window.innerHeight },
      initialOffset: () => window.scrollY,
      getScrollElement: () => window,
      scrollToFn: windowScroll,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      rangeExtractor: (range: Range) => this.indexesOf(range, keyOf, isBeginning),
      onChange: () => {
        this.notify();
      },
    };
  }

  private indexesOf(range: Range, keyOf: Rows["keyOf"], isBeginning: boolean): number[] {
    if (range.count <= WHOLE && !isBeginning) return [...Array(range.count).keys()];
    const near = defaultRangeExtractor(range);
    if (this.focused === null) return near;
    for (let index = 0; index < range.count; index++)
      if (keyOf(index) === this.focused)
        return near.includes(index) ? near : [...near, index].sort((a, b) => a - b);
    return near;
  }
}
