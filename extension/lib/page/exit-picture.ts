// The picture beside the post: words on blue with a footbridge, as SVG, and as PNG. Made here, with the fonts of this computer.

/** Its size in pixels: 16 to 9, which each network shows uncut. */
export const WIDTH = 1200;
export const HEIGHT = 675;

export interface PictureWords {
  readonly title: string;
  readonly sentence: string;
  /** Written from left to right in every language. */
  readonly addresses: readonly string[];
  /** BCP 47 */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
}

/** Returns the width of a text in pixels, set in `FONT` at a size and weight. */
export type Measure = (text: string, size: number, weight: number) => number;

const FONT = "system-ui, 'Noto Sans', 'Segoe UI', sans-serif";
const MARGIN = 80;
const ROOM = { width: WIDTH - 2 * MARGIN, height: 400 }; // for words, above the bridge
const LINE_HEIGHT = 1.3;
const GAP = 0.45; // after a block, in parts of its size
const STEP = 0.95; // how much smaller words become until they fit
const SMALLEST = 0.2;
const INK = { back: "#12486b", text: "#ffffff", light: "#8fd3f4" } as const;

interface Block {
  readonly text: string;
  readonly size: number;
  readonly weight: number;
  readonly colour: string;
  /** Latin words, written from left to right in every language. */
  readonly isLatin: boolean;
}
/** One line as it is drawn; `y`: of its base line. */
export interface Line extends Block {
  readonly y: number;
}

/** Return the lines of the picture: as large as they fit, none wider or lower than its room. */
export function layOut(words: PictureWords, measure: Measure): readonly Line[] {
  for (let scale = 1; scale > SMALLEST; scale *= STEP) {
    const lines = stack(blocksOf(words, scale), words.language, measure);
    if (heightOf(lines) <= ROOM.height) return lines;
  }
  return stack(blocksOf(words, SMALLEST), words.language, measure).filter(
    ({ y }) => y <= MARGIN + ROOM.height,
  );
}

function blocksOf({ title, sentence, addresses }: PictureWords, scale: number): Block[] {
  const block = (text: string, size: number, weight: number, colour: string, isLatin: boolean) => ({
    text,
    size: size * scale,
    weight,
    colour,
    isLatin,
  });
  return [
    block(title, 112, 800, INK.text, true),
    block(sentence, 56, 500, INK.text, false),
    ...addresses.map((address) => block(address, 56, 700, INK.light, true)),
  ];
}

function stack(blocks: readonly Block[], language: string, measure: Measure): Line[] {
  let y = MARGIN;
  return blocks.flatMap((block) => {
    const { size, weight } = block;
    const texts = wrap(block.text, language, ROOM.width, (text) => measure(text, size, weight));
    const lines = texts.map((text) => ({ ...block, text, y: (y += size * LINE_HEIGHT) }));
    y += size * GAP;
    return lines;
  });
}

function heightOf(lines: readonly Line[]): number {
  return (lines.at(-1)?.y ?? 0) - MARGIN;
}

/** Return a text in lines no wider than `width`: broken between words, and within a word that is wider than a line. */
export function wrap(
  text: string,
  language: string,
  width: number,
  widthOf: (text: string) => number,
): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of piecesOf(text, language, (one) => widthOf(one) > width)) {
    if (line !== "" && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line.trim());
      line = "";
    }
    line += piece;
  }
  return [...lines, line.trim()].filter((one) => one !== "");
}

// Words with the blanks and marks after them; graphemes of what is wider than a line.
function piecesOf(text: string, language: string, isTooWide: (piece: string) => boolean): string[] {
  const words = new Intl.Segmenter(language, { granularity: "word" });
  const pieces: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    const last = pieces.at(-1);
    const opens = /^[\p{Ps}\p{Pi}@#]+$/u.test(last ?? "");
    if (last !== undefined && (opens || (!isWordLike && !/^[\p{Ps}\p{Pi}@#]$/u.test(segment))))
      pieces[pieces.length - 1] = last + segment;
    else pieces.push(segment);
  }
  const graphemes = new Intl.Segmenter(language, { granularity: "grapheme" });
  return pieces.flatMap((piece) =>
    isTooWide(piece.trimEnd()) ? [...graphemes.segment(piece)].map(({ segment }) => segment) : [piece],
  );
}

// The drawing of the logo, on a grid of 128: public/icon/passerelle.svg.
const BRIDGE =
  `<g fill="none" stroke="${INK.text}" stroke-width="9" stroke-linecap="round"><path d="M18 82H110"/>` +
  `<path d="M26 82C40 24 88 24 102 82"/></g><g fill="none" stroke="${INK.light}" stroke-width="6" stroke-linecap="round">` +
  `<path d="M45 76V54M64 76V44M83 76V54"/><path d="M22 102c7 0 7-6 14-6s7 6 14 6 7-6 14-6 7 6 14 6 7-6 14-6 7 6 14 6"/></g>`;
const BRIDGE_SIZE = 150;
const BRIDGE_TOP = 500;

/** Return the picture as SVG. */
export function makeSvg(words: PictureWords, measure: Measure): string {
  const isRtl = words.direction === "rtl";
  const bridgeX = isRtl ? MARGIN - 20 : WIDTH - MARGIN - BRIDGE_SIZE + 20;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `lang="${escapeXml(words.language)}" font-family="${FONT}"><rect width="${WIDTH}" height="${HEIGHT}" fill="${INK.back}"/>` +
    layOut(words, measure)
      .map((line) => drawLine(line, isRtl))
      .join("") +
    `<g transform="translate(${bridgeX} ${BRIDGE_TOP}) scale(${BRIDGE_SIZE / 128})">${BRIDGE}</g></svg>`
  );
}

// A line from right to left starts at the right; Latin words stand at the right, too, and read from the left.
function drawLine({ text, size, weight, colour, isLatin, y }: Line, isRtl: boolean): string {
  const x = isRtl ? WIDTH - MARGIN : MARGIN;
  const way = isRtl && !isLatin ? `direction="rtl"` : `direction="ltr"`;
  const anchor = isRtl && isLatin ? "end" : "start";
  return (
    `<text x="${x}" y="${y.toFixed(1)}" font-size="${size.toFixed(1)}" font-weight="${weight}" fill="${colour}" ` +
    `${way} text-anchor="${anchor}">${escapeXml(text)}</text>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one);
}

/** Return how a canvas of this page measures text. */
export function makeMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  return (text, size, weight) => {
    if (!context) return text.length * size; // wider than any font draws it
    context.font = `${weight} ${size}px ${FONT}`;
    return context.measureText(text).width;
  };
}

/** Return an SVG of WIDTH to HEIGHT as PNG. Rejects where the browser cannot draw it. */
export async function makePng(svg: string): Promise<Blob> {
  const image = new Image(WIDTH, HEIGHT);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The browser made no PNG of the picture."));
    }, "image/png");
  });
}
