// Broken on purpose: a try counted after it was made; time counted in which the app was closed; the wait forgotten with the
// app; the browser's part of the key left out; a damaged slot taken for no accounts; the turn of the slots left out;
// a key left in the other slot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { VerilapError } from "../src/domain/errors.ts";
import { Accounts, FREE_TRIES, WAITS_MS, type PhoneKey } from "../src/store/accounts.ts";
import { identified, newKey } from "../src/store/phone_key.ts";
import { checkPin } from "../src/store/pin.ts";
import { Slots } from "../src/store/slots.ts";
import { MemoryFile } from "../src/store/vfs.ts";
import { bytesOf } from "./support/sqlite.ts";

const PIN = "830264";
const OTHER = "571938";

class Phone {
  readonly files: [MemoryFile, MemoryFile] = [new MemoryFile(), new MemoryFile()];
  now = 1000;
  key: PhoneKey;

  constructor(key: PhoneKey) {
    this.key = key;
  }

  static async make(): Promise<Phone> {
    return new Phone(await identified(await newKey()));
  }

  /** As after a start of the app. */
  start(): Accounts {
    return new Accounts(new Slots(this.files), this.key, () => this.now);
  }
}

async function coded(todo: () => unknown): Promise<string> {
  return (await refused(todo)).code;
}

async function refused(todo: () => unknown): Promise<VerilapError> {
  try {
    await todo();
  } catch (error) {
    if (error instanceof VerilapError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function withStore(phone: Phone, store = "s1"): Promise<Uint8Array> {
  const accounts = phone.start();
  const key = await accounts.begin(store, PIN);
  accounts.finish(store, "Asha");
  return key;
}

test("the PIN gives the store's key back, also after a start; another gives nothing", async () => {
  const phone = await Phone.make();
  const key = await withStore(phone);
  assert.equal(key.length, 32);
  assert.deepEqual(await phone.start().open("s1", PIN), key);
  assert.equal(await coded(() => phone.start().open("s1", OTHER)), "wrong-key");
  assert.deepEqual(
    phone
      .start()
      .all()
      .map(({ store, name, state }) => [store, name, state]),
    [["s1", "Asha", "usual"]],
  );
});

test("neither the PIN nor the key stands in the file of the accounts", async () => {
  const phone = await Phone.make();
  const key = await withStore(phone);
  for (const file of phone.files) {
    const text = Buffer.from(bytesOf(file)).toString("latin1");
    assert.ok(!text.includes(PIN));
    for (const spelling of ["latin1", "hex", "base64"] as const) {
      assert.ok(!text.includes(Buffer.from(key).toString(spelling)));
    }
  }
});

test("the files alone open nothing, and are told from a wrong PIN", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  const elsewhere = new Phone(await identified(await newKey()));
  elsewhere.files.splice(0, 2, ...phone.files);
  const accounts = elsewhere.start();
  assert.equal(await coded(() => accounts.open("s1", PIN)), "phone-key-lost");
  const forged = new Phone({ key: elsewhere.key.key, id: phone.key.id });
  forged.files.splice(0, 2, ...phone.files);
  assert.equal(await coded(() => forged.start().open("s1", PIN)), "wrong-key");
});

test("each account has its own PIN, and one's key is no use under another's name", async () => {
  const phone = await Phone.make();
  await withStore(phone, "s1");
  const second = await phone.start().begin("s2", OTHER);
  phone.start().finish("s2", "Budi");
  assert.equal(await coded(() => phone.start().open("s1", OTHER)), "wrong-key");
  assert.deepEqual(await phone.start().open("s2", OTHER), second);
});

test("wrong PINs are throttled: five for nothing, then growing waits up to an hour", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  const waits: number[] = [];
  for (let tried = 0; tried < FREE_TRIES + 5; tried++) {
    const { facts } = await refused(() => phone.start().open("s1", OTHER));
    waits.push(Number(facts.waitMs));
    const accounts = phone.start();
    accounts.throttled("s1");
    phone.now += Number(facts.waitMs);
    accounts.throttled("s1");
  }
  assert.deepEqual(waits, [0, 0, 0, 0, ...WAITS_MS, WAITS_MS.at(-1)]);
});

test("while it has to be waited not even the right PIN is tried, and only time with the app open counts", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  for (let tried = 0; tried < FREE_TRIES; tried++) await refused(() => phone.start().open("s1", OTHER));
  phone.now += 10 * 3_600_000; // the app was closed, or the clock was set forward
  const accounts = phone.start();
  const { facts } = await refused(() => accounts.open("s1", PIN));
  assert.deepEqual([facts.failed, facts.waitMs], [FREE_TRIES, WAITS_MS[0]]);
  phone.now += 59_000;
  assert.equal(accounts.throttled("s1").waitMs, 1000);
  assert.equal(phone.start().throttled("s1").waitMs, 1000, "what was waited is kept");
  phone.now += 1000;
  assert.equal(accounts.throttled("s1").waitMs, 0);
  await accounts.open("s1", PIN);
  assert.deepEqual(phone.start().throttled("s1"), { failed: 0, waitMs: 0 });
});

