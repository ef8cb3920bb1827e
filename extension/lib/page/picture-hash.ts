// Whether two pictures look alike: difference hash (dHash), which survives other sizes, compression and small changes.
// N. Krawetz, Kind of Like That, 2013: https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html

/** The size to which a picture is reduced: each of 8 rows gives 8 comparisons of neighbours. */
export const WIDTH = 9;
export const HEIGHT = 8;
/** Bits in which alike pictures may differ, of 64, as the source above found. */
export const MOST_DIFFERENT = 10;
// A picture whose neighbours are this equal, of 255, has no pattern: all such pictures would be alike. By hand.
const FLAT = 2;
const LEAST_STEPS = 8; // of 64 comparisons that must be of more than FLAT; by hand

/** Return the hash of a picture in WIDTH × HEIGHT grey values; null for one without a pattern. */
export function differenceHash(grey: readonly number[]): boolean[] | null {
  const steps = grey.flatMap((value, at) => (at % WIDTH === WIDTH - 1 ? [] : [(grey[at + 1] ?? 0) - value]));
  const clear = steps.filter((step) => Math.abs(step) > FLAT);
  return clear.length < LEAST_STEPS ? null : steps.map((step) => step > 0);
}

/** Return whether two hashes are of pictures that look alike. */
export function areAlike(one: readonly boolean[], other: readonly boolean[]): boolean {
  return one.filter((bit, at) => bit !== other[at]).length <= MOST_DIFFERENT;
}

/** Return the grey values of RGBA pixels. ITU-R BT.601: https://www.itu.int/rec/R-REC-BT.601 */
export function toGrey(pixels: ArrayLike<number>): number[] {
  return Array.from({ length: pixels.length / 4 }, (_, at) => {
    const [red, green, blue] = [pixels[4 * at] ?? 0, pixels[4 * at + 1] ?? 0, pixels[4 * at + 2] ?? 0];
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

/** Return the hash of a picture in a data: URL; null where it cannot be drawn, or has no pattern. */
export async function hashPicture(url: string): Promise<boolean[] | null> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null; // not a picture after all
  }
  const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, WIDTH, HEIGHT);
  return differenceHash(toGrey(context.getImageData(0, 0, WIDTH, HEIGHT).data));
}
