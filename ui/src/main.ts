// The page begins here.
import "@fontsource-variable/inter";
import "@fontsource/jetbrains-mono/latin-400.css";
import "@fontsource/jetbrains-mono/latin-ext-400.css";
import { mount } from "svelte";
import App from "./App.svelte";
import "./components/overlays.css";
import { attempt } from "./lib/errors.svelte";
import { platform } from "./lib/platform/platform";
import { begin, open } from "./lib/session.svelte";
import { trySample } from "./steps/Start/sample";
import "./styles/base.css";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(App, { target });
await attempt(begin);
const launch = await attempt(platform.launchedWith);
if (launch?.path) await open(launch.path);
if (launch?.sample) await trySample();
