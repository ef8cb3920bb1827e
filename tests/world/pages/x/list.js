// One's own Following or Followers page, filled part by part from /i/api/graphql as one scrolls: as X's classic client does.
import { makeCell, makeRow } from "./classic.js";
import { makeFrame } from "./classic-pages.js";
import { h } from "./dom.js";

const ROWS = 40; // rows kept in the page, as in X's virtual lists
const NEAR = 600; // px before the end at which the next part is asked for
const PATH = "/i/api/graphql/inventedinventedinv-_0";

/** Ask by XMLHttpRequest, as the classic client does. */
function askByXhr(operation, variables) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(
      "GET",
      `${PATH}/${operation}?variables=${encodeURIComponent(JSON.stringify(variables))}`,
    );
    request.onload = () => resolve(JSON.parse(request.responseText));
    request.onerror = reject;
    request.send();
  });
}

/** Ask by fetch and POST, as X does for lists since 2026. */
async function askByFetch(operation, variables) {
  const answer = await fetch(`${PATH}/${operation}`, {
    method: "POST",
    body: JSON.stringify({ variables }),
  });
  return answer.json();
}

/** Draw `owner`'s list: "following" is asked for by XMLHttpRequest, "followers" by fetch. */
export function drawList(owner, kind) {
  const [operation, ask] =
    kind === "followers" ? ["Followers", askByFetch] : ["Following", askByXhr];
  const column = h("div", { class: "timeline" });
  const main = makeFrame(h("h2", {}, operation), column);
  let cursor = null;
  let isBusy = false;

  async function more() {
    if (
      isBusy ||
      cursor === "" ||
      document.documentElement.scrollHeight - innerHeight - scrollY > NEAR
    )
      return;
    isBusy = true;
    const answer = await ask(operation, { screen_name: owner, cursor });
    const entries =
      answer.data.user.result.timeline.timeline.instructions.at(-1).entries;
    cursor = entries.find(({ entryId }) => entryId.startsWith("cursor-bottom"))
      .content.value;
    if (cursor.startsWith("0|")) cursor = "";
    for (const { content } of entries)
      if (content.itemContent) add(content.itemContent.user_results.result);
    isBusy = false;
    more();
  }

  // Rows far above are taken out of the page, and their height is kept.
  function add({ rest_id, core, profile_bio }) {
    const person = {
      rest_id,
      ...core,
      display_name: core.name,
      bio: profile_bio.description,
    };
    const row = makeRow(makeCell(person));
    row.style.cssText = "height: 72px; overflow: hidden";
    column.append(row);
    if (column.children.length <= ROWS) return;
    column.firstChild.remove();
    column.style.paddingTop = `${(parseInt(column.style.paddingTop) || 0) + 72}px`;
  }

  main.dataset.list = kind;
  addEventListener("scroll", more, { passive: true });
  askByXhr("UserByScreenName", { screen_name: owner }).then(more);
}
