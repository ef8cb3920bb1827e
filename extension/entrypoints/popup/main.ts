// Starts the popup page: the same components in popup and tab, told only where they are.
import { mount } from "svelte";
import Passerelle from "../../components/Passerelle.svelte";
import "../../components/style.css";
import { page } from "../../lib/page/page.svelte";

await page.start("popup");
mount(Passerelle, { target: document.body });
void page.rouse();
