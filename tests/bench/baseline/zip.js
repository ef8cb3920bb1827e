// An archive read as a JavaScript program would: zip.js, as it comes, unpacks the data files in workers of its own, and
// JSON.parse reads each of them whole.
import "./memories.js";
import { BlobReader, TextWriter, ZipReader } from "/zip.js/index.min.js";

const DATA = /^data\/(?:account|following|follower|block|mute|tweets)\.js$/;

onmessage = async ({ data: { files } }) => {
  const reader = new ZipReader(new BlobReader(files[0]));
  const read = new Map();
  for (const entry of await reader.getEntries()) {
    if (DATA.test(entry.filename))
      read.set(entry.filename, await rowsOf(entry));
  }
  await reader.close();
  const names = namesIn(read).size;
  postMessage({
    tweets: read.get("data/tweets.js").length,
    names,
    memory: memoryBytes(),
  });
};

async function rowsOf(entry) {
  const text = await entry.getData(new TextWriter());
  return JSON.parse(text.slice(text.indexOf("=") + 1));
}

function namesIn(read) {
  const people = ["following", "follower"].flatMap((kind) =>
    read.get(`data/${kind}.js`).map((row) => row[kind]),
  );
  const wanted = new Set(people.map(({ accountId }) => accountId));
  const names = new Map();
  for (const { tweet } of read.get("data/tweets.js")) {
    for (const { id_str, screen_name } of tweet.entities.user_mentions) {
      if (wanted.has(id_str)) names.set(id_str, screen_name);
    }
  }
  return names;
}
