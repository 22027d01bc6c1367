// An upload after an upload: what is unchanged since which run, and a changed record field by field.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, connect, eachWithServers } from "./command.ts";
import { eachAtADesk } from "./desk.ts";
import { inEveryLook } from "./look.ts";

const desk = eachAtADesk();
const serve = eachWithServers();

const CUSTOMERS = `Customer Number,Name,E-mail,City
1,Ärzte-Labor Wismar GmbH,a@wismar.example,Wismar
2,Tamar Valley Testing,b@tamar.example,
3,Ostsee Umweltlabor,c@ostsee.example,Rostock
`;

/** A migration whose customers were sent, and one of which has another name since. */
async function sentAndChanged(): Promise<string> {
  const file = join(desk.home.path, "Second upload.carryover");
  writeFileSync(join(desk.home.path, "customers.csv"), CUSTOMERS);
  command(desk.home, ["new", file, "--to", "zenskar"]);
  command(desk.home, ["import", "-m", file, "customers.csv", "--as", "customers"]);
  command(desk.home, ["check", "-m", file]);
  connect(desk.home, "Brackwater sandbox", await serve());
  command(desk.home, ["upload", "-m", file, "--with", "Brackwater sandbox"]);
  const renamed = ["--field", "customer_name", "--value", "Tamar Valley Testing & Partner"];
  command(desk.home, ["fix", "-m", file, "customers", "--row", "2", ...renamed]);
  command(desk.home, ["check", "-m", file]);
  return file;
}

inEveryLook("what changed since the last upload", desk, async (look) => {
  const file = await sentAndChanged();
  const window = await desk.start([file]);
  await window.until("the migration", () => document.title.includes("("));
  await window.press("Alt", "5");
  await window.until("the stages", () => document.querySelector("nav.stages button") !== null);
  await window.run(() => {
    const [connection] = document.querySelectorAll<HTMLElement>("nav.stages button");
    connection?.click();
  });
  await window.until("the connections", () => document.querySelector("main input[type=radio]") !== null);
  await window.until("the test to pass", () => document.querySelector("[data-primary]:enabled") !== null);
  await window.press("Control", "Enter");
  await window.until("the plan", () => document.querySelector("input[value=update]") !== null);
  await window.clickOn("label:has(input[value=update])");
  await window.until("the changed one", () => document.querySelector("aside table .was") !== null);
  await look(window, "aside pre", "upload-changed");
});
