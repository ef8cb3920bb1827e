// The question before a follow from x.com, where X's page cannot lay anything over it.
import { mount } from "svelte";
import Confirm from "../../components/Confirm.svelte";
import "../../components/style.css";

mount(Confirm, { target: document.body });
