// What can go wrong, with stable codes: the port of `domain/errors.py`.

export type Facts = Readonly<Record<string, unknown>>;

/** Any of ours. `code` is stable, `facts` are what words about it may name. */
export class VerilapError extends Error {
  code: string;
  facts: Record<string, unknown>;

  constructor(message: string, code = "error", facts: Facts = {}) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.facts = { ...facts };
  }
}

/** What was asked for makes no sense. */
export class InvalidRequest extends VerilapError {
  constructor(message: string, code = "invalid-request", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** What was asked for is not there. */
export class NotFound extends VerilapError {
  constructor(message: string, code = "not-found", facts: Facts = {}) {
    super(message, code, facts);
  }
}

/** The bytes of an operation, or a value in one, are none that may travel. */
export class MalformedOperation extends VerilapError {
  constructor(message: string, code = "malformed", facts: Facts = {}) {
    super(message, code, facts);
  }
}
