// The little of the W3C WebDriver protocol that the tests need, spoken to WebKitWebDriver by plain HTTP.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Session {
  url: string;
}

/** The automated program, as WebKitWebDriver starts it. */
export async function newSession(driver: string, binary: string, args: string[]): Promise<Session> {
  const options = { "webkitgtk:browserOptions": { binary, args } };
  const value = await call(`${driver}/session`, "POST", {
    capabilities: { alwaysMatch: options },
  });
  return {
    url: `${driver}/session/${(value as { sessionId: string }).sessionId}`,
  };
}

export async function endSession(session: Session): Promise<void> {
  await call(session.url, "DELETE");
}

/** Runs a function of this file in the page. It sees only its arguments and the page's globals. */
export async function execute<A extends Json[], R>(
  session: Session,
  run: (...args: A) => R,
  ...args: A
): Promise<Awaited<R>> {
  const script = `const done = arguments[arguments.length - 1];
    Promise.resolve((${run.toString()})(...arguments)).then((value) => done({ value: value ?? null }), (error) => done({ error: String(error) }));`;
  const answer = (await call(`${session.url}/execute/async`, "POST", {
    script,
    args,
  })) as { value?: R; error?: string };
  if (answer.error !== undefined) throw new Error(`in the page: ${answer.error}`);
  return answer.value as Awaited<R>;
}

/** Runs a script as it stands. The driver may do what the page's own security policy forbids the page. */
export async function inject(session: Session, script: string): Promise<void> {
  await call(`${session.url}/execute/sync`, "POST", { script, args: [] });
}

/** Presses and releases keys one inside the other, such as Ctrl and Enter. */
export async function press(session: Session, keys: string[]): Promise<void> {
  const down = keys.map((value) => ({ type: "keyDown", value }));
  const up = [...keys].reverse().map((value) => ({ type: "keyUp", value }));
  await perform(session, {
    type: "key",
    id: "keyboard",
    actions: [...down, ...up],
  });
}

/** Types text, character by character. */
export async function type(session: Session, text: string): Promise<void> {
  const actions = [...text].flatMap((value) => [
    { type: "keyDown", value },
    { type: "keyUp", value },
  ]);
  await perform(session, { type: "key", id: "keyboard", actions });
}

/** Clicks at a point of the page. */
export async function click(session: Session, x: number, y: number): Promise<void> {
  const move = {
    type: "pointerMove",
    duration: 0,
    x: Math.round(x),
    y: Math.round(y),
    origin: "viewport",
  };
  const actions = [move, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
  await perform(session, {
    type: "pointer",
    id: "mouse",
    parameters: { pointerType: "mouse" },
    actions,
  });
}

async function perform(session: Session, source: { [name: string]: Json }): Promise<void> {
  await call(`${session.url}/actions`, "POST", { actions: [source] });
}

/** Longer than any answer takes; a program that never comes up would otherwise keep the driver silent for ever. */
const LONGEST_ANSWER_MS = 20_000;

async function call(url: string, method: string, body?: Json): Promise<Json> {
  const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
  const answer = await fetch(url, {
    method,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { value } = (await answer.json()) as { value: Json };
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}
