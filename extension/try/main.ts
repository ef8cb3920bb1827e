// Starts the web page: the core without an extension, which reads an archive and keeps nothing.
import { mount } from "svelte";
import "../components/style.css";
import { followHash } from "./language";
import Try from "./Try.svelte";

followHash();
mount(Try, { target: document.body });
