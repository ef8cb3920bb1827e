// Following from one's own server, without signing in: opened by a badge's card or a row of the list.
import { mount } from "svelte";
import FromServer from "../../components/FromServer.svelte";
import "../../components/style.css";
import { locale } from "../../lib/i18n/i18n.svelte";
import { language } from "../../lib/settings";

locale.setting = await language();
document.documentElement.lang = locale.language;
document.documentElement.dir = locale.direction;
mount(FromServer, { target: document.body });
