// Broken on purpose: ids made of chance alone; a clock that goes back; what fails to be kept forgotten; a failed call
// that keeps those behind it from being made.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Keeper, type SaveState } from "../src/forms/keeping.ts";
import { newMemberId } from "../src/forms/members.ts";
import { momentText } from "../src/forms/moments.ts";
import { placesText, placeText, readPlace, readPlaces } from "../src/forms/places.ts";
import type { Answer, Form } from "../src/forms/form.ts";

test("ids of members are sorted in the order in which members were added", () => {
  const ids = [1_790_000_412_000, 1_790_000_412_000, 1_790_000_412_001, 1_000, 1_890_000_000_000].map(
    newMemberId,
  );
  assert.deepEqual([...ids].sort(), ids);
  for (const id of ids) assert.match(id, /^m_[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(ids.map((id) => id.slice(-14))).size, ids.length);
});

test("a moment is written with the offset of the phone", () => {
  assert.match(momentText(1_772_424_000_123), /^2026-03-0[12]T\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(momentText(1_772_424_000_123)), 1_772_424_000_123);
});

test("places are read as they are written, and nothing else is one", () => {
  const place = { latitude: -0.4123456, longitude: 117.0211, altitude: null, accuracy: 8.25 };
  assert.equal(placeText(place), "-0.4123456 117.0211 0 8.25");
  assert.deepEqual(readPlace("-0.4123456 117.0211 0 8.25"), { ...place, altitude: 0 });
  for (const text of ["", "1", "a b", "91 0", "0 181", "1 2 3 4 5"])
    assert.equal(readPlace(text), null, text);
});

test("a shape is closed when it is written, and open when it is read", () => {
  const places = ["1 1 0", "1 2 0", "2 2 0"].map((text) => readPlace(text)!);
  const text = placesText(places, true);
  assert.equal(text, "1 1 0;1 2 0;2 2 0;1 1 0");
  assert.deepEqual(readPlaces(text), places);
  assert.equal(placesText(places.slice(0, 2), true), "");
  assert.equal(placesText(places.slice(0, 2), false), "1 1 0;1 2 0");
});

/** A form that hands over what it is given, and a device that fails as often as it is told. */
function pieces(failures: number) {
  const kept: (readonly Answer[])[] = [];
  const states: SaveState["kind"][] = [];
  let waiting: Answer[] = [];
  const form = {
    filling: { draft: "d" },
    changes: () => waiting.splice(0),
    unkept: (changes: readonly Answer[]) => (waiting = [...changes, ...waiting]),
  } as unknown as Form;
  const device = {
    async keep(_: string, answers: readonly Answer[]) {
      if (failures-- > 0) throw new Error("full");
      kept.push(answers);
    },
  };
  const keeper = new Keeper(form, device, (state) => states.push(state.kind));
  return { keeper, kept, states, enter: (answer: Answer) => waiting.push(answer) };
}

test("what could not be kept is kept with the next change", async () => {
  const { keeper, kept, states, enter } = pieces(1);
  enter(["a", "1"]);
  assert.equal(await keeper.flush(), false);
  enter(["b", "2"]);
  assert.equal(await keeper.flush(), true);
  assert.deepEqual(kept, [
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ]);
  assert.deepEqual(states, ["saving", "failed", "saving", "saved"]);
});

test("a flush without changes waits for what is being kept", async () => {
  const { keeper, kept, enter } = pieces(0);
  enter(["a", "1"]);
  void keeper.flush();
  assert.equal(await keeper.flush(), true);
  assert.equal(kept.length, 1);
});
