// Days, moments and answers as people read them, whatever zone the phone is set to.
// Broken on purpose: moments told in the phone's own zone; the offset added to a time that was entered; a year of a
// question for a month; a day that is none told as another one; a number's zero dropped; the weekday left out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerWords } from "../src/words/answers.ts";
import { clock, dayOf, daysUntil, longDay, moment, shortDay } from "../src/words/when.ts";

const NOON = Date.parse("2026-11-17T04:05:00Z"); // 12:05 in WITA
const HOUR = 3_600_000;

test("a day of a list has its weekday, one of an answer its whole month", () => {
  assert.equal(shortDay("2026-11-17", "id"), "Sel 17 Nov 2026");
  assert.equal(shortDay("2026-11-17", "en"), "Tue 17 Nov 2026");
  assert.equal(longDay("2017-05-04", "id"), "4 Mei 2017");
  assert.equal(longDay("2017-05-04", "en"), "4 May 2017");
});

test("moments are told in WITA: today and yesterday by their names", () => {
  assert.equal(clock(NOON, "id"), "12.05");
  assert.equal(moment(NOON, "id", NOON + HOUR), "hari ini 12.05");
  assert.equal(moment(NOON, "en", NOON + HOUR), "today 12:05");
  assert.equal(moment(NOON - 24 * HOUR, "id", NOON), "kemarin 12.05");
  assert.equal(moment(NOON - 48 * HOUR, "id", NOON), "Min 15 Nov 2026 12.05");
  // Midnight in WITA is four in the afternoon in UTC.
  assert.equal(moment(Date.parse("2026-11-16T16:00:00Z"), "id", NOON), "hari ini 00.00");
});

test("a clock that is impossible is told as such", () => {
  assert.deepEqual([dayOf(9e15), moment(9e15, "id", NOON)], ["", "?"]);
});

test("days are counted between days in WITA, not between hours", () => {
  const late = Date.parse("2026-11-17T15:59:00Z");
  assert.deepEqual([dayOf(late), dayOf(late + HOUR)], ["2026-11-17", "2026-11-18"]);
  assert.deepEqual(
    ["2026-11-15", "2026-11-17", "2026-11-20"].map((day) => daysUntil(day, late)),
    [-2, 0, 3],
  );
});

test("an answer is told by its type and its appearance, as it was entered", () => {
  const told = [
    ["2026-11-01", "date", null, "1 November 2026"],
    ["2026-11-01", "date", "month-year", "November 2026"],
    ["2026-01-01", "date", "w1 year", "2026"],
    ["14:05:00.000+08:00", "time", null, "14.05"],
    ["1250000", "integer", "thousands-sep", "1.250.000"],
    ["1250000", "integer", null, "1250000"],
    ["-12.50", "decimal", null, "-12,50"],
    ["2026-11-17T23:30:00.000+07:00", "datetime", null, "17 November 2026 23.30"],
  ] as const;
  for (const [text, type, appearance, words] of told) {
    assert.equal(answerWords(text, type, appearance, "id"), words);
  }
});

test("what is no day, no time or another type is told as it came", () => {
  const kept = [
    ["2026-13-40", "date"],
    ["2026-02-31", "date"],
    ["0812", "integer"],
    ["6402180101100001", "integer"],
    ["17/11/2026", "date"],
    ["", "date"],
    ["25:00", "time"],
    ["2026-11-17", "datetime"],
    ["2026-11-17Tlate", "datetime"],
    ["2026-11-17", "text"],
  ] as const;
  for (const [text, type] of kept) assert.equal(answerWords(text, type, null, "id"), text);
});
