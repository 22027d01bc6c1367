// Exact arithmetic on decimal text, by BigInt: what the page adds up beside the engine. No float touches an amount.

interface Scaled {
  digits: bigint;
  scale: number;
}

export function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** The sum, with as many digits after the mark as the longest has. */
export function sum(texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map((text) => scaled(text).scale));
  return written({ digits: texts.reduce((total, text) => total + at(text, scale), 0n), scale });
}

export function minus(one: string, other: string): string {
  return sum([one, negated(other)]);
}

export function negated(text: string): string {
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

export function isZero(text: string): boolean {
  return scaled(text).digits === 0n;
}

export function isNegative(text: string): boolean {
  return scaled(text).digits < 0n;
}

export function absolute(text: string): string {
  return text.replace(/^-/, "");
}

export function equal(one: string, other: string): boolean {
  return isZero(minus(one, other));
}

/** For the geometry of charts only. */
export function forDrawing(text: string): number {
  return Number(text);
}

/**
 * A figure as a person types it or a spreadsheet copies it, as plain decimal text: `3.586.496,90`, `3 586 496.90`,
 * `(12.50)`, `EUR 12`. The mark is the one of the locale where only one kind stands in it. `null` when it is no figure.
 */
export function typed(text: string, mark: "." | ","): string | null {
  const bare = text
    .replace(/^\s*[A-Z]{3}\b|\b[A-Z]{3}\s*$/g, "")
    .replace(/[\s\u00a0\u202f'’]/g, "")
    .replace(/−/g, "-");
  const bracketed = /^\((.*)\)$/.exec(bare);
  const figure = bracketed ? `-${bracketed[1] ?? ""}` : bare;
  if (!/^-?[\d.,]*\d[\d.,]*$/.test(figure)) return null;
  const decimal = decimalMark(figure, mark);
  const plain = [...figure]
    .filter((sign) => sign === decimal || !/[.,]/.test(sign))
    .join("")
    .replace(",", ".");
  const whole = plain.replace(/^(-?)\./, "$10.").replace(/\.$/, "");
  return isDecimal(whole) ? whole : null;
}

/** Which sign of a figure is the decimal mark; empty when there is none. */
function decimalMark(figure: string, mark: "." | ","): string {
  const [points, commas] = [figure.split(".").length - 1, figure.split(",").length - 1];
  if (points > 0 && commas > 0) return figure.lastIndexOf(".") > figure.lastIndexOf(",") ? "." : ",";
  if (points > 1 || commas > 1) return "";
  const only = points === 1 ? "." : commas === 1 ? "," : "";
  const groups = only !== mark && /[.,]\d{3}$/.test(figure);
  return groups ? "" : only;
}

function scaled(text: string): Scaled {
  const [whole = "0", fraction = ""] = text.split(".");
  return isDecimal(text)
    ? { digits: BigInt(whole + fraction), scale: fraction.length }
    : { digits: 0n, scale: 0 };
}

function at(text: string, scale: number): bigint {
  const own = scaled(text);
  return own.digits * 10n ** BigInt(scale - own.scale);
}

function written({ digits, scale }: Scaled): string {
  const minus = digits < 0n ? "-" : "";
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return scale === 0 ? minus + text : `${minus}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
