// What can go wrong on a device, told apart by what its person can do about it: the port of `client_sync/errors.py`.

import { VerilapError, type Facts } from "../domain/errors.ts";

/** The device could not do it now: it may be better in an hour, and what was saved stays saved. */
export class DeviceError extends VerilapError {
  constructor(message: string, code = "device", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** There is no store, or it was never enrolled. */
export class NotEnrolled extends DeviceError {
  constructor(message: string, code = "not-enrolled", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The PIN does not open the store. Nothing was touched. */
export class WrongKey extends DeviceError {
  constructor(message: string, code = "wrong-key", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The store's file is damaged; `facts` say where it was moved, if it was. */
export class StoreDamaged extends DeviceError {
  constructor(message: string, code = "store-damaged", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** A newer version of the app has changed the store. */
export class StoreTooNew extends DeviceError {
  constructor(message: string, code = "store-too-new", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The disk is full, or another tab holds the store: nothing was saved. */
export class StoreFailed extends DeviceError {
  constructor(message: string, code = "store-failed", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The device was without its server for too long: nothing is shown until the office unlocks it. */
export class StoreLocked extends DeviceError {
  constructor(message: string, code = "store-locked", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** No answer, half of one, or one of something that is not a Verilap server: try again. */
export class Unreachable extends DeviceError {
  constructor(message: string, code = "unreachable", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The code for pages of what keeps a sync from going on: a portal that asks for a login is another matter than silence. */
export function codeForPages(error: DeviceError): string {
  return error.facts["isForeign"] ? "foreign-answer" : error.code;
}

/** Nothing moved on the line for too long. */
export class TimedOut extends Unreachable {
  constructor(message: string, code = "timed-out", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The server says that it is busy or broken (5xx, 429): nothing was taken, try again. */
export class ServerFault extends Unreachable {
  constructor(message: string, code = "server-fault", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The server answered something that this version cannot read. */
export class BadAnswer extends DeviceError {
  constructor(message: string, code = "bad-answer", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The server understood and refused (4xx); `code` is the server's, `facts` hold the status. */
export class Refused extends DeviceError {
  constructor(message: string, code = "refused", facts: Facts = {}) {
    super(message, code, facts);
  }
}
