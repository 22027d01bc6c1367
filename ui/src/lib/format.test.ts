import { describe, expect, test } from "vitest";
import { amount, count, date, decimal, moment, momentIn, money, month, percent, remaining } from "./format";
import { speak } from "./text/text.svelte";

describe("amounts stay exact, however long", () => {
  const cases: [text: string, currency: string, english: string, german: string][] = [
    ["4318.6", "EUR", "EUR 4,318.60", "EUR 4.318,60"],
    ["-4318.6", "EUR", "EUR −4,318.60", "EUR −4.318,60"],
    ["0", "EUR", "EUR 0.00", "EUR 0,00"],
    ["-0.00", "EUR", "EUR 0.00", "EUR 0,00"],
    ["9007199254740993.015", "EUR", "EUR 9,007,199,254,740,993.015", "EUR 9.007.199.254.740.993,015"],
    ["1204", "JPY", "JPY 1,204", "JPY 1.204"],
    ["1", "KWD", "KWD 1.000", "KWD 1,000"],
    ["12.5", "points", "points 12.50", "points 12,50"],
    ["twelve", "EUR", "EUR twelve", "EUR twelve"],
  ];
  test.each(cases)("%s %s", (text, currency, english, german) => {
    expect(money(text, currency)).toBe(english);
    speak("de", ["de-DE"]);
    expect(money(text, currency)).toBe(german);
  });
});

test("columns headed by the code leave it out", () => {
  expect(amount("412906.18", "EUR")).toBe("412,906.18");
  expect(decimal("0.00012")).toBe("0.00012");
  expect(count(420_552)).toBe("420,552");
});

test("days are days wherever one is", () => {
  expect(date("2026-05-31")).toBe("31 May 2026");
  expect(date("2026-01-01")).toBe("1 Jan 2026");
  expect(month("2026-05")).toBe("May 2026");
  expect(date("soon")).toBe("soon");
  speak("de", ["de-DE"]);
  expect(date("2026-05-31")).toBe("31. Mai 2026");
});

test("an instant of today says so", () => {
  const now = new Date(2026, 9, 12, 18, 0);
  expect(moment(new Date(2026, 9, 12, 14, 2).toISOString(), now)).toBe("Today, 14:02");
  expect(moment(new Date(2026, 9, 2, 14, 2).toISOString(), now)).toBe("2 Oct 2026");
  expect(momentIn(new Date(2026, 9, 12, 14, 2).toISOString(), now)).toBe("today at 14:02");
  expect(momentIn(new Date(2026, 9, 2, 14, 2).toISOString(), now)).toBe("on 2 Oct 2026");
});

test("all is said only of all, and a rest is rounded", () => {
  expect(percent(999, 1000)).toBe("99%");
  expect(percent(1000, 1000)).toBe("100%");
  expect(percent(0, 0)).toBe("0%");
  expect(remaining(3)).toBe("about 5 s left");
  expect(remaining(240)).toBe("about 4 min left");
  expect(remaining(3 * 3600)).toBe("about 3 h left");
});