test("a try counts before it is made: killing the app in between saves nobody a count", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  const trying = phone.start().open("s1", OTHER);
  assert.equal(phone.start().throttled("s1").failed, 1);
  await refused(() => trying);
  assert.equal(phone.start().throttled("s1").failed, 1);
});

test("a changed PIN opens, the former does not, and the former is needed for it", async () => {
  const phone = await Phone.make();
  const key = await withStore(phone);
  assert.equal(await coded(() => phone.start().changePin("s1", OTHER, "902746")), "wrong-key");
  assert.equal(await coded(() => phone.start().changePin("s1", PIN, PIN)), "pin-same");
  await phone.start().changePin("s1", PIN, OTHER);
  assert.deepEqual(await phone.start().open("s1", OTHER), key);
  assert.equal(await coded(() => phone.start().open("s1", PIN)), "wrong-key");
});

test("a key under a former PIN, or of an account that is gone, stands in no file", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  const before = phone.start().all()[0]?.key.sealed ?? "";
  const texts = () => phone.files.map((file) => Buffer.from(bytesOf(file)).toString("latin1"));
  assert.ok(texts().some((text) => text.includes(before)));
  await phone.start().changePin("s1", PIN, OTHER);
  const after = phone.start().all()[0]?.key.sealed ?? "";
  assert.ok(!texts().some((text) => text.includes(before)));
  phone.start().forget("s1");
  assert.ok(!texts().some((text) => text.includes(after)));
});

test("the accounts are there whole, whenever writing them was cut", async () => {
  const phone = await Phone.make();
  await withStore(phone);
  for (const file of phone.files) {
    const torn = new Phone(phone.key);
    torn.files.splice(0, 2, ...phone.files.map(copied));
    const which = torn.files[phone.files.indexOf(file)];
    which?.truncate(which.getSize() - 1);
    assert.equal(torn.start().all()[0]?.store, "s1");
  }
  for (const file of phone.files) file.truncate(5);
  assert.equal(await coded(() => phone.start()), "accounts-damaged");
});

function copied(file: MemoryFile): MemoryFile {
  const copy = new MemoryFile();
  copy.write(bytesOf(file), { at: 0 });
  return copy;
}

test("a PIN that would be tried among the first is refused, also as a date; a sentence is taken", async () => {
  const said = async (pin: string) => coded(() => checkPin(pin));
  for (const pin of ["", "12345", "abcdefg"]) assert.equal(await said(pin), "pin-short", pin);
  for (const pin of [
    "000000",
    "123456",
    "654321",
    "121212",
    "123123",
    "112233",
    "123321",
    "890123",
    "aaaaaaaa",
  ]) {
    assert.equal(await said(pin), "pin-simple", pin);
  }
  for (const pin of ["170845", "081799", "991231", "17081945", "19450817"]) {
    assert.equal(await said(pin), "pin-date", pin);
  }
  assert.equal(await said("9".repeat(200)), "pin-long");
  for (const pin of [PIN, OTHER, "rumah biru di tepi sungai", "90274615"]) checkPin(pin);
});
