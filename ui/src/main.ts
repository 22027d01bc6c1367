// The page begins here.
import "@fontsource-variable/inter";
import "@fontsource/jetbrains-mono/latin-400.css";
import "@fontsource/jetbrains-mono/latin-ext-400.css";
import { mount } from "svelte";
import App from "./App.svelte";
import "./components/overlays.css";
import { attempt } from "./lib/errors.svelte";
import { begin } from "./lib/session.svelte";
import { trySample } from "./steps/Start/sample";
import "./styles/base.css";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
const wantsSample = await attempt(begin);
mount(App, { target });
if (wantsSample) void trySample();
