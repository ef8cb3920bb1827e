// Starts the popup page.
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.querySelector("#popup");
if (target) mount(App, { target });
